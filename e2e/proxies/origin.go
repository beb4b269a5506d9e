package main

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// origin counts the requests that arrive with their whole body, by the header X-Id.
type origin struct {
	*httptest.Server
	dropSecond bool          // it closes a connection without a response to its second request
	slow       time.Duration // how long a request takes

	mu      sync.Mutex // mu guards arrived
	arrived map[string]int
}

// requests is the key in the context of a connection for the number of its requests.
type requests struct{}

func newOrigin(dropSecond bool, slow time.Duration) *origin {
	o := &origin{dropSecond: dropSecond, slow: slow, arrived: map[string]int{}}
	o.Server = httptest.NewUnstartedServer(o)
	o.Config.ConnContext = func(ctx context.Context, _ net.Conn) context.Context {
		return context.WithValue(ctx, requests{}, new(atomic.Int64))
	}
	o.Start()
	return o
}

// addr returns the host and port.
func (o *origin) addr() string { return strings.TrimPrefix(o.URL, "http://") }

func (o *origin) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	if _, err := io.Copy(io.Discard, req.Body); err != nil {
		return // not all of it arrived
	}
	if id := req.Header.Get("X-Id"); id != "" {
		o.mu.Lock()
		o.arrived[id]++
		o.mu.Unlock()
	}
	if n, ok := req.Context().Value(requests{}).(*atomic.Int64); ok && n.Add(1) == 2 && o.dropSecond {
		panic(http.ErrAbortHandler)
	}
	time.Sleep(o.slow)
	_, _ = io.WriteString(w, "ok")
}

// count returns how often a request arrived.
func (o *origin) count(id string) int {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.arrived[id]
}
