package main

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/url"
	"slices"
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
	trust     string // the file that clients have to trust
	log       io.Writer
	plain     http.Handler                       // for all other requests
	forward   func(origin *url.URL) http.Handler // for what comes through a tunnel

	mu     sync.Mutex                // mu guards the fields below, and adding to open
	open   sync.WaitGroup            // tunnels and requests
	conns  map[net.Conn]*http.Server // nil while a tunnel has said nothing
	ends   map[int]func()            // of the requests
	last   int                       // number of a request
	closed bool
}

func (t *tunnels) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	if req.Method != http.MethodConnect {
		t.ending(t.plain).ServeHTTP(w, req)
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
	done, ok := t.keep(conn)
	if !ok {
		_ = conn.Close()
		return
	}
	go func() {
		defer done()
		t.serve(&rest{conn, buffered.Reader}, host, origin)
	}()
}

// close ends all tunnels and requests, and waits for them. Requests that are under way have
// some time, which one without an end, such as a stream or a WebSocket, does not keep.
func (t *tunnels) close() {
	ctx, cancel := context.WithTimeout(context.Background(), grace)
	defer cancel()
	t.mu.Lock()
	t.closed = true
	for conn, srv := range t.conns {
		if srv == nil {
			_ = conn.Close()
			continue
		}
		t.open.Go(func() {
			if srv.Shutdown(ctx) != nil {
				_ = srv.Close()
			}
		})
	}
	t.mu.Unlock()
	stop := context.AfterFunc(ctx, func() {
		t.mu.Lock()
		late := slices.Collect(maps.Values(t.ends))
		t.mu.Unlock()
		for _, end := range late {
			end()
		}
	})
	defer stop()
	t.open.Wait()
}

// connKey is the key of the connection in the context of its requests.
type connKey struct{}

// withConn is an http.Server.ConnContext.
func withConn(ctx context.Context, conn net.Conn) context.Context {
	return context.WithValue(ctx, connKey{}, conn)
}

// errEnding is the cause with which close ends a request.
var errEnding = errors.New("the proxy is ending")

// ending makes a handler whose requests close ends.
func (t *tunnels) ending(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		ctx, cancel := context.WithCancelCause(req.Context())
		defer cancel(nil)
		t.mu.Lock()
		if t.closed {
			t.mu.Unlock()
			http.Error(w, errEnding.Error(), http.StatusServiceUnavailable)
			return
		}
		if t.ends == nil {
			t.ends = make(map[int]func())
		}
		t.last++
		number := t.last
		conn, _ := req.Context().Value(connKey{}).(net.Conn)
		t.ends[number] = func() {
			cancel(errEnding)
			if conn != nil { // a WebSocket reads from it until somebody closes it
				_ = conn.Close()
			}
		}
		t.open.Add(1)
		t.mu.Unlock()
		defer func() {
			t.mu.Lock()
			delete(t.ends, number)
			t.mu.Unlock()
			t.open.Done()
		}()
		next.ServeHTTP(w, req.WithContext(ctx))
	})
}

// keep keeps a connection for close, until done is called; false if that was called already.
func (t *tunnels) keep(conn net.Conn) (done func(), ok bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.closed {
		return nil, false
	}
	if t.conns == nil {
		t.conns = make(map[net.Conn]*http.Server)
	}
	t.conns[conn] = nil
	t.open.Add(1)
	return func() {
		t.mu.Lock()
		delete(t.conns, conn)
		t.mu.Unlock()
		t.open.Done()
	}, true
}

// serves says which server has a connection that is kept; false if close was called.
func (t *tunnels) serves(conn net.Conn, srv *http.Server) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if !t.closed {
		t.conns[conn] = srv
	}
	return !t.closed
}

// serve serves one tunnel until the client closes it, or its server is closed. What does
// not begin as TLS does is plain HTTP.
func (t *tunnels) serve(conn *rest, host string, origin *url.URL) {
	_ = conn.SetReadDeadline(time.Now().Add(helloTime))
	first, err := conn.buffered.Peek(1)
	if err != nil {
		_ = conn.Close()
		return
	}
	_ = conn.SetReadDeadline(time.Time{})
	if first[0] != tlsHandshake {
		origin.Scheme = "http"
		t.run(conn.Conn, conn, origin)
		return
	}
	secure := tls.Server(conn, &tls.Config{
		MinVersion: tls.VersionTLS12,
		NextProtos: []string{"http/1.1"},
		GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) {
			return t.authority.certificate(host) // what CONNECT named, whatever SNI says
		},
	})
	ctx, cancel := context.WithTimeout(context.Background(), helloTime)
	defer cancel()
	if err := secure.HandshakeContext(ctx); err != nil {
		_ = conn.Close()
		t.untrusted(origin, err)
		return
	}
	t.run(conn.Conn, secure, origin)
}

// untrusted says that a client did not want to speak to the proxy, unless that is ending.
func (t *tunnels) untrusted(origin *url.URL, err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if !t.closed {
		_, _ = fmt.Fprintf(t.log, "%s: TLS handshake with the client failed (it must trust %s): %s\n", cleanLine(origin.String()), t.trust, cleanLine(err.Error()))
	}
}

// run serves the requests of a connection, of which kept is the one that is kept.
func (t *tunnels) run(kept, conn net.Conn, origin *url.URL) {
	one := &oneConn{conn: conn, closed: make(chan struct{})}
	srv := &http.Server{
		Handler: t.ending(t.forward(origin)), ReadHeaderTimeout: 10 * time.Second, IdleTimeout: idleTime,
		ConnContext: withConn,
		ConnState: func(_ net.Conn, s http.ConnState) {
			if s == http.StateClosed || s == http.StateHijacked {
				one.end()
			}
		},
	}
	if !t.serves(kept, srv) {
		_ = conn.Close()
		return
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
