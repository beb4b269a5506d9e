package roundtriptest

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"
)

var errBase = errors.New("roundtriptest: the base failed")

// requestCases are about the caller's request, and the one that next gets.
func requestCases() []testCase {
	return []testCase{{
		name:   "request-untouched",
		reason: `http.RoundTripper: "RoundTrip should not modify the request, except for consuming and closing the Request's Body"`,
		alone:  true,
		run:    requestUntouched,
	}, {
		name: "request-read-concurrently",
		reason: `http.RoundTripper: "RoundTrip may read fields of the request in a separate goroutine"; ` +
			"a write to it, even one undone later, is a data race with that, and with a caller that reads. Seen with -race only",
		alone: true,
		run:   requestReadConcurrently,
	}, {
		name:   "request-arrives-whole",
		reason: "a decorator adds one concern: the base sees the method, URL, host, headers, trailers and flags that the caller sent",
		run:    requestArrivesWhole,
	}, {
		name:   "request-url-kept",
		reason: "the URL is the caller's: user information is a credential that http.Transport sends, and two spellings of a URL may be two resources to the server",
		run:    requestURLKept,
	}, {
		name:   "request-large-arrives-whole",
		reason: "the length of a body changes nothing else: the headers, the framing and the method are those that the caller sent",
		run:    requestLargeArrivesWhole,
	}, {
		name:   "request-sent-once",
		reason: "a success is sent once whatever the layer does; after an error or an error status it is sent again only by a layer that declares Retries",
		run:    requestSentOnce,
	}, {
		name:   "request-reusable",
		reason: `http.RoundTripper: "Callers should not mutate or reuse the request until the Response's Body has been closed"; after that they may, and the request must be as it was`,
		out:    Replays,
		run:    requestReusable,
	}, {
		name:   "request-trailer-late",
		reason: "http.Request.Trailer: values are set while the body is read, so next must get the caller's own map; Request.Clone makes a copy that stays empty",
		run:    requestTrailerLate,
	}, {
		name:   "request-method-empty",
		reason: `http.Request.Method: "For client requests, an empty string means GET"`,
		run: func(p *probe) {
			base := Script(Step{Body: "got"})
			req := p.request(context.Background(), "/empty")
			req.Method = ""
			if got := p.finishBody(p.get(p.layer(base), req)); got != "got" {
				p.errorf("the response reads %q; want %q", got, "got")
			}
			if m := base.Calls()[0].Request.Method; m != "" && m != http.MethodGet {
				p.errorf("the base got method %q", m)
			}
		},
	}, {
		name:   "request-malformed",
		reason: "http.Transport returns an error for a nil URL or a nil Header and closes the body; an outer decorator must not panic before that",
		alone:  true,
		run:    requestMalformed,
	}}
}

// outcomes returns the scripts that several cases use.
func outcomes() map[string][]Step {
	return map[string][]Step{
		"success":        {{Body: "fine"}},
		"not found":      {{Status: 404, Body: "no"}},
		"unavailable":    {{Status: 503, Body: "later"}},
		"base error":     {{Err: errBase}},
		"error, then":    {{Err: errBase}, {Body: "fine"}},
		"503, then":      {{Status: 503, Body: "later"}, {Body: "fine"}},
		"early response": {{Status: 413, Unread: true}},
	}
}

func requestUntouched(p *probe) {
	for what, steps := range outcomes() {
		req, _ := p.full(context.Background())
		before := snap(req)
		looks := func(r *http.Request) (*http.Response, error) {
			before.check(p, what+", while next runs")
			step := steps[0]
			steps = steps[min(1, len(steps)-1):]
			return step.play(r)
		}
		resp, err := p.trip(p.layer(Script(Step{Respond: looks})), req)
		before.check(p, what+", after RoundTrip")
		dispose(resp, err)
		rest()
		before.check(p, what+", after the response was closed")
	}
}

func requestReadConcurrently(p *probe) {
	for what, steps := range outcomes() {
		for i := range steps {
			steps[i].Wait = 2 * time.Second
		}
		req, _ := p.full(context.Background())
		before := snap(req)
		read := make(chan int, 2)
		if p.readers {
			// Virtual sleep orders reader and decorator in time, but not for the race detector. So
			// a write is always reported, and maps are never torn.
			go func() { read <- before.read() }()
			go func() { time.Sleep(time.Second); read <- before.read() }()
			time.Sleep(time.Millisecond)
		}
		dispose(p.trip(p.layer(Script(steps...)), req))
		rest()
		if p.readers {
			if before, during := <-read, <-read; before != during {
				p.errorf("%s: a concurrent reader saw the request change", what)
			}
		}
	}
}

