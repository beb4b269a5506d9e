package main

import (
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"

	"github.com/gracy-go/gracy"
	"github.com/gracy-go/gracy/concurrency"
	"github.com/gracy-go/gracy/retry"
	"github.com/gracy-go/gracy/timeout"
	"github.com/gracy-go/gracy/transport"
)

// kind is how a request is made.
type kind string

const (
	get   kind = "GET"
	put   kind = "PUT"
	post  kind = "POST"
	pipe  kind = "POST pipe"  // a body that net/http cannot send again
	keyed kind = "POST key"   // with an Idempotency-Key
	empty kind = "POST empty" // without a body

	earlier kind = "earlier" // made to bring about a state, and not counted
)

func kinds() []kind { return []kind{get, put, post, pipe, keyed, empty} }

// once reports whether a request of the kind must not be sent again after it may have arrived.
func (k kind) once() bool { return k == post || k == pipe || k == empty }

// client is a client with a base of its own.
type client struct {
	*http.Client
	base *http.Transport
}

// newClient returns a client with the policy, or without retry if that is nil.
func newClient(two bool, policy *retry.Policy) *client {
	base := &http.Transport{
		MaxIdleConnsPerHost: 512,
		TLSClientConfig:     &tls.Config{InsecureSkipVerify: true, MinVersion: tls.VersionTLS12}, //nolint:gosec // a certificate of our own, on loopback
		ForceAttemptHTTP2:   two,
	}
	layers := []gracy.Layer{concurrency.New(concurrency.Limit{Max: 512, MaxQueue: 4096}), timeout.PerAttempt(0)}
	if policy != nil {
		layers = append([]gracy.Layer{retry.New(*policy)}, layers...)
	}
	return &client{&http.Client{Transport: gracy.Around(base, layers...)}, base}
}

// ids numbers the requests that the program makes.
type ids struct{ last atomic.Int64 }

// call is the outcome of one request.
type call struct {
	id   string
	kind kind
	err  error // also set for a status of 400 and above
	*transport.Call
}

// send makes a request of the kind and reads the response.
func (c *client) send(ctx context.Context, n *ids, k kind, url string) call {
	out := call{id: strconv.FormatInt(n.last.Add(1), 10), kind: k}
	ctx, trace := transport.WithTrace(ctx)
	req, err := http.NewRequestWithContext(ctx, strings.Fields(string(k))[0], url, body(k))
	if err != nil {
		out.err = err
		return out
	}
	req.Header.Set("X-Id", out.id)
	if k == keyed {
		req.Header.Set("Idempotency-Key", out.id)
	}
	resp, err := c.Do(req)
	if err == nil {
		_, err = io.Copy(io.Discard, resp.Body)
		_ = resp.Body.Close()
		if resp.StatusCode >= http.StatusBadRequest {
			err = fmt.Errorf("status %d", resp.StatusCode)
		}
	}
	out.err = err
	if calls := trace.Calls(); len(calls) > 0 {
		out.Call = calls[0]
	}
	return out
}

func body(k kind) io.Reader {
	if k == get || k == empty {
		return nil
	}
	if k != pipe {
		return strings.NewReader("data")
	}
	r, w := io.Pipe()
	go func() {
		_, _ = io.WriteString(w, "data")
		_ = w.Close()
	}()
	return r
}
