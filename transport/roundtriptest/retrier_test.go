package roundtriptest

import (
	"context"
	"io"
	"net/http"
	"sync"
	"time"
)

// A retrier is a small, correct retry. Mutants replace one of its parts.
type retrier struct {
	next    http.RoundTripper
	discard func(*http.Response)
	lend    func(io.ReadCloser) (io.ReadCloser, func()) // a body for one attempt, and what ends it
	again   func(*http.Request) (io.ReadCloser, bool)   // the body of the next attempt
	wait    func(context.Context, time.Duration) bool
	gone    func(context.Context) bool
}

func retries(change func(*retrier)) func(http.RoundTripper) http.RoundTripper {
	return func(next http.RoundTripper) http.RoundTripper {
		r := &retrier{next: next, discard: drain, lend: lend, again: bodyAgain, wait: waitFor, gone: func(ctx context.Context) bool { return ctx.Err() != nil }}
		if change != nil {
			change(r)
		}
		return around{next, r.trip}
	}
}

func (r *retrier) trip(next http.RoundTripper, req *http.Request) (*http.Response, error) {
	attempt := req
	for n := 1; ; n++ {
		end := func() {}
		if req.GetBody != nil && attempt.Body != nil && attempt.Body != http.NoBody {
			attempt = attempt.WithContext(attempt.Context())
			attempt.Body, end = r.lend(attempt.Body)
		}
		resp, err := next.RoundTrip(attempt)
		switch {
		case n == 3, err == nil && (resp == nil || resp.StatusCode != 429 && resp.StatusCode < 500 && resp.StatusCode != 401):
			return resp, err
		case req.Method == http.MethodPost, req.Header == nil, req.URL == nil, r.gone(req.Context()):
			return resp, err
		}
		var body io.ReadCloser
		var ok bool
		if req.GetBody == nil {
			if body, ok = r.again(req); !ok {
				return resp, err
			}
		}
		if resp != nil && resp.Body != nil {
			r.discard(resp)
		}
		if end(); req.GetBody != nil { // GetBody may rewind what is being sent
			if body, ok = r.again(req); !ok {
				return resp, err
			}
		}
		if !r.wait(req.Context(), time.Duration(n)*100*time.Millisecond) {
			if body != nil {
				_ = body.Close()
			}
			return nil, context.Cause(req.Context())
		}
		attempt = req.WithContext(req.Context())
		attempt.Body = body
	}
}

// A lent is a body that nobody can read once its attempt is over, since GetBody may rewind it.
type lent struct {
	io.ReadCloser
	mu   sync.Mutex // mu guards over, and is held while the body is read.
	over bool
}

func lend(body io.ReadCloser) (io.ReadCloser, func()) {
	l := &lent{ReadCloser: body}
	return l, func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.over = true
	}
}

func (l *lent) Read(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.over {
		return 0, http.ErrBodyReadAfterClose
	}
	return l.ReadCloser.Read(p)
}

func bodyAgain(req *http.Request) (io.ReadCloser, bool) {
	if req.Body == nil || req.Body == http.NoBody {
		return req.Body, true
	}
	if req.GetBody == nil {
		return nil, false
	}
	body, err := req.GetBody()
	return body, err == nil
}

// drain reads a little of the body, for a while, and closes it.
func drain(resp *http.Response) {
	closed := sync.OnceFunc(func() { _ = resp.Body.Close() })
	late := time.AfterFunc(time.Second, closed)
	defer late.Stop()
	_, _ = io.CopyN(io.Discard, resp.Body, 16<<10)
	closed()
}

func waitFor(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