func requestSentOnce(p *probe) {
	for what, steps := range outcomes() {
		for _, method := range []string{http.MethodGet, http.MethodPost} {
			base := Script(steps...)
			req, _ := p.post(context.Background(), method, "once", true)
			dispose(p.trip(p.layer(base), req))
			rest()
			n := len(base.Calls())
			switch good := what == "success" || what == "not found"; {
			case n == 1:
			case good, n == 0:
				p.errorf("%s, %s: next was called %d times; want once", what, method, n)
			default:
				p.errorUnless(Retries, "%s, %s: next was called %d times; want once", what, method, n)
			}
		}
	}
	sentOnceAfterAll(p)
}

// sentOnceAfterAll tries every error and status after which a layer might send again, all through
// one layer. A call that is not sent at all, because the layer has seen enough failures, is not a
// breach.
func sentOnceAfterAll(p *probe) {
	steps := map[string]Step{}
	for _, err := range append(faults(), timeouts()...) {
		steps[fmt.Sprintf("error %v", err)] = Step{Err: err}
	}
	for _, status := range []int{401, 403, 407, 408, 409, 417, 421, 423, 425, 429, 500, 501, 502, 504, 505, 529, 599} {
		steps[fmt.Sprint("status ", status)] = Step{Status: status, Body: "no"}
	}
	times := map[string]int{}
	rt := p.layer(Script(Step{Respond: func(req *http.Request) (*http.Response, error) {
		what := req.URL.RawQuery
		times[what]++
		if times[what] > 1 {
			return newResponse(req, 200, "fine"), nil
		}
		return steps[what].play(req)
	}}))
	for what := range steps {
		req, _ := p.post(context.Background(), http.MethodPut, "once", true)
		req.URL.RawQuery = what
		req.Header.Set("Idempotency-Key", what)
		dispose(p.trip(rt, req))
	}
	rest()
	for what, n := range times {
		if n > 1 {
			p.errorUnless(Retries, "%s: next was called %d times; want once", what, n)
		}
	}
}

func requestReusable(p *probe) {
	base := Script(Step{Body: "fine"})
	rt := p.layer(base)
	req, u := p.post(context.Background(), http.MethodPut, "again", true)
	for range 3 {
		p.finishBody(p.get(rt, req))
		req.Body = u.body()
	}
	calls := base.Calls()
	for i, call := range calls {
		if string(call.Body) != u.payload {
			p.errorf("use %d: next got body %q; want %q", i+1, call.Body, u.payload)
		}
		for name, values := range call.Header {
			if first := calls[0].Header[name]; len(values) != len(first) {
				p.errorf("use %d: next got %d values of %s; the first use had %d", i+1, len(values), name, len(first))
			}
		}
	}
}

func requestTrailerLate(p *probe) {
	base := Script(Step{Unread: true, Respond: func(req *http.Request) (*http.Response, error) {
		body, err := readBody(req)
		if got := req.Trailer.Get("X-Late"); got != "sum of 4" {
			p.errorf("after %d bytes of body next sees trailer %q; want %q", len(body), got, "sum of 4")
		}
		return newResponse(req, 200, "fine"), err
	}})
	req, _ := p.post(context.Background(), http.MethodPut, "", false)
	req.ContentLength = -1
	req.Trailer = http.Header{"X-Late": nil}
	req.Body = NewBody(&atEnd{r: strings.NewReader("four"), do: func() { req.Trailer.Set("X-Late", "sum of 4") }})
	p.finishBody(p.get(p.layer(base), req))
}

func requestMalformed(p *probe) {
	for what, spoil := range map[string]func(*http.Request){
		"nil URL":    func(r *http.Request) { r.URL = nil },
		"nil Header": func(r *http.Request) { r.Header = nil },
	} {
		req, u := p.post(context.Background(), http.MethodPut, "malformed", true)
		spoil(req)
		resp, err := p.trip(p.layer(Script()), req)
		if resp != nil && what == "nil URL" {
			p.errorf("%s: got a response; want an error", what)
		}
		dispose(resp, err)
		rest()
		p.checkClosed(what, u)
	}
}
