package roundtriptest

import (
	"context"
	"io"
	"net/http"
	"strings"
)

// sloppyCases are about bases that break the contract themselves: mocks, recorders, other layers.
// http.Client copes with them, and must still do so with a decorator in between.
func sloppyCases() []testCase {
	const why = "mocks and recorders return such responses, and http.Client copes: a decorator must not panic where a client without it does not"
	return []testCase{{
		name: "sloppy-nil-body", reason: why + ". A nil Body reaches the client as nil, or as an empty body that can be read and closed",
		run: sloppyBody,
	}, {
		name: "sloppy-nil-header", reason: why,
		run: sloppy(func(*http.Request) (*http.Response, error) {
			return &http.Response{StatusCode: 200, Body: io.NopCloser(strings.NewReader("fine"))}, nil
		}, true),
	}, {
		name: "sloppy-nil-request", reason: why,
		run: sloppy(func(req *http.Request) (*http.Response, error) {
			resp := newResponse(req, 200, "fine")
			resp.Request = nil
			return resp, nil
		}, true),
	}, {
		name: "sloppy-nothing", reason: why + ". Neither response nor error becomes an error",
		run: sloppy(func(*http.Request) (*http.Response, error) { return nil, nil }, false),
	}, {
		name: "sloppy-both", reason: why + ". A response that comes with an error does not hide it",
		run: func(p *probe) { // not through http.Client, which logs it
			rt := p.layer(Script(Step{Respond: func(req *http.Request) (*http.Response, error) { return newResponse(req, 200, "fine"), errBase }}))
			resp, err := rt.RoundTrip(p.request(context.Background(), "/sloppy"))
			p.checkErr("a response with an error", err, errBase)
			dispose(resp, err)
		},
	}, {
		name: "sloppy-status", reason: why + ". A status outside 100 to 999 is passed on like any other",
		run: func(p *probe) {
			for _, status := range []int{-1, 0, 42, 1000} {
				base := Script(Step{Respond: func(req *http.Request) (*http.Response, error) {
					resp := newResponse(req, 200, "fine")
					resp.StatusCode = status
					return resp, nil
				}})
				if got := p.get(p.layer(base), p.request(context.Background(), "/sloppy")); got.StatusCode != status || p.finishBody(got) != "fine" {
					p.errorf("a response of status %d came back as %d or without its body", status, got.StatusCode)
				}
			}
		},
	}}
}

// sloppy sends a request through an http.Client to a base that breaks the contract.
func sloppy(respond func(*http.Request) (*http.Response, error), good bool) func(*probe) {
	return func(p *probe) {
		client := &http.Client{Transport: p.layer(Script(Step{Respond: respond}))}
		resp, err := client.Do(p.request(context.Background(), "/sloppy"))
		if (err == nil) != good {
			p.errorf("http.Client got error %v; want an error: %v", err, !good)
		}
		if resp != nil {
			if got := p.finishBody(resp); err == nil && got != "fine" {
				p.errorf("the body reads %q; want %q", got, "fine")
			}
		}
	}
}

func sloppyBody(p *probe) {
	for _, status := range []int{200, 204, 404, 503} {
		base := Script(Step{Respond: func(req *http.Request) (*http.Response, error) {
			resp := newResponse(req, status, "")
			resp.Body, resp.ContentLength = nil, 0
			return resp, nil
		}})
		rt := p.layer(base)
		resp, err := (&http.Client{Transport: rt}).Do(p.request(context.Background(), "/sloppy"))
		if err != nil {
			p.errorf("%d: http.Client got error %v", status, err)
			continue
		}
		if got := p.finishBody(resp); got != "" {
			p.errorf("%d: the body reads %q; want nothing", status, got)
		}
	}
}
