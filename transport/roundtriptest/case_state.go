package roundtriptest

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
)

// stateCases are about the effect of one call on another, which must be none.
func stateCases() []testCase {
	return []testCase{{
		name: callsOverlapName, socket: true, // a goroutine waiting for a lock would stop the clock of a bubble
		reason: "calls run at the same time, whatever their URL: a lock or a single slot held across next makes one call wait for the server of another",
		run:    callsOverlap,
	}, {
		name:   "calls-wait-for-nothing",
		after:  callsOverlapName,
		reason: "a call is sent at once: it does not wait for the head, the body or the upload of another, nor for a time between calls",
		run:    callsWaitForNothing,
	}, {
		name: "calls-forget",
		reason: "a call is sent as the caller made it, and gets its own response: a redirect, a validator, a cookie, a credential or a policy that an earlier " +
			"response or request came with is for the caller to remember, or for a layer that declares Replays",
		run: callsForget,
	}, {
		name: "calls-leave-nothing",
		reason: "what calls leave behind adds up: if each loses a slot, all are rejected after a thousand, and if each keeps a response, they fill the " +
			"memory. That holds however a call ends",
		run: callsLeaveNothing,
	}}
}

const (
	callsOverlapName = "calls-overlap"
	crowd            = 8 // calls that are made at the same time; a layer that allows fewer skips the case
	overlapLimit     = 20 * time.Second
)

// callForms returns forms of several calls that a layer may take for the same.
func callForms(p *probe) map[string]func(i int) *http.Request {
	get := func(format string) func(i int) *http.Request {
		return func(i int) *http.Request { return p.request(context.Background(), fmt.Sprintf(format, i)) }
	}
	forms := map[string]func(i int) *http.Request{
		"one host":    get("/%d"),
		"other hosts": get("http://host%d.example/path"),
		"uploads": func(i int) *http.Request {
			req, _ := p.post(context.Background(), http.MethodPost, fmt.Sprint("body ", i), true)
			return req
		},
	}
	if !p.may(Replays) {
		forms["one URL"] = get("/one#%d")
	}
	return forms
}

// callsOverlap lets no call return before all have arrived. The limit only bounds a failure: calls
// that may overlap do so in the end, however busy the machine is.
func callsOverlap(p *probe) {
	limit := overlapLimit
	if p.patience > 0 {
		limit = p.patience
	}
	for what, form := range callForms(p) {
		var arrived atomic.Int64
		here := make(chan struct{})
		base := Script(Step{Respond: func(req *http.Request) (*http.Response, error) {
			if arrived.Add(1) == crowd {
				close(here)
			}
			select {
			case <-here:
				return newResponse(req, 200, "fine"), nil
			case <-req.Context().Done():
				return nil, context.Cause(req.Context())
			}
		}})
		ctx, cancel := context.WithTimeout(context.Background(), limit)
		defer cancel()
		rt := p.layer(base)
		var failed atomic.Int64
		var all sync.WaitGroup
		for i := range crowd {
			all.Go(func() {
				p.catch(func() {
					resp, err := rt.RoundTrip(form(i).WithContext(ctx))
					if err != nil {
						failed.Add(1)
					}
					dispose(resp, err)
				})
			})
		}
		all.Wait()
		if failed.Load() > 0 {
			p.errorf("%s: %d calls at once did not reach next together; a layer that allows fewer on purpose skips this case", what, crowd)
			return
		}
	}
}

func callsWaitForNothing(p *probe) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Hour)
	defer cancel()
	inTime := func(what string, want time.Duration, do func()) {
		start := time.Now()
		do()
		if took := time.Since(start); took != want {
			p.errorf("%s took %v; want %v", what, took, want)
		}
	}
	inARow(ctx, p, inTime)
	openBodies(ctx, p, inTime)
	atOnce := func(what string, rt http.RoundTripper, form func(i int) *http.Request) {
		var all sync.WaitGroup
		for i := range crowd {
			all.Go(func() {
				p.catch(func() {
					inTime(what, time.Second, func() { p.finishBody(p.get(rt, form(i).WithContext(ctx))) })
				})
			})
		}
		all.Wait()
	}
	for what, form := range callForms(p) {
		atOnce("a call among others at once, "+what+", whose head takes 1s", p.layer(echo(time.Second)), form)
	}
	atOnce("an upload of 1s among others at once", p.layer(Script(Step{Body: "fine"})), func(i int) *http.Request {
		req, _ := p.post(ctx, http.MethodPost, "", false)
		req.URL.RawQuery = strconv.Itoa(i)
		body := NewBody(nil)
		body.src = &drip{every: 100 * time.Millisecond, total: 10, closed: body.closed, ctx: ctx}
		req.Body, req.ContentLength = body, -1
		return req
	})
}

// inARow makes successive calls of one URL and of several.
func inARow(ctx context.Context, p *probe, inTime func(string, time.Duration, func())) {
	rt := p.layer(byPath(func(req *http.Request, status int) *http.Response { return newResponse(req, status, "fine") }))
	for _, path := range []string{"/200", "/200", "/200?other", "/404", "/404", "/200", "/204", "/301", "/400", "/200", "/200?last"} {
		inTime("the next of several calls, "+path, 0, func() { p.finishBody(p.get(rt, p.request(ctx, path))) })
	}
}

// openBodies makes calls while the bodies of earlier ones are open.
func openBodies(ctx context.Context, p *probe, inTime func(string, time.Duration, func())) {
	rt := p.layer(Script(Step{Body: "read later"}))
	var open []*http.Response
	for i := range crowd {
		inTime(fmt.Sprintf("a call while %d bodies are open", i), 0, func() {
			open = append(open, p.get(rt, p.request(ctx, fmt.Sprint("/", i))))
		})
	}
	for _, resp := range open {
		if got := p.finishBody(resp); got != "read later" {
			p.errorf("the body reads %q", got)
		}
	}
}
