package roundtriptest

import (
	"context"
	"io"
	"log"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

// A pipeTransport is net/http's own transport, connected to net/http's own server by pipes
// in memory, so that both wait on the clock of the bubble.
type pipeTransport struct {
	*http.Transport
	dials atomic.Int64 // the connections opened
}

// serve starts a server for the case, which stops at the end of the case, and returns the
// transport that is connected to it.
func (p *probe) serve(handler http.HandlerFunc) *pipeTransport {
	listener := &pipeListener{conns: make(chan net.Conn), done: make(chan struct{})}
	server := &http.Server{Handler: handler, ErrorLog: log.New(io.Discard, "", 0)}
	over := make(chan struct{})
	go func() {
		defer close(over)
		_ = server.Serve(listener) // ends with Close
	}()
	t := &pipeTransport{Transport: &http.Transport{
		ExpectContinueTimeout: time.Minute,
		MaxIdleConnsPerHost:   100,
	}}
	t.DialContext = func(ctx context.Context, _, _ string) (net.Conn, error) {
		t.dials.Add(1)
		return listener.dial(ctx)
	}
	p.cleanup(func() {
		t.CloseIdleConnections()
		_ = server.Close()
		<-over
	})
	return t
}

// A pipeListener accepts the server ends of pipes.
type pipeListener struct {
	conns chan net.Conn
	done  chan struct{}
	once  sync.Once
}

func (l *pipeListener) dial(ctx context.Context) (net.Conn, error) {
	client, server := net.Pipe()
	select {
	case l.conns <- server:
		return client, nil
	case <-l.done:
		return nil, net.ErrClosed
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

func (l *pipeListener) Accept() (net.Conn, error) {
	select {
	case conn := <-l.conns:
		return conn, nil
	case <-l.done:
		return nil, net.ErrClosed
	}
}

func (l *pipeListener) Close() error {
	l.once.Do(func() { close(l.done) })
	return nil
}

func (l *pipeListener) Addr() net.Addr { return &net.UnixAddr{Name: "pipe", Net: "unix"} }
