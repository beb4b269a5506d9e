package retry_test

import (
	"bufio"
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"github.com/gracy-go/gracy/layer"
	"github.com/gracy-go/gracy/retry"
	"github.com/gracy-go/gracy/transport"
)

func TestReconcile(t *testing.T) {
	errDown := errors.New("the lookup is down")
	found := func(*http.Request, *retry.AmbiguousError) (*http.Response, error) {
		return &http.Response{StatusCode: 201}, nil
	}
	nothing := func(*http.Request, *retry.AmbiguousError) (*http.Response, error) { return nil, nil }
	down := func(*http.Request, *retry.AmbiguousError) (*http.Response, error) { return nil, errDown }
	for name, c := range map[string]struct {
		policy  retry.Policy
		method  string
		steps   []step
		status  int
		sent    int
		asked   int
		stopped string
	}{
		"it was done":        {retry.Policy{Reconcile: found}, "POST", []step{fails(io.EOF)}, 201, 1, 1, "reconciled: the work was done"},
		"one attempt":        {retry.Policy{Reconcile: found, Attempts: 1}, "POST", []step{fails(io.EOF)}, 201, 1, 1, "reconciled: the work was done"},
		"it was not":         {retry.Policy{Reconcile: nothing}, "POST", []step{fails(io.EOF), status(200)}, 200, 2, 1, ""},
		"it never was":       {retry.Policy{Reconcile: nothing}, "POST", []step{fails(io.EOF)}, 0, 3, 3, "attempts used up: 3 of 3"},
		"nobody knows":       {retry.Policy{Reconcile: down}, "POST", []step{fails(io.EOF)}, 0, 1, 1, "ambiguous: the lookup failed"},
		"idempotent":         {retry.Policy{Reconcile: found}, "PUT", []step{fails(io.EOF), status(200)}, 200, 2, 0, ""},
		"with a key":         {retry.Policy{Reconcile: found, IdempotencyKey: retry.NewIdempotencyKey}, "POST", []step{fails(io.EOF), status(200)}, 200, 2, 0, ""},
		"also if Unsafe":     {retry.Policy{Reconcile: found, Unsafe: true}, "POST", []step{fails(io.EOF)}, 201, 1, 1, "reconciled: the work was done"},
		"an answer is known": {retry.Policy{Reconcile: found}, "POST", []step{status(503)}, 503, 1, 0, "not idempotent"},
	} {
		synctest.Test(t, func(t *testing.T) {
			asked := 0
			hook := c.policy.Reconcile
			c.policy.Reconcile = func(r *http.Request, e *retry.AmbiguousError) (*http.Response, error) {
				asked++
				if e.Method != "POST" || !e.Sent || !errors.Is(e, io.EOF) || !errors.Is(e, retry.ErrAmbiguous) || layer.CallFrom(r.Context()) == nil {
					t.Errorf("%s: asked about %+v", name, e)
				}
				return hook(r, e)
			}
			base := &script{steps: c.steps}
			resp, call, err := do(t, c.policy, base, request(t, t.Context(), c.method, strings.NewReader("pay")))
			if len(base.sent) != c.sent || asked != c.asked || call.StopReason() != c.stopped {
				t.Errorf("%s: sent %d times, asked %d times\n%s", name, len(base.sent), asked, call)
			}
			switch {
			case c.status == 0:
				if !errors.Is(err, io.EOF) {
					t.Errorf("%s: %v", name, err)
				}
				if lost := c.stopped == "ambiguous: the lookup failed"; errors.Is(err, errDown) != lost || errors.Is(err, retry.ErrAmbiguous) != lost {
					t.Errorf("%s: %v", name, err)
				}
			case err != nil || resp.StatusCode != c.status || transport.CallOf(resp) != call:
				t.Errorf("%s: %v, %v", name, resp, err)
			}
			finish(resp)
		})
	}
}

