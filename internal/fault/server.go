package fault

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"sync"
	"time"
)

// ErrClosed is the cause in the contexts of requests that end because their [Server] is closing.
var ErrClosed = errors.New("fault: server closed")

// A Server serves one handler on a free port of 127.0.0.1.
type Server struct {
	// URL is the base URL, such as "http://127.0.0.1:12345", without a slash.
	URL string

	srv      *http.Server
	listener *listener
	cancel   context.CancelCauseFunc
	served   chan error
	busy     sync.WaitGroup // the connections until they are closed or hijacked, and the handlers
	once     sync.Once
	err      error
}

// Start listens and serves. It returns an error if it cannot listen. The caller must close the
// server.
func Start(h http.Handler) (*Server, error) {
	if h == nil {
		panic("fault: Start: nil handler")
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("fault: listen: %w", err)
	}
	ctx, cancel := context.WithCancelCause(context.Background())
	s := &Server{
		URL:      "http://" + ln.Addr().String(),
		listener: &listener{Listener: ln, open: map[net.Conn]struct{}{}},
		cancel:   cancel,
		served:   make(chan error, 1),
	}
	s.srv = &http.Server{
		Handler:           http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { s.handle(h, w, r) }),
		BaseContext:       func(net.Listener) context.Context { return ctx },
		ConnState:         s.connState,
		ReadHeaderTimeout: 30 * time.Second,
		ErrorLog:          log.New(io.Discard, "", 0), // it would log the faults
	}
	go func() { s.served <- s.srv.Serve(s.listener) }()
	return s, nil
}

// Close ends all requests, closes every connection, hijacked ones too, and returns when every
// goroutine of the server has ended. Handlers must end with their context. Close returns an error
// if serving ended for another reason. Further calls wait for the first and return the same error.
func (s *Server) Close() error {
	s.once.Do(func() {
		s.cancel(ErrClosed)
		err := s.srv.Close()
		if served := <-s.served; !errors.Is(served, http.ErrServerClosed) {
			err = served
		}
		// Nothing is accepted from here on. http.Server closes neither hijacked connections nor
		// those that came in while it was closing.
		s.listener.closeAll()
		s.busy.Wait()
		if err != nil {
			s.err = fmt.Errorf("fault: serve: %w", err)
		}
	})
	return s.err
}

func (s *Server) handle(h http.Handler, w http.ResponseWriter, r *http.Request) {
	// The connection is still counted, so this never adds to a WaitGroup at zero.
	s.busy.Add(1)
	defer s.busy.Done()
	h.ServeHTTP(w, r)
}

func (s *Server) connState(_ net.Conn, state http.ConnState) {
	switch state {
	case http.StateNew:
		s.busy.Add(1)
	case http.StateClosed, http.StateHijacked:
		s.busy.Done()
	}
}

// A listener knows the open connections, including the hijacked ones that net/http has forgotten.
type listener struct {
	net.Listener
	mu   sync.Mutex // mu guards open
	open map[net.Conn]struct{}
}

// Accept implements net.Listener.
func (l *listener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	tcp, ok := c.(*net.TCPConn)
	if !ok {
		c.Close()
		return nil, fmt.Errorf("fault: accepted a %T", c)
	}
	t := &conn{TCPConn: tcp, from: l}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.open[t] = struct{}{}
	return t, nil
}

func (l *listener) closeAll() {
	l.mu.Lock()
	open := l.open
	l.open = map[net.Conn]struct{}{}
	l.mu.Unlock()
	for c := range open {
		_ = c.Close()
	}
}

type conn struct {
	*net.TCPConn
	from *listener
}

// Close implements net.Conn.
func (c *conn) Close() error {
	c.from.mu.Lock()
	delete(c.from.open, c)
	c.from.mu.Unlock()
	return c.TCPConn.Close()
}
