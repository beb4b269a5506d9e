package main

import (
	"bufio"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"sync"
	"time"
)

// tunnels takes CONNECT requests: the connection behind each is served as the server
// that was asked for, with a certificate of the authority, and its requests are passed on.
type tunnels struct {
	authority *authority
	plain     http.Handler                       // for all other requests
	forward   func(origin *url.URL) http.Handler // for what comes through a tunnel
	open      sync.WaitGroup                     // tunnels

	mu      sync.Mutex // mu guards the fields below
	servers map[*http.Server]struct{}
	closed  bool
}

func (t *tunnels) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	if req.Method != http.MethodConnect {
		t.plain.ServeHTTP(w, req)
		return
	}
	host, port, err := net.SplitHostPort(req.Host)
	if err != nil || host == "" {
		http.Error(w, "CONNECT needs a host and a port", http.StatusBadRequest)
		return
	}
	conn, buffered, err := http.NewResponseController(w).Hijack()
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	if _, err := io.WriteString(conn, "HTTP/1.1 200 Connection established\r\n\r\n"); err != nil {
		_ = conn.Close()
		return
	}
	origin := &url.URL{Scheme: "https", Host: req.Host}
	if port == "443" {
		origin.Host = host
		if net.ParseIP(host) != nil && net.ParseIP(host).To4() == nil {
			origin.Host = "[" + host + "]"
		}
	}
	t.open.Go(func() { t.serve(&rest{conn, buffered.Reader}, host, origin) })
}

// close ends all tunnels and waits for them.
func (t *tunnels) close() {
	t.mu.Lock()
	t.closed = true
	for srv := range t.servers {
		_ = srv.Close()
	}
	t.mu.Unlock()
	t.open.Wait()
}

// keep keeps a server for close, until done is called; false if that was called already.
func (t *tunnels) keep(srv *http.Server) (done func(), ok bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.closed {
		return nil, false
	}
	if t.servers == nil {
		t.servers = make(map[*http.Server]struct{})
	}
	t.servers[srv] = struct{}{}
	return func() {
		t.mu.Lock()
		defer t.mu.Unlock()
		delete(t.servers, srv)
	}, true
}

// serve serves one tunnel until the client closes it, or its server is closed.
func (t *tunnels) serve(conn net.Conn, host string, origin *url.URL) {
	secure := tls.Server(conn, &tls.Config{
		MinVersion: tls.VersionTLS12,
		NextProtos: []string{"http/1.1"},
		GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) {
			return t.authority.certificate(host) // what CONNECT named, whatever SNI says
		},
	})
	one := &oneConn{conn: secure, closed: make(chan struct{})}
	srv := &http.Server{
		Handler: t.forward(origin), ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute,
		ConnState: func(_ net.Conn, s http.ConnState) {
			if s == http.StateClosed || s == http.StateHijacked {
				one.end()
			}
		},
	}
	done, ok := t.keep(srv)
	if !ok {
		_ = conn.Close()
		return
	}
	defer done()
	_ = srv.Serve(one) // it ends with the connection
}

// rest is a connection of which some bytes have been read ahead.
type rest struct {
	net.Conn
	buffered *bufio.Reader
}

func (r *rest) Read(p []byte) (int, error) { return r.buffered.Read(p) }

// oneConn is a listener that accepts one connection, and ends when that is closed.
type oneConn struct {
	conn   net.Conn
	once   sync.Once
	taken  bool
	closed chan struct{}
}

var errOneConn = errors.New("the connection is closed")

func (l *oneConn) end() { l.once.Do(func() { close(l.closed) }) }

// Accept is called by one goroutine.
func (l *oneConn) Accept() (net.Conn, error) {
	if !l.taken {
		l.taken = true
		return l.conn, nil
	}
	<-l.closed
	return nil, errOneConn
}

func (l *oneConn) Close() error {
	l.end()
	return nil
}

func (l *oneConn) Addr() net.Addr { return l.conn.LocalAddr() }
