package retry_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"

	"github.com/gracy-go/gracy/internal/rttest"
	"github.com/gracy-go/gracy/layer"
	"github.com/gracy-go/gracy/retry"
	"github.com/gracy-go/gracy/transport"
)

func TestReconcileEndsTheCallOrLetsItBeSentAgain(t *testing.T) {
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
		"it was done":      {retry.Policy{Reconcile: found}, "POST", []step{fails(io.EOF)}, 201, 1, 1, "reconciled: the work was done"},
		"one attempt":      {retry.Policy{Reconcile: found, Attempts: 1}, "POST", []step{fails(io.EOF)}, 201, 1, 1, "reconciled: the work was done"},
		"it was not":       {retry.Policy{Reconcile: nothing}, "POST", []step{fails(io.EOF), status(200)}, 200, 2, 1, ""},
		"it never was":     {retry.Policy{Reconcile: nothing}, "POST", []step{fails(io.EOF)}, 0, 3, 3, "attempts used up: 3 of 3"},
		"the lookup fails": {retry.Policy{Reconcile: down}, "POST", []step{fails(io.EOF)}, 0, 1, 1, "ambiguous: Reconcile failed"},
		"idempotent":       {retry.Policy{Reconcile: found}, "PUT", []step{fails(io.EOF), status(200)}, 200, 2, 0, ""},
		"with a key":       {retry.Policy{Reconcile: found, IdempotencyKey: retry.NewIdempotencyKey}, "POST", []step{fails(io.EOF), status(200)}, 200, 2, 0, ""},
		"also if Unsafe":   {retry.Policy{Reconcile: found, Unsafe: true}, "POST", []step{fails(io.EOF)}, 201, 1, 1, "reconciled: the work was done"},
		"a response":       {retry.Policy{Reconcile: found}, "POST", []step{status(503)}, 503, 1, 0, "not idempotent (transport.Safe, transport.KeyHeader or Policy.IdempotencyKey would allow it)"},
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
				if lost := c.stopped == "ambiguous: Reconcile failed"; errors.Is(err, errDown) != lost || errors.Is(err, retry.ErrAmbiguous) != lost {
					t.Errorf("%s: %v", name, err)
				}
			case err != nil || resp.StatusCode != c.status || transport.CallOf(resp) != call:
				t.Errorf("%s: %v, %v", name, resp, err)
			}
			finish(resp)
		})
	}
}

// Reconcile may make calls with the context of the request. They are not attempts of its call.
func TestReconcileMakesCallsOfItsOwn(t *testing.T) {
	var orders atomic.Int64
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		if r.Method == http.MethodPost {
			orders.Add(1)
			panic(http.ErrAbortHandler) // the work is done and the response is lost
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
	if got := rttest.Read(t, resp); got != "order 7" || orders.Load() != 1 || !written || taken != 3 {
		t.Errorf("%q, %d orders, written: %v, %d bytes", got, orders.Load(), written, taken)
	}
	// The control: Unsafe orders three times.
	client.Transport = retry.New(retry.Policy{Unsafe: true, Delay: retry.NoDelay}).Wrap(nil)
	if _, err := client.Post(server.URL+"/orders", "text/plain", strings.NewReader("one")); err == nil || orders.Load() != 4 {
		t.Errorf("%v, %d orders, want 1 and 3", err, orders.Load())
	}
}

// An attempt without a connection is known to be unsent, whatever its error. A base that reports
// nothing proves nothing.
func TestAnAttemptWithoutAConnectionIsUnsent(t *testing.T) {
	broken := errors.New("no connection today")
	n := 0
	base := &http.Transport{DialContext: func(context.Context, string, string) (net.Conn, error) {
		n++
		return nil, broken
	}}
	for _, c := range []struct {
		policy retry.Policy
		sent   int
	}{{retry.Policy{MarkAmbiguous: true}, 3}, {retry.Policy{}, 3}} {
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

func TestMarkAmbiguousWrapsTheErrorOfARequestThatMayHaveDoneItsWork(t *testing.T) {
	unreachable := &net.OpError{Op: "dial", Err: os.NewSyscallError("connect", syscall.ECONNREFUSED)}
	for name, test := range map[string]struct {
		policy retry.Policy
		method string
		steps  []step
		want   bool
		sent   int
	}{
		"one attempt":     {retry.Policy{MarkAmbiguous: true, Attempts: 1}, "POST", []step{fails(io.EOF)}, true, 1},
		"first":           {retry.Policy{MarkAmbiguous: true}, "POST", []step{fails(io.EOF)}, true, 1},
		"second":          {retry.Policy{MarkAmbiguous: true}, "POST", []step{fails(unreachable), fails(io.EOF)}, true, 2},
		"not marked":      {retry.Policy{}, "POST", []step{fails(io.EOF)}, false, 1},
		"idempotent":      {retry.Policy{MarkAmbiguous: true}, "PUT", []step{fails(io.EOF)}, false, 3},
		"nothing sent":    {retry.Policy{MarkAmbiguous: true}, "POST", []step{fails(unreachable)}, false, 3},
		"conditional":     {retry.Policy{MarkAmbiguous: true}, "PUT If-Match", []step{fails(io.EOF)}, true, 1},
		"unsafe, at last": {retry.Policy{MarkAmbiguous: true, Unsafe: true}, "POST", []step{fails(io.EOF)}, true, 3},
	} {
		synctest.Test(t, func(t *testing.T) {
			base := &script{steps: test.steps}
			method, condition, conditional := strings.Cut(test.method, " ")
			req := request(t, t.Context(), method, nil)
			if conditional {
				req.Header.Set(condition, `"1"`)
			}
			_, _, err := do(t, test.policy, base, req)
			e, ok := errors.AsType[*retry.AmbiguousError](err)
			if ok != test.want || errors.Is(err, retry.ErrAmbiguous) != test.want || len(base.sent) != test.sent {
				t.Errorf("%s: %v, sent %d times", name, err, len(base.sent))
			}
			if ok && (e.Method != method || !e.Sent || !errors.Is(err, io.EOF)) {
				t.Errorf("%s: %+v", name, e)
			}
		})
	}
}
