package roundtriptest

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"time"
)

// contextCases are about the caller's context, and the one that next gets.
func contextCases() []testCase {
	return []testCase{{
		name:   "context-values-kept",
		reason: "traces, credentials and per-call settings travel in the context, so the context that next gets descends from the caller's",
		run:    contextValues,
	}, {
		name:   "context-canceled-before",
		reason: "a context that has ended sends nothing, and the error is the context's",
		run:    canceledBefore,
	}, {
		name:   "context-canceled-during",
		reason: "a cancel ends the call at once, with an error that matches context.Canceled, by which callers distinguish it from a failure",
		run:    canceledDuring,
	}, {
		name:   "context-canceled-not-retried",
		reason: "no further attempt is made for a caller that has gone",
		run:    canceledNotRetried,
	}, {
		name:   "context-deadline-kept",
		reason: "a deadline ends the call at that moment, with an error that matches context.DeadlineExceeded and reports a timeout",
		run:    deadlineKept,
	}, {
		name:   "context-cause-kept",
		reason: "http.Transport returns context.Cause since Go 1.23; a derived context keeps it, a copied one does not",
		run:    causeKept,
	}, {
		name:   "context-ends-waits",
		reason: "a layer's own waits, for backoff, quota or a slot, end with the context",
		run:    contextEndsWaits,
	}, {
		name:   "context-canceled-in-body",
		reason: "the context governs the body too: a Read that waits ends with the cancel, and with its error",
		out:    Buffers,
		run:    canceledInBody,
	}, {
		name:   "context-not-leaked",
		reason: "a context derived per call and never ended stays registered with its parent: with a long-lived parent that is a leak per call",
		run:    contextNotLeaked,
	}}
}

type contextKey struct{}

func contextValues(p *probe) {
	base := Script(Step{Body: "fine"})
	ctx, cancel := context.WithTimeout(context.WithValue(context.Background(), contextKey{}, "mine"), time.Second)
	defer cancel()
	p.finishBody(p.get(p.layer(base), p.request(ctx, "/values")))
	got := base.Calls()[0].Request.Context()
	if v := got.Value(contextKey{}); v != "mine" {
		p.errorf("next sees the value %v; want %q", v, "mine")
	}
	want, _ := ctx.Deadline()
	if d, ok := got.Deadline(); !ok || d.After(want) {
		p.errorf("next sees the deadline %v, %v; want %v or before", d, ok, want)
	}
}

func canceledBefore(p *probe) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	start := time.Now()
	resp, err := p.trip(p.layer(Script(Step{Body: "fine"})), p.request(ctx, "/canceled"))
	if err == nil {
		p.errorUnless(Replays, "an ended context: no error; want %v", context.Canceled)
	} else {
		p.checkErr("an ended context", err, context.Canceled)
	}
	dispose(resp, err)
	if took := time.Since(start); took > 0 {
		p.errorf("the call with an ended context returned after %v; want at once", took)
	}
}

func canceledDuring(p *probe) {
	for _, method := range []string{http.MethodGet, http.MethodPut} {
		ctx, cancel := context.WithCancel(context.Background())
		time.AfterFunc(time.Second, cancel)
		req, _ := p.post(ctx, method, "canceled", true)
		start := time.Now()
		resp, err := p.trip(p.layer(Script(Step{Hang: true})), req)
		took := time.Since(start)
		dispose(resp, err)
		p.checkErr(method+" canceled after 1s", err, context.Canceled)
		if took != time.Second {
			p.errorf("%s canceled after 1s returned after %v", method, took)
		}
		cancel()
	}
}

func canceledNotRetried(p *probe) {
	for what, wait := range map[string]time.Duration{"at once": 0, "after 1s": time.Second} {
		ctx, cancel := context.WithCancel(context.Background())
		base := Script(Step{Respond: func(*http.Request) (*http.Response, error) {
			time.Sleep(wait)
			cancel()
			return nil, errBase // an unrelated error, at the moment of the cancel
		}})
		dispose(p.trip(p.layer(base), p.request(ctx, "/gone")))
		rest()
		if n := len(base.Calls()); n != 1 {
			p.errorf("canceled %s: next was called %d times; want once, since the caller had gone", what, n)
		}
	}
}

func deadlineKept(p *probe) {
	const limit = 3 * time.Second
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	start := time.Now()
	resp, err := p.trip(p.layer(Script(Step{Hang: true})), p.request(ctx, "/deadline"))
	took := time.Since(start)
	dispose(resp, err)
	p.checkErr("a deadline of 3s", err, context.DeadlineExceeded)
	if took != limit {
		p.errorf("a deadline of %v ended the call after %v", limit, took)
	}
	if err != nil && !timeout(err) {
		p.errorf("a deadline: error %q does not report a timeout", err)
	}
}

