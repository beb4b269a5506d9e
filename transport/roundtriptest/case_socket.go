package roundtriptest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"sync"
	"sync/atomic"
	"syscall"
)

// socketCases need real sockets, on 127.0.0.1.
func socketCases() []testCase {
	return []testCase{{
		name: "socket-connections-reused", socket: true,
		reason: "over real sockets successive calls use one connection, whatever the statuses",
		run:    connectionsReused,
	}, {
		name: "socket-http2", socket: true,
		reason: "HTTP/2 takes its own paths through bodies, trailers and cancellation; the decorator must not depend on HTTP/1",
		run:    http2,
	}, {
		name: "socket-refused", socket: true,
		reason: "the error of a refused connection is a *net.OpError; callers decide by it whether anything was sent",
		run:    connectionRefused,
	}}
}

func connectionsReused(p *probe) {
	var opened atomic.Int64
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(rw http.ResponseWriter, req *http.Request) {
		_, _ = io.Copy(io.Discard, req.Body)
		if req.URL.Path == "/missing" {
			rw.WriteHeader(404)
		}
		_, _ = io.WriteString(rw, "a small body")
	}))
	server.Config.ConnState = func(_ net.Conn, s http.ConnState) {
		if s == http.StateNew {
			opened.Add(1)
		}
	}
	server.Start()
	p.cleanup(server.Close)
	base := &http.Transport{}
	p.cleanup(base.CloseIdleConnections)
	rt := p.layer(base)
	for i := range 30 {
		req, _ := p.post(context.Background(), http.MethodPut, "small", i%2 == 0)
		req.URL.Host = server.Listener.Addr().String()
		if i%3 == 0 {
			req.URL.Path = "/missing"
		}
		if got := p.finishBody(p.get(rt, req)); got != "a small body" {
			p.errorf("the body reads %q", got)
		}
	}
	// On a busy machine net/http gives up a connection whose writer has not reported within 50 ms
	// that it is done.
	if n := opened.Load(); n > 10 {
		p.errorf("30 successive calls opened %d connections; want 1, and 10 at most on a busy machine", n)
	}
}

func http2(p *probe) {
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(rw http.ResponseWriter, req *http.Request) {
		body, _ := io.ReadAll(req.Body)
		rw.Header().Set("Trailer", "X-Sum")
		_, _ = fmt.Fprintf(rw, "%s %s", req.Proto, body)
		rw.Header().Set("X-Sum", strconv.Itoa(len(body)))
	}))
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.EnableHTTP2 = true
	server.StartTLS()
	p.cleanup(server.Close)
	base, ok := server.Client().Transport.(*http.Transport)
	if !ok {
		p.fatalf("the case is broken: %T", server.Client().Transport)
	}
	p.cleanup(base.CloseIdleConnections)
	rt := p.layer(base)
	var all sync.WaitGroup
	for i := range 10 {
		all.Go(func() {
			p.catch(func() {
				req, u := p.post(context.Background(), http.MethodPut, fmt.Sprint("stream ", i), i%2 == 0)
				req.URL.Scheme, req.URL.Host = "https", server.Listener.Addr().String()
				resp := p.get(rt, req)
				if got, want := p.finishBody(resp), "HTTP/2.0 "+u.payload; got != want || resp.ProtoMajor != 2 {
					p.errorf("got %q over %s; want %q over HTTP/2", got, resp.Proto, want)
				}
				if got := resp.Trailer.Get("X-Sum"); got != strconv.Itoa(len(u.payload)) {
					p.errorf("the trailer reads %q", got)
				}
			})
		})
	}
	all.Wait()
}

func connectionRefused(p *probe) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		p.fatalf("the case is broken: %v", err)
	}
	address := listener.Addr().String()
	_ = listener.Close()
	base := &http.Transport{}
	p.cleanup(base.CloseIdleConnections)
	req, u := p.post(context.Background(), http.MethodPost, "never sent", false)
	req.URL.Host = address
	resp, err := p.trip(p.layer(base), req)
	dispose(resp, err)
	p.checkErr("a closed port", err, syscall.ECONNREFUSED)
	if op := new(net.OpError); !errors.As(err, &op) || op.Op != "dial" {
		p.errorf("error %v does not lead to a *net.OpError of dial", err)
	}
	p.checkClosed("a closed port", u)
}