// A hook may make calls with the context of the request: they are their own.
func TestReconcileLooksUp(t *testing.T) {
	var orders atomic.Int64
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		if r.Method == http.MethodPost {
			orders.Add(1)
			panic(http.ErrAbortHandler) // done, and no answer
		}
		_, _ = io.WriteString(w, "order 7")
	}))
	defer server.Close()
	client := new(http.Client)
	var written bool
	var taken int64
	client.Transport = retry.New(retry.Policy{Reconcile: func(sent *http.Request, e *retry.AmbiguousError) (*http.Response, error) {
		written, taken = e.Written, e.Body
		req, err := http.NewRequestWithContext(sent.Context(), http.MethodGet, server.URL+"/orders/7", nil)
		if err != nil {
			return nil, err
		}
		return client.Do(req)
	}}).Wrap(nil)
	resp, err := client.Post(server.URL+"/orders", "text/plain", strings.NewReader("one"))
	if err != nil {
		t.Fatal(err)
	}
	if got := read(t, resp); got != "order 7" || orders.Load() != 1 || !written || taken != 3 {
		t.Errorf("%q, %d orders, written: %v, %d bytes", got, orders.Load(), written, taken)
	}
	// The control: Unsafe orders three times.
	client.Transport = retry.New(retry.Policy{Unsafe: true, Delay: retry.NoDelay}).Wrap(nil)
	if _, err := client.Post(server.URL+"/orders", "text/plain", strings.NewReader("one")); err == nil || orders.Load() != 4 {
		t.Errorf("%v, %d orders, want 1 and 3", err, orders.Load())
	}
}

// With tracing on, an attempt without a connection is known to be unsent; a base
// that does not tell proves nothing.
func TestUnsentIsMeasured(t *testing.T) {
	broken := errors.New("no connection today")
	n := 0
	base := &http.Transport{DialContext: func(context.Context, string, string) (net.Conn, error) {
		n++
		return nil, broken
	}}
	for _, c := range []struct {
		policy retry.Policy
		sent   int
	}{{retry.Policy{MarkAmbiguous: true}, 3}, {retry.Policy{}, 1}} {
		n = 0
		c.policy.Delay = retry.NoDelay
		_, _, err := do(t, c.policy, base, request(t, t.Context(), http.MethodPost, nil))
		if n != c.sent || errors.Is(err, retry.ErrAmbiguous) || !errors.Is(err, broken) {
			t.Errorf("dialed %d times, want %d: %v", n, c.sent, err)
		}
	}
	silent := &script{steps: []step{fails(broken)}}
	_, _, err := do(t, retry.Policy{MarkAmbiguous: true}, silent, request(t, t.Context(), http.MethodPost, nil))
	if len(silent.sent) != 1 || !errors.Is(err, retry.ErrAmbiguous) {
		t.Errorf("sent %d times: %v", len(silent.sent), err)
	}
}

// What cannot be sent again as it was is sent once, whatever the policy says.
func TestNeverBlindly(t *testing.T) {
	for name, c := range map[string]struct {
		method string
		edit   func(*http.Request)
		sent   int
	}{
		"trailers": {"PUT", func(r *http.Request) { r.Trailer = http.Header{"Digest": nil} }, 1},
		"CONNECT":  {"CONNECT", func(*http.Request) {}, 1},
		"an upgrade": {"GET", func(r *http.Request) {
			r.Header.Set("Connection", "Upgrade")
			r.Header.Set("Upgrade", "websocket")
		}, 1},
		"Expect, which can be": {"PUT", func(r *http.Request) { r.Header.Set("Expect", "100-continue") }, 3},
		"the control":          {"PUT", func(*http.Request) {}, 3},
	} {
		for what, s := range map[string]step{"503": status(503), "no answer": fails(io.ErrUnexpectedEOF)} {
			synctest.Test(t, func(t *testing.T) {
				base := &script{steps: []step{s}}
				req := request(t, t.Context(), c.method, strings.NewReader("x"))
				c.edit(req)
				resp, call, _ := do(t, retry.Policy{Unsafe: true}, base, req)
				finish(resp)
				if len(base.sent) != c.sent || c.sent == 1 && call.StopReason() == "" {
					t.Errorf("%s, %s: sent %d times, want %d\n%s", name, what, len(base.sent), c.sent, call)
				}
			})
		}
	}
}

