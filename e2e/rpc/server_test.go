package rpc

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"

	"connectrpc.com/connect"
	"google.golang.org/protobuf/types/known/wrapperspb"

	"github.com/gracy-go/gracy/internal/rttest"
)

func TestMain(m *testing.M) { os.Exit(rttest.Main(m)) }

type text = wrapperspb.StringValue

// A server has a method for each kind of call.
type server struct {
	url      string
	base     *http.Transport
	arrived  atomic.Int64
	deadline atomic.Bool // whether the latest unary call had one
}

// The methods.
const (
	unary    = "/test.v1.Echo/Unary"
	fails    = "/test.v1.Echo/Fails"
	download = "/test.v1.Echo/Download"
	upload   = "/test.v1.Echo/Upload"
	both     = "/test.v1.Echo/Both"
)

// outcomes returns what the client of each method sees.
func outcomes() map[string]string {
	return map[string]string{
		unary: "hello![unary]", fails: "unavailable: down [failed]", download: "[n0 n1 n2] <nil> [download]", upload: "0 1 2",
		both: "[0! 1! 2!] true [both]",
	}
}

// protocols returns the options of a client for each protocol.
func protocols() map[string]connect.ClientOption {
	return map[string]connect.ClientOption{
		"Connect": connect.WithClientOptions(), "gRPC": connect.WithGRPC(), "gRPC-Web": connect.WithGRPCWeb(),
	}
}

// serve starts a server that speaks HTTP/2, with or without TLS.
func serve(t *testing.T, secure bool) *server {
	t.Helper()
	s := new(server)
	mux := http.NewServeMux()
	mux.Handle(unary, connect.NewUnaryHandler(unary, s.unary, connect.WithIdempotency(connect.IdempotencyNoSideEffects)))
	mux.Handle(fails, connect.NewUnaryHandler(fails, s.fails, connect.WithIdempotency(connect.IdempotencyNoSideEffects)))
	mux.Handle(download, connect.NewServerStreamHandler(download, s.download))
	mux.Handle(upload, connect.NewClientStreamHandler(upload, s.upload))
	mux.Handle(both, connect.NewBidiStreamHandler(both, s.both))
	srv := httptest.NewUnstartedServer(mux)
	if secure {
		srv.EnableHTTP2 = true
		srv.StartTLS()
	} else {
		srv.Config.Protocols = new(http.Protocols)
		srv.Config.Protocols.SetUnencryptedHTTP2(true)
		srv.Start()
	}
	base, ok := srv.Client().Transport.(*http.Transport)
	if !ok {
		t.Fatalf("a %T", srv.Client().Transport)
	}
	s.base, s.url = base.Clone(), srv.URL
	s.base.Protocols = new(http.Protocols)
	s.base.Protocols.SetHTTP2(secure)
	s.base.Protocols.SetUnencryptedHTTP2(!secure)
	t.Cleanup(func() {
		s.base.CloseIdleConnections()
		srv.CloseClientConnections()
		srv.Close()
	})
	return s
}

func (s *server) unary(ctx context.Context, req *connect.Request[text]) (*connect.Response[text], error) {
	s.arrived.Add(1)
	_, has := ctx.Deadline()
	s.deadline.Store(has)
	resp := connect.NewResponse(wrapperspb.String(req.Msg.GetValue() + "!"))
	resp.Trailer().Set("X-End", "unary")
	return resp, nil
}

func (s *server) fails(context.Context, *connect.Request[text]) (*connect.Response[text], error) {
	s.arrived.Add(1)
	err := connect.NewError(connect.CodeUnavailable, errors.New("down"))
	err.Meta().Set("X-End", "failed")
	return nil, err
}

func (s *server) download(_ context.Context, req *connect.Request[text], out *connect.ServerStream[text]) error {
	s.arrived.Add(1)
	for n := range 3 {
		if err := out.Send(wrapperspb.String(fmt.Sprint(req.Msg.GetValue(), n))); err != nil {
			return err
		}
	}
	out.ResponseTrailer().Set("X-End", "download")
	return nil
}

func (s *server) upload(_ context.Context, in *connect.ClientStream[text]) (*connect.Response[text], error) {
	s.arrived.Add(1)
	var all []string
	for in.Receive() {
		all = append(all, in.Msg().GetValue())
	}
	return connect.NewResponse(wrapperspb.String(strings.Join(all, " "))), in.Err()
}

func (s *server) both(_ context.Context, stream *connect.BidiStream[text, text]) error {
	s.arrived.Add(1)
	for {
		m, err := stream.Receive()
		if errors.Is(err, io.EOF) {
			stream.ResponseTrailer().Set("X-End", "both")
			return nil
		}
		if err != nil {
			return err
		}
		if err := stream.Send(wrapperspb.String(m.GetValue() + "!")); err != nil {
			return err
		}
	}
}

// call makes a call of a method, and returns all that its client sees.
func (s *server) call(ctx context.Context, rt http.RoundTripper, method string, opts ...connect.ClientOption) string {
	c := connect.NewClient[text, text](&http.Client{Transport: rt}, s.url+method, opts...)
	switch method {
	case download:
		stream, err := c.CallServerStream(ctx, connect.NewRequest(wrapperspb.String("n")))
		if err != nil {
			return err.Error()
		}
		defer stream.Close()
		var all []string
		for stream.Receive() {
			all = append(all, stream.Msg().GetValue())
		}
		return fmt.Sprint(all, stream.Err(), stream.ResponseTrailer()["X-End"])
	case upload:
		stream := c.CallClientStream(ctx)
		for n := range 3 {
			if err := stream.Send(wrapperspb.String(strconv.Itoa(n))); err != nil {
				return err.Error()
			}
		}
		resp, err := stream.CloseAndReceive()
		if err != nil {
			return err.Error()
		}
		return resp.Msg.GetValue()
	case both:
		return talk(c.CallBidiStream(ctx))
	}
	resp, err := c.CallUnary(ctx, connect.NewRequest(wrapperspb.String("hello")))
	if e, ok := errors.AsType[*connect.Error](err); ok {
		return fmt.Sprint(e, e.Meta()["X-End"])
	}
	return fmt.Sprint(resp.Msg.GetValue(), resp.Trailer()["X-End"])
}

// talk sends a message when the response to the one before has come.
func talk(stream *connect.BidiStreamForClient[text, text]) string {
	defer func() { _ = stream.CloseResponse() }()
	var all []string
	for n := range 3 {
		if err := stream.Send(wrapperspb.String(strconv.Itoa(n))); err != nil {
			return "sending: " + err.Error()
		}
		m, err := stream.Receive()
		if err != nil {
			return "receiving: " + err.Error()
		}
		all = append(all, m.GetValue())
	}
	if err := stream.CloseRequest(); err != nil {
		return err.Error()
	}
	_, err := stream.Receive()
	return fmt.Sprint(all, errors.Is(err, io.EOF), stream.ResponseTrailer()["X-End"])
}
