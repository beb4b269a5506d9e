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

const (
	tlsHandshake = 22 // the first byte of a connection over TLS (RFC 8446 5.1)
	helloTime    = 10 * time.Second
)

// tunnels takes CONNECT requests: the connection behind each is served as the server
// that was asked for, with a certificate of the authority, and its requests are passed on.
type tunnels struct {
	authority *authority
	plain     http.Handler                       // for all other requests
	forward   func(origin *url.URL) http.Handler // for what comes through a tunnel
	open      sync.WaitGroup                     // tunnels

	mu     sync.Mutex // mu guards the fields below
	conns  map[net.Conn]struct{}
	closed bool
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
	for conn := range t.conns {
		_ = conn.Close()
	}
	t.mu.Unlock()
	t.open.Wait()
}

// keep keeps a connection for close, until done is called; false if that was called already.
func (t *tunnels) keep(conn net.Conn) (done func(), ok bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.closed {
		return nil, false
	}
	if t.conns == nil {
		t.conns = make(map[net.Conn]struct{})
	}
	t.conns[conn] = struct{}{}
	return func() {
		t.mu.Lock()
		defer t.mu.Unlock()
		delete(t.conns, conn)
	}, true
}

// serve serves one tunnel until the client closes it, or its server is closed. What does
// not begin as TLS does is plain HTTP.
func (t *tunnels) serve(conn *rest, host string, origin *url.URL) {
	done, ok := t.keep(conn)
	if !ok {
		_ = conn.Close()
		return
	}
	defer done()
	_ = conn.SetReadDeadline(time.Now().Add(helloTime))
	first, err := conn.buffered.Peek(1)
	if err != nil {
		_ = conn.Close()
		return
	}
	_ = conn.SetReadDeadline(time.Time{})
	if first[0] != tlsHandshake {
		origin.Scheme = "http"
		t.run(conn, origin)
		return
	}
	t.run(tls.Server(conn, &tls.Config{
		MinVersion: tls.VersionTLS12,
		NextProtos: []string{"http/1.1"},
		GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) {
			return t.authority.certificate(host) // what CONNECT named, whatever SNI says
		},
	}), origin)
}

// run serves the requests of a connection.
func (t *tunnels) run(conn net.Conn, origin *url.URL) {
	one := &oneConn{conn: conn, closed: make(chan struct{})}
	srv := &http.Server{
		Handler: t.forward(origin), ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute,
		ConnState: func(_ net.Conn, s http.ConnState) {
			if s == http.StateClosed || s == http.StateHijacked {
				one.end()
			}
		},
	}
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
