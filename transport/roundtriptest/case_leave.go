package roundtriptest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"runtime"
	"strings"
	"time"
	"weak"
)

// The case of this file is about what calls leave behind. stateCases lists it.

// An ending is one way in which a call may end.
type ending struct {
	what string
	step Step
	want error // nil for a response
	use  func(p *probe, resp *http.Response)
}

// endings returns the ways in which a call may end, except a panic, which has a case of its own.
func endings() []ending {
	whole := func(p *probe, resp *http.Response) { p.finishBody(resp) }
	some := func(_ *probe, resp *http.Response) { dispose(resp, nil) }
	return []ending{
		{"success", Step{Body: "fine"}, nil, whole},
		{"not found", Step{Status: 404, Body: "no"}, nil, whole},
		{"no content", Step{Status: 204}, nil, whole},
		{"unavailable", Step{Status: 503, Body: "later"}, nil, whole},
		{"moved", Step{Status: 301, Header: http.Header{"Location": {"/there"}}}, nil, whole},
		{"closed unread", Step{Body: "not read"}, nil, func(_ *probe, resp *http.Response) { _ = resp.Body.Close() }},
		{"a body that breaks off", Step{Respond: func(req *http.Request) (*http.Response, error) {
			resp := newResponse(req, 200, "")
			resp.Body, resp.ContentLength = NewBody(&together{data: []byte("half"), err: io.ErrUnexpectedEOF}), -1
			return resp, nil
		}}, nil, some},
		{"an error", Step{Err: errBase}, errBase, nil},
		{"canceled", Step{}, context.Canceled, nil},
		{"canceled before", Step{}, context.Canceled, nil},
	}
}

// A remnant is a part of a call that must not outlive it.
type remnant struct {
	what string
	left func() bool
}

func remnantOf[T any](what string, x *T) remnant {
	w := weak.Make(x)
	return remnant{what, func() bool { return w.Value() != nil }}
}

// A remembered is a base that keeps weak pointers to what it returns.
type remembered struct {
	ends   []ending
	list   []remnant
	cancel func() // ends the context of the call
}

func (r *remembered) RoundTrip(req *http.Request) (*http.Response, error) {
	if err := invalid(req); err != nil {
		closeBody(req)
		return nil, err
	}
	if _, err := readBody(req); err != nil {
		return nil, err
	}
	e := r.ends[len(req.URL.RawQuery)]
	if e.what == "canceled" {
		r.cancel()
		return nil, context.Cause(req.Context())
	}
	resp, err := e.step.play(req)
	if resp != nil {
		r.list = append(r.list, remnantOf("responses, "+e.what, resp))
		if b := bodyOf(resp.Body); b != nil {
			r.list = append(r.list, remnantOf("response bodies, "+e.what, b))
		}
	}
	return resp, err
}

func callsLeaveNothing(p *probe) {
	base := &remembered{ends: endings()}
	rt := p.layer(base)
	const each = 150 // so that more than a thousand get a response
	for i := range each * len(base.ends) {
		leaveOne(p, rt, base, i)
		if len(p.found()) > 0 {
			return
		}
	}
	rest()
	runtime.GC()
	left, all := map[string]int{}, map[string]int{}
	for _, r := range base.list {
		all[r.what]++
		if r.left() {
			left[r.what]++
		}
	}
	runtime.KeepAlive(rt) // otherwise what it keeps would be freed with it
	for what, n := range left {
		if n > all[what]/2 { // a layer may keep some
			p.errorf("%s: %d of %d are in memory after all calls have ended", what, n, all[what])
		}
	}
}

// leaveOne makes call i, which must end as its step says.
func leaveOne(p *probe, rt http.RoundTripper, base *remembered, i int) {
	n := i % len(base.ends)
	e := base.ends[n]
	ctx, cancel := context.WithTimeout(context.Background(), time.Hour)
	defer cancel()
	if e.what == "canceled before" {
		cancel()
	}
	base.cancel = cancel
	req, u := p.post(ctx, http.MethodPost, "one of many", true)
	req.URL.Path, req.URL.RawQuery = fmt.Sprint("/", i), strings.Repeat(".", n)
	base.list = append(base.list, remnantOf("requests, "+e.what, req), remnantOf("request bodies, "+e.what, u.made()[0]))
	resp, err := p.trip(rt, req)
	switch {
	case err == nil && e.want == nil:
		e.use(p, resp)
	case e.want == nil && e.what == "a body that breaks off" && p.may(Buffers):
	case !errors.Is(err, e.want) || e.want == nil:
		p.errorf("call %d, of which one in %d ends so (%s): error %v; want %v", i+1, len(base.ends), e.what, err, e.want)
	}
}
