package roundtriptest

import (
	"context"
	"errors"
	"net/http"
	"reflect"
	"slices"
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

// full makes a request that uses every field that a client may use.
func (p *probe) full(ctx context.Context) (*http.Request, *upload) {
	req, u := p.post(ctx, http.MethodPut, "a full request", true)
	req.Host = "host.example"
	req.Header["X-Roundtriptest-Many"] = []string{"b", "a", "b"}
	req.Header["x-roundtriptest-odd-CASE"] = []string{"kept"}
	req.Header.Set("Cookie", "a=1")
	req.Trailer = http.Header{"X-Late": nil}
	req.TransferEncoding = []string{"chunked"}
	req.Close = true
	req.Pattern = "PUT /{roundtriptest}"
	req.SetPathValue(pathValue, "value")
	req.URL.RawQuery = "q=1&q=2&%zz"
	req.URL.RawPath = "/up%6Coad"
	return req, u
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
			// Virtual sleep orders reader and decorator in time but not for the race
			// detector, so a write is always reported and maps are never torn.
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

func requestArrivesWhole(p *probe) {
	base := Script(Step{Body: "fine"})
	req, u := p.full(context.Background())
	want, _ := p.full(context.Background())
	p.finishBody(p.get(p.layer(base), req))
	call := base.Calls()[0]
	got := call.Request
	for _, f := range []struct {
		name      string
		got, want any
	}{
		{"method", got.Method, want.Method},
		{"URL", got.URL.String(), want.URL.String()},
		{"Host", got.Host, want.Host},
		{"Close", got.Close, want.Close},
		{"TransferEncoding", got.TransferEncoding, want.TransferEncoding},
		{"ContentLength", call.Length, want.ContentLength},
		{"body", string(call.Body), u.payload},
	} {
		if !reflect.DeepEqual(f.got, f.want) {
			p.errorf("next got %s %v; want %v", f.name, f.got, f.want)
		}
	}
	if _, ok := got.Trailer["X-Late"]; !ok {
		p.errorf("next got Trailer %v; want the announced X-Late", got.Trailer)
	}
	p.compareHeaders(call.Header, want.Header)
}

// compareHeaders records a breach unless next got the headers that the caller sent. With
// Edits others may be changed and added.
func (p *probe) compareHeaders(got, want http.Header) {
	for name, values := range want {
		switch own := strings.HasPrefix(strings.ToLower(name), "x-roundtriptest"); {
		case slices.Equal(got[name], values):
		case own:
			p.errorf("next got header %s: %q; want %q", name, got[name], values)
		default:
			p.errorUnless(Edits, "next got header %s: %q; want %q", name, got[name], values)
		}
	}
	for name, values := range got {
		if _, ok := want[name]; !ok {
			p.errorUnless(Edits, "next got header %s: %q that the caller did not send", name, values)
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
