package rttest_test

import (
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"

	"github.com/gracy-go/gracy/internal/rttest"
)

// lateConn is a connection whose first write returns when the connection is closed.
type lateConn struct {
	net.Conn
	closed chan struct{}
}

func (c *lateConn) Write(b []byte) (int, error) {
	n, err := c.Conn.Write(b)
	<-c.closed
	return n, err
}

func (c *lateConn) Close() error {
	defer close(c.closed) // net/http closes a connection once
	return c.Conn.Close()
}

func TestKeepEndsWhenAConnectionIsKept(t *testing.T) {
	for name, body := range map[string]string{"no body": "", "a body": "text", "a long body": string(bytes.Repeat([]byte("x"), 1<<20))} {
		var requests, dials atomic.Int64
		srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			requests.Add(1)
			_, _ = io.WriteString(w, body)
		}))
		base := &http.Transport{DialContext: func(ctx context.Context, network, addr string) (net.Conn, error) {
			c, err := new(net.Dialer).DialContext(ctx, network, addr)
			if err != nil || dials.Add(1) > 1 {
				return c, err
			}
			return &lateConn{c, make(chan struct{})}, nil // net/http waits 50 ms for the write, and closes it
		}}
		rttest.Keep(t, base, srv.URL)
		if requests.Load() < 2 || dials.Load() != requests.Load() {
			t.Errorf("%s: %d requests over %d connections, want another one after the first", name, requests.Load(), dials.Load())
		}
		base.CloseIdleConnections()
		srv.Close()
	}
}
