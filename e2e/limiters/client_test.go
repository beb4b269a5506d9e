package limiters

import (
	"errors"
	"io"
	"net"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/gracy-go/gracy"
	"github.com/gracy-go/gracy/retry"
	"github.com/gracy-go/gracy/throttle"
	"github.com/gracy-go/gracy/transport"
)

// A response is what came over the wire, below all layers.
type response struct {
	at     time.Time
	status int
	header http.Header
}

// A client has an address and a stack of its own.
type client struct {
	http.Client
	server *server
	addr   string
	base   *http.Transport

	mu  sync.Mutex
	got []response
}

// RoundTrip implements http.RoundTripper as the base of the stack.
func (c *client) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := c.base.RoundTrip(req)
	if err == nil {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.got = append(c.got, response{time.Now(), resp.StatusCode, resp.Header})
	}
	return resp, err
}

// The stacks. The last one is the control: a client that waits exactly as long as Retry-After says.
const (
	retryAlone    = "retry"
	retryThrottle = "retry, throttle"
	toTheLetter   = "to the letter"
)

// newClient returns a client with the given address and stack.
func newClient(t *testing.T, s *server, addr, stack string) *client {
	t.Helper()
	dialer := &net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(addr)}}
	c := &client{server: s, addr: addr, base: &http.Transport{DialContext: dialer.DialContext}}
	t.Cleanup(c.base.CloseIdleConnections)
	switch policy := (retry.Policy{Attempts: 6}); stack {
	case retryAlone:
		c.Transport = gracy.Around(c, retry.New(policy))
	case retryThrottle:
		c.Transport = gracy.Around(c, retry.New(policy), throttle.New())
	case toTheLetter:
		c.Transport = letter{c}
	}
	return c
}

// letter waits exactly as long as Retry-After says.
type letter struct{ *client }

// RoundTrip sends the request until the server accepts it.
func (l letter) RoundTrip(req *http.Request) (*http.Response, error) {
	for range 100 {
		resp, err := l.client.RoundTrip(req)
		if err != nil || resp.StatusCode != http.StatusTooManyRequests {
			return resp, err
		}
		_ = resp.Body.Close()
		r := response{time.Now(), resp.StatusCode, resp.Header}
		d, ok := delay("Retry-After")(r)
		if !ok {
			d, _ = instant("Retry-After")(r)
		}
		<-time.NewTimer(max(d, 20*time.Millisecond)).C // a 0 would otherwise cause thousands of requests
	}
	return nil, errors.New("never accepted")
}

// get makes a call and returns its status and its ledger.
func (c *client) get(t *testing.T, path string, use ...transport.Override) (status int, ledger string) {
	t.Helper()
	req, err := http.NewRequestWithContext(transport.With(t.Context(), use...), http.MethodGet, c.server.url+path, nil)
	if err != nil {
		t.Error(err)
		return 0, ""
	}
	resp, err := c.Do(req)
	if err != nil {
		t.Errorf("%s: %v", c.addr, err)
		return 0, ""
	}
	_, _ = io.Copy(io.Discard, resp.Body)
	_ = resp.Body.Close()
	if call := transport.CallOf(resp); call != nil {
		ledger = call.String()
	}
	return resp.StatusCode, ledger
}

// An exchange is a request as the server saw it and its response as the client did.
type exchange struct {
	sent time.Time
	response
}

// exchanges returns the exchanges of the client from the given one on.
func (c *client) exchanges(t *testing.T, from int) []exchange {
	t.Helper()
	c.mu.Lock()
	got := c.got
	c.mu.Unlock()
	var all []exchange
	for i, a := range c.server.arrivals(t, c.addr, len(got)) {
		if a.Status != got[i].status {
			t.Errorf("%s: request %d was responded to with %d, and %d came", c.addr, i, a.Status, got[i].status)
		}
		all = append(all, exchange{time.UnixMicro(a.At), got[i]})
	}
	return all[from:]
}
