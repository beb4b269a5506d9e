package roundtriptest

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"time"
)

// stackCases are about a decorator that is shared, nested and used concurrently.
func stackCases() []testCase {
	return []testCase{{
		name:   "concurrent-calls",
		after:  callsOverlapName,
		reason: `http.RoundTripper: "A RoundTripper must be safe for concurrent use by multiple goroutines"; each call gets its own response`,
		run:    concurrentCalls,
	}, {
		name:   "concurrent-first-call",
		reason: "what a layer makes at its first call is made once, even if several first calls run at the same time; run with -race",
		run: func(p *probe) {
			for range 10 {
				p.volley(p.layer(echo(0)), 4)
			}
		},
	}, {
		name:   "wrapped-twice",
		reason: "a layer may be applied twice, by two libraries that do not know of each other; the call still works, and is sent once",
		run:    wrappedTwice,
	}, {
		name:   "wrapped-two-bases",
		reason: "a decorator made once may wrap several bases: calls go to the base they were made through",
		out:    Replays,
		run:    twoBases,
	}, {
		name:   "panic-propagates",
		reason: "a panic of an inner round tripper is for the outer code that recovers (net/http's server does): it is passed on, and slots, locks and counts are released on the way",
		run:    panicPropagates,
	}, {
		name:   "idle-connections-closed",
		reason: "http.Client.CloseIdleConnections asks only the outermost round tripper; a decorator without the method cuts the client off its transport",
		out:    NeverCallsNext,
		run: func(p *probe) {
			base := Script()
			(&http.Client{Transport: p.layer(base)}).CloseIdleConnections()
			if n := base.IdleCloses(); n != 1 {
				p.errorf("the base was asked to close idle connections %d times; want once", n)
			}
		},
	}, {
		name:   "many-hosts",
		reason: "a layer that keeps state per host serves a new host like any other",
		run: func(p *probe) {
			rt := p.layer(echo(0))
			for i := range 300 {
				path := fmt.Sprintf("http://host%d.example/%d", i, i)
				if got := p.finishBody(p.get(rt, p.request(context.Background(), path))); got != path {
					p.errorf("sent %s, got %q", path, got)
				}
			}
		},
	}}
}

// echo returns a base that waits and then responds with the URL of the request.
func echo(wait time.Duration) *Base {
	return Script(Step{Wait: wait, Respond: func(req *http.Request) (*http.Response, error) {
		return newResponse(req, 200, req.URL.String()), nil
	}})
}

// volley sends n calls at once. Each must get its own response.
func (p *probe) volley(rt http.RoundTripper, n int) {
	var all sync.WaitGroup
	for i := range n {
		all.Go(func() {
			p.catch(func() {
				path := fmt.Sprintf("%s/%d", origin, i)
				if got := p.finishBody(p.get(rt, p.request(context.Background(), path))); got != path {
					p.errorf("sent %s, got %q", path, got)
				}
			})
		})
	}
	all.Wait()
}

func concurrentCalls(p *probe) {
	base := echo(time.Second)
	rt := p.layer(base)
	p.volley(rt, 50)
	if n := len(base.Calls()); n != 50 {
		p.errorUnless(Replays, "next was called %d times for 50 calls", n)
	}
}

func wrappedTwice(p *probe) {
	for what, steps := range map[string][]Step{"success": {{Body: "fine"}}, "error": {{Err: errBase}}, "503": {{Status: 503, Body: "later"}}} {
		base := Script(steps...)
		rt := p.layer(p.layer(base))
		req, u := p.post(context.Background(), http.MethodPut, "through two", true)
		before := snap(req)
		resp, err := p.trip(rt, req)
		if what == "error" {
			p.checkErr("through two", err, errBase)
			dispose(resp, err)
		} else if err != nil {
			p.errorf("%s: %v", what, err)
		} else if got := p.finishBody(resp); got != steps[0].Body {
			p.errorf("%s: the body reads %q; want %q", what, got, steps[0].Body)
		}
		rest()
		before.check(p, what)
		p.checkClosed(what, u)
		switch n := len(base.Calls()); {
		case n == 1:
		case what == "success":
			p.errorf("%s: next was called %d times; want once", what, n)
		default:
			p.errorUnless(Retries, "%s: next was called %d times; want once", what, n)
		}
	}
}

func twoBases(p *probe) {
	one, two := Script(Step{Body: "one"}), Script(Step{Body: "two"})
	first, second := p.layer(one), p.layer(two)
	for range 2 {
		for want, rt := range map[string]http.RoundTripper{"one": first, "two": second} {
			if got := p.finishBody(p.get(rt, p.request(context.Background(), "/"+want))); got != want {
				p.errorf("a call through base %s got the response %q", want, got)
			}
		}
	}
	if a, b := len(one.Calls()), len(two.Calls()); a != 2 || b != 2 {
		p.errorf("the bases were called %d and %d times; want 2 and 2", a, b)
	}
}

func panicPropagates(p *probe) {
	const value = "roundtriptest: the base panicked"
	var recovered bool
	base := Script(Step{Respond: func(req *http.Request) (*http.Response, error) {
		if recovered {
			return newResponse(req, 200, "fine"), nil
		}
		panic(value)
	}})
	rt := p.layer(base)
	for range 100 {
		func() {
			defer func() {
				if r := recover(); r != value {
					p.errorf("recovered %v; want %q", r, value)
				}
			}()
			resp, err := rt.RoundTrip(p.request(context.Background(), "/panic"))
			p.errorf("a panic of next became response %v, error %v", resp, err)
		}()
		if len(p.found()) > 0 {
			break
		}
	}
	recovered = true
	ctx, cancel := context.WithTimeout(context.Background(), time.Hour)
	defer cancel()
	if got := p.finishBody(p.get(rt, p.request(ctx, "/panic"))); got != "fine" {
		p.errorf("after the panics the body reads %q", got)
	}
}
