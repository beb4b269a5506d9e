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
	"time"

	"github.com/gracy-go/gracy/internal/rttest"
)

// lateConn is a connection whose first write returns late.
type lateConn struct {
	net.Conn
	late time.Duration
}

func (c *lateConn) Write(b []byte) (int, error) {
	n, err := c.Conn.Write(b)
	time.Sleep(c.late)
	c.late = 0
	return n, err
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
			return &lateConn{c, 500 * time.Millisecond}, nil // of which net/http waits for 50
		}}
		rttest.Keep(t, base, srv.URL)
		if requests.Load() < 2 || dials.Load() != requests.Load() {
			t.Errorf("%s: %d requests over %d connections, want another one after the first", name, requests.Load(), dials.Load())
		}
		base.CloseIdleConnections()
		srv.Close()
	}
}