// RFC 8470, section 5.2: a request that was too early is tried again once.
func TestTooEarlyIsTriedAgainOnce(t *testing.T) {
	for name, c := range map[string]struct {
		steps        []step
		sent, status int
	}{
		"then fine":           {[]step{status(425), status(200)}, 2, 200},
		"again":               {[]step{status(425)}, 2, 425},
		"a fault, then again": {[]step{status(503), status(425), status(425)}, 3, 425},
		"then a fault":        {[]step{status(425), status(503), status(200)}, 3, 200},
	} {
		synctest.Test(t, func(t *testing.T) {
			base := &script{steps: c.steps}
			resp, call, err := do(t, retry.Policy{Attempts: 6}, base, request(t, t.Context(), http.MethodGet, nil))
			if err != nil || resp.StatusCode != c.status || len(base.sent) != c.sent {
				t.Errorf("%s: %v, sent %d times\n%s", name, err, len(base.sent), call)
			}
			finish(resp)
		})
	}
}

// The body of a request that waits for 100 Continue leaves once the server wants
// it, on the attempt that it wants it on.
func TestExpectContinue(t *testing.T) {
	var bodies []string
	var wanted []bool
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if wanted = append(wanted, r.Header.Get("Expect") == "100-continue"); len(wanted) == 1 {
			w.Header().Set("Connection", "close")
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		b, _ := io.ReadAll(bufio.NewReader(r.Body))
		bodies = append(bodies, string(b))
	}))
	defer server.Close()
	base := http.DefaultTransport.(*http.Transport).Clone()
	base.ExpectContinueTimeout = 1 << 40
	client := &http.Client{Transport: retry.New(retry.Policy{Delay: retry.NoDelay}).Wrap(base)}
	req, _ := http.NewRequestWithContext(t.Context(), http.MethodPut, server.URL, strings.NewReader("large"))
	req.Header.Set("Expect", "100-continue")
	resp, err := client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	finish(resp)
	if len(wanted) != 2 || !wanted[0] || !wanted[1] || len(bodies) != 1 || bodies[0] != "large" {
		t.Errorf("Expect %v, bodies %q", wanted, bodies)
	}
	base.CloseIdleConnections()
}

// E10: of 2000 POSTs 5 % of the answers are lost after the work was done.
func TestLostAnswers(t *testing.T) {
	const n = 2000
	for name, c := range map[string]struct {
		policy                 retry.Policy
		duplicates, unanswered bool
	}{
		"the default":  {retry.Policy{}, false, true},
		"Unsafe":       {retry.Policy{Unsafe: true}, true, false},
		"a minted key": {retry.Policy{IdempotencyKey: retry.NewIdempotencyKey}, false, false},
		"with Reconcile": {retry.Policy{Reconcile: func(*http.Request, *retry.AmbiguousError) (*http.Response, error) {
			return &http.Response{StatusCode: 201}, nil
		}}, false, false},
	} {
		synctest.Test(t, func(t *testing.T) {
			draw := rand.New(rand.NewPCG(17, 18))
			done, byKey, unanswered := 0, map[string]bool{}, 0
			c.policy.Budget, c.policy.Attempts = retry.NoBudget(), 6
			rt := retry.New(c.policy).Wrap(roundTrip(func(req *http.Request) (*http.Response, error) {
				if k := req.Header.Get("Idempotency-Key"); k == "" || !byKey[k] {
					byKey[k] = true
					done++
				}
				if draw.Float64() < 0.05 {
					return nil, io.ErrUnexpectedEOF
				}
				return &http.Response{StatusCode: 201, Header: http.Header{}, Body: http.NoBody, Request: req}, nil
			}))
			for range n {
				resp, err := rt.RoundTrip(request(t, t.Context(), http.MethodPost, nil))
				if err != nil {
					unanswered++
				}
				finish(resp)
			}
			t.Logf("%s: %d of %d done twice, %d unanswered", name, done-n, n, unanswered)
			if (done > n) != c.duplicates || (unanswered > 0) != c.unanswered {
				t.Errorf("%s: %d done twice, %d unanswered", name, done-n, unanswered)
			}
		})
	}
}