func causeKept(p *probe) {
	cause := errors.New("roundtriptest: the caller's cause")
	var seen error
	base := Script(Step{Respond: func(req *http.Request) (*http.Response, error) {
		resp, err := Step{Hang: true}.play(req)
		seen = context.Cause(req.Context())
		return resp, err
	}})
	ctx, cancel := context.WithCancelCause(context.Background())
	time.AfterFunc(time.Second, func() { cancel(cause) })
	resp, err := p.trip(p.layer(base), p.request(ctx, "/cause"))
	dispose(resp, err)
	if !errors.Is(seen, cause) {
		p.errorf("next sees the cause %v; want %v", seen, cause)
	}
	if !errors.Is(err, cause) && !errors.Is(err, context.Canceled) {
		p.errorf("error %v matches neither the cause nor context.Canceled", err)
	}
}

func contextEndsWaits(p *probe) {
	late := http.Header{"Retry-After": {"3600"}}
	for what, steps := range map[string][]Step{
		"errors":              {{Err: errBase}},
		"503 with a hint":     {{Status: 503, Header: late, Body: "later"}},
		"429 with a hint":     {{Status: 429, Header: late, Body: "later"}},
		"one 429, then hangs": {{Status: 429, Header: late, Body: "later"}, {Hang: true}},
	} {
		for limit, end := range map[time.Duration]func(context.Context, time.Duration) (context.Context, context.CancelFunc){
			30 * time.Millisecond: context.WithTimeout,
			2 * time.Second:       context.WithTimeout,
			time.Second: func(ctx context.Context, d time.Duration) (context.Context, context.CancelFunc) {
				ctx, cancel := context.WithCancel(ctx)
				time.AfterFunc(d, cancel)
				return ctx, cancel
			},
		} {
			ctx, cancel := end(context.Background(), limit)
			rt := p.layer(Script(steps...))
			start := time.Now()
			for range 3 { // a second call may wait because of what the first one learned
				dispose(p.trip(rt, p.request(ctx, "/waits")))
			}
			if took := time.Since(start); took > limit {
				p.errorf("%s: a context of %v ended the calls after %v", what, limit, took)
			}
			cancel()
		}
	}
}

func canceledInBody(p *probe) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	base := Script(Step{Respond: func(req *http.Request) (*http.Response, error) {
		resp := newResponse(req, 200, "")
		resp.Body, resp.ContentLength = dripping(req.Context(), time.Hour, 2), -1
		return resp, nil
	}})
	resp := p.get(p.layer(base), p.request(ctx, "/body"))
	time.AfterFunc(time.Second, cancel)
	start := time.Now()
	n, err := resp.Body.Read(make([]byte, 8))
	if took := time.Since(start); took != time.Second || n != 0 {
		p.errorf("a cancel after 1s ended Read after %v with %d bytes", took, n)
	}
	p.checkErr("Read after the cancel", err, context.Canceled)
	_ = resp.Body.Close()
}

// A parent is a context that counts the contexts that are registered with it.
type parent struct {
	context.Context
	done chan struct{}

	mu   sync.Mutex // mu guards open.
	open int
}

func (c *parent) Done() <-chan struct{} { return c.done }

// AfterFunc is called by package context to link a child to a parent that is not its own.
func (c *parent) AfterFunc(func()) func() bool {
	c.add(1)
	stop := sync.OnceFunc(func() { c.add(-1) })
	return func() bool { stop(); return true }
}

func (c *parent) add(n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.open += n
}

func contextNotLeaked(p *probe) {
	for what, steps := range map[string][]Step{
		"success": {{Body: "fine"}}, "error": {{Err: errBase}}, "503": {{Status: 503, Body: "later"}}, "no content": {{Status: 204}},
		"503, then success": {{Status: 503, Body: "later"}, {Body: "fine"}},
	} {
		ctx := &parent{Context: context.Background(), done: make(chan struct{})}
		rt := p.layer(Script(steps...))
		for i := range 20 {
			resp, err := p.trip(rt, p.request(ctx, "/leak"))
			if i%2 == 0 {
				dispose(resp, err)
			} else if resp != nil {
				_ = resp.Body.Close()
			}
		}
		rest()
		ctx.mu.Lock()
		open := ctx.open
		ctx.mu.Unlock()
		if open > 0 {
			p.errorf("%s: %d contexts are still linked to the caller's after 20 finished calls", what, open)
		}
	}
}
