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

// wire is net/http's own server and transport, joined by pipes in memory: everything
// waits on the bubble's clock.
type wire struct {
	*http.Transport
	dials atomic.Int64
}

// serve starts a server for the case; it ends with the case.
func (p *probe) serve(handler http.HandlerFunc) *wire {
	listener := &pipeListener{conns: make(chan net.Conn), done: make(chan struct{})}
	server := &http.Server{Handler: handler, ErrorLog: log.New(io.Discard, "", 0)}
	over := make(chan struct{})
	go func() {
		defer close(over)
		_ = server.Serve(listener) // ends with Close
	}()
	w := &wire{Transport: &http.Transport{
		ExpectContinueTimeout: time.Minute,
		MaxIdleConnsPerHost:   100,
	}}
	w.DialContext = func(ctx context.Context, _, _ string) (net.Conn, error) {
		w.dials.Add(1)
		return listener.dial(ctx)
	}
	p.cleanup(func() {
		w.CloseIdleConnections()
		_ = server.Close()
		<-over
	})
	return w
}

// pipeListener accepts the far ends of pipes.
type pipeListener struct {
	conns chan net.Conn
	done  chan struct{}
	once  sync.Once
}

func (l *pipeListener) dial(ctx context.Context) (net.Conn, error) {
	near, far := net.Pipe()
	select {
	case l.conns <- far:
		return near, nil
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
