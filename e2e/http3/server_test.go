package http3

import (
	"context"
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"sync/atomic"
	"testing"
	"time"

	"github.com/quic-go/quic-go"
	"github.com/quic-go/quic-go/http3"

	"github.com/gracy-go/gracy/internal/rttest"
	"github.com/gracy-go/gracy/transport"
)

func TestMain(m *testing.M) { os.Exit(rttest.Main(m)) }

// A server speaks HTTP/3. It can be ended without a word, and started again at its address.
type server struct {
	url     string
	base    *http3.Transport
	handler http.Handler
	tls     *tls.Config
	serving *http3.Server
	quic    *quic.Transport
	socket  net.PacketConn
	dials   atomic.Int64
}

// serve starts a server, and makes a base for it.
func serve(t *testing.T, handler http.HandlerFunc) *server {
	t.Helper()
	certified := httptest.NewUnstartedServer(nil)
	certified.StartTLS()
	certified.Close()
	client, ok := certified.Client().Transport.(*http.Transport)
	if !ok {
		t.Fatalf("a %T", certified.Client().Transport)
	}
	s := &server{handler: handler, tls: &tls.Config{Certificates: certified.TLS.Certificates, MinVersion: tls.VersionTLS13}}
	socket, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	dialing := &quic.Transport{Conn: socket}
	s.base = &http3.Transport{
		TLSClientConfig: &tls.Config{RootCAs: client.TLSClientConfig.RootCAs, ServerName: "example.com", MinVersion: tls.VersionTLS13},
		QUICConfig:      &quic.Config{MaxIdleTimeout: time.Minute},
		Dial: func(ctx context.Context, addr string, c *tls.Config, q *quic.Config) (*quic.Conn, error) {
			s.dials.Add(1)
			to, err := net.ResolveUDPAddr("udp", addr)
			if err != nil {
				return nil, err
			}
			return dialing.DialEarly(ctx, to, c, q)
		},
	}
	s.start(t, "127.0.0.1:0")
	t.Cleanup(func() {
		_ = s.base.Close()
		_ = dialing.Close()
		_ = socket.Close()
		s.kill()
	})
	return s
}

// start listens at addr.
func (s *server) start(t *testing.T, addr string) {
	t.Helper()
	socket, err := net.ListenPacket("udp", addr)
	if err != nil {
		t.Fatal(err)
	}
	s.socket = socket
	s.quic = &quic.Transport{Conn: socket, StatelessResetKey: &quic.StatelessResetKey{1}}
	listener, err := s.quic.ListenEarly(http3.ConfigureTLSConfig(s.tls), &quic.Config{MaxIdleTimeout: time.Minute})
	if err != nil {
		t.Fatal(err)
	}
	s.serving = &http3.Server{Handler: s.handler}
	s.url = "https://" + socket.LocalAddr().String()
	go func(serving *http3.Server) { _ = serving.ServeListener(listener) }(s.serving)
}

// kill ends the server without a word.
func (s *server) kill() {
	_ = s.socket.Close()
	_ = s.quic.Close()
	_ = s.serving.Close()
}

// restart kills the server and starts it again at the same address, where it knows nothing of its
// connections.
func (s *server) restart(t *testing.T) {
	t.Helper()
	addr := s.socket.LocalAddr().String()
	s.kill()
	s.start(t, addr)
}

// leave ends the server in an orderly way and starts it again at the same address.
func (s *server) leave(t *testing.T) {
	t.Helper()
	addr := s.socket.LocalAddr().String()
	if err := s.serving.Shutdown(t.Context()); err != nil {
		t.Fatal(err)
	}
	s.kill()
	s.start(t, addr)
}

// reject ends the stream of a request as not processed.
func reject(t *testing.T, w http.ResponseWriter) {
	t.Helper()
	streamer, ok := w.(http3.HTTPStreamer)
	if !ok {
		t.Fatalf("a %T has no stream", w)
	}
	stream, err := streamer.HTTPStream()
	if err != nil {
		return
	}
	stream.CancelRead(quic.StreamErrorCode(http3.ErrCodeRequestRejected))
	stream.CancelWrite(quic.StreamErrorCode(http3.ErrCodeRequestRejected))
}

// do sends a request and reads the response. A body is sent as from a pipe, so that only the stack
// can send it again.
func do(t *testing.T, ctx context.Context, rt http.RoundTripper, method, url string, body io.Reader) (string, *transport.Call, error) {
	t.Helper()
	ctx, trace := transport.WithTrace(ctx)
	if body != nil {
		body = io.MultiReader(body)
	}
	req, err := http.NewRequestWithContext(ctx, method, url, body)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := rt.RoundTrip(req)
	var call *transport.Call // nil without a layer
	if calls := trace.Calls(); len(calls) > 0 {
		call = calls[0]
	}
	if err != nil {
		return "", call, err
	}
	defer resp.Body.Close()
	if resp.ProtoMajor != 3 || resp.Proto != "HTTP/3.0" {
		t.Errorf("a response over %s", resp.Proto)
	}
	b, err := io.ReadAll(resp.Body)
	return string(b), call, err
}
