package roundtriptest

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
)

// The case of this file is about what a layer may remember of a call. stateCases lists it.

// memorable returns outcomes that a client may remember.
func memorable() []Step {
	one := func(status int, header ...string) Step {
		h := http.Header{}
		for i := 0; i < len(header); i += 2 {
			h.Add(header[i], header[i+1])
		}
		return Step{Status: status, Header: h, Body: "first"}
	}
	return []Step{
		one(200, "Cache-Control", "public, max-age=3600", "Etag", `"tag"`, "Last-Modified", "Mon, 02 Jan 2006 15:04:05 GMT"),
		one(200, "Expires", "Fri, 31 Dec 2100 00:00:00 GMT", "Vary", "Accept"),
		one(200, "Set-Cookie", "theirs=1; Path=/", "Set-Cookie", "more=2"),
		one(200, "Strict-Transport-Security", "max-age=31536000", "Alt-Svc", `h2="two.example:443"`),
		one(200, "Accept-Ch", "Sec-Ch-Ua", "Link", `</next>; rel="next"`, "Authorization", "Bearer theirs", "X-Csrf-Token", "theirs"),
		one(301, "Location", "/moved"),
		one(301, "Location", "https://two.example/moved"),
		one(302, "Location", "/moved", "Cache-Control", "max-age=3600"),
		one(307, "Location", "/moved", "Expires", "Fri, 31 Dec 2100 00:00:00 GMT"),
		one(308, "Location", "/moved"),
		one(204, "Cache-Control", "max-age=3600"),
		one(401, "Www-Authenticate", `Digest realm="r", nonce="n"`),
		one(404, "Cache-Control", "max-age=3600"),
		one(405, "Allow", "GET"),
		one(410),
		one(414),
		one(415, "Accept", "text/plain", "Accept-Encoding", "identity"),
		one(421),
		one(451),
		one(501),
		{Err: errBase},
	}
}

func callsForget(p *probe) {
	type sent struct {
		method string
		url    url.URL
		header http.Header
	}
	first := memorable()
	var second []sent
	rt := p.layer(Script(Step{Respond: func(req *http.Request) (*http.Response, error) {
		if req.Header.Get("X-Roundtriptest-Call") == "second" {
			second = append(second, sent{req.Method, *req.URL, req.Header.Clone()})
			return newResponse(req, 200, "second"), nil
		}
		var i int
		_, _ = fmt.Sscanf(req.URL.Host, "host%d.", &i)
		return first[i].play(req)
	}}))
	for i, step := range first {
		again := func() *http.Request {
			req := p.request(context.Background(), fmt.Sprintf("http://host%d.example/resource", i))
			req.Header.Set("Authorization", "Bearer callersecret")
			req.Header.Set("Cookie", "own=1")
			req.Header.Set("Range", "bytes=0-9")
			return req
		}
		dispose(p.trip(rt, again()))
		for what, change := range map[string]func(*http.Request){
			"the same":            func(*http.Request) {},
			"another path":        func(r *http.Request) { r.URL.Path = "/other" },
			"a query":             func(r *http.Request) { r.URL.RawQuery = "q=1" },
			"another credential":  func(r *http.Request) { r.Header.Set("Authorization", "Bearer other") },
			"none of the headers": func(r *http.Request) { r.Header = http.Header{} },
			"by POST":             func(r *http.Request) { r.Method = http.MethodPost },
		} {
			req := again()
			change(req)
			req.Header.Set("X-Roundtriptest-Call", "second")
			want := sent{req.Method, *req.URL, req.Header.Clone()}
			second = nil
			resp, err := p.trip(rt, req)
			after := fmt.Sprintf("after status %d, error %v, with %v, %s", step.Status, step.Err, step.Header, what)
			switch {
			case err != nil:
				p.errorf("%s: %v", after, err)
			case resp.StatusCode != 200:
				p.errorUnless(Replays, "%s: the caller got a %d; want the 200 of this call", after, resp.StatusCode)
				dispose(resp, err)
			default:
				if got := p.finishBody(resp); got != "second" {
					p.errorUnless(Replays, "%s: the caller got the body %q; want that of this call", after, got)
				}
			}
			if n := len(second); n > 1 || n == 0 && !p.may(Replays) {
				p.errorf("%s: next was called %d times; want once", after, n)
			}
			for _, got := range second {
				if got.method != want.method || got.url != want.url {
					p.errorf("%s: next got %s %v; want %s %v", after, got.method, &got.url, want.method, &want.url)
				}
				p.compareHeaders(got.header, want.header)
			}
		}
	}
}
