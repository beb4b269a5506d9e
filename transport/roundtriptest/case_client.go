package roundtriptest

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"time"
)

// clientCases are about an http.Client around the decorator.
func clientCases() []testCase {
	return []testCase{{
		name:   "client-redirect-get",
		reason: "http.Client follows 301, 302 and 303 with GET and no body; it needs the response and its Location unchanged, and closes its body",
		run:    redirect([]int{301, 302, 303}, http.MethodGet, ""),
	}, {
		name:   "client-redirect-resend",
		reason: "http.Client follows 307 and 308 with the same method and the body of the request's GetBody, which must be the caller's",
		run:    redirect([]int{307, 308}, http.MethodPut, "sent to both"),
	}, {
		name:   "client-redirect-no-getbody",
		reason: "without GetBody http.Client cannot send the body again, and returns the 307 to the caller",
		run:    redirectNoGetBody,
	}, {
		name:   "client-redirect-forgets-credentials",
		reason: "http.Client drops Authorization and Cookie on the way to another origin; a layer that remembers them leaks them",
		run:    redirectForgets,
	}, {
		name:   "client-redirect-last-response",
		reason: "CheckRedirect may return http.ErrUseLastResponse: the redirect itself is then the result, its body unclosed",
		run:    redirectLast,
	}, {
		name:   "client-cookies",
		reason: "a Jar reads Set-Cookie of the response and writes Cookie on the next request; both pass through the decorator",
		run:    cookies,
	}, {
		name:   "client-timeout",
		reason: "http.Client.Timeout arrives as a deadline of the context; its error is a *url.Error that reports a timeout",
		run:    clientTimeout,
	}, {
		name:   "client-timeout-in-body",
		reason: "http.Client.Timeout covers the body: a Read that waits ends when it strikes",
		out:    Buffers,
		run:    clientTimeoutInBody,
	}}
}

func redirect(statuses []int, method, payload string) func(*probe) {
	return func(p *probe) {
		for _, status := range statuses {
			base := Script(Step{Respond: func(req *http.Request) (*http.Response, error) {
				if req.URL.Path == "/end" {
					return newResponse(req, 200, "arrived"), nil
				}
				resp := newResponse(req, status, "moved")
				resp.Header.Set("Location", "/end")
				return resp, nil
			}})
			req, u := p.post(context.Background(), http.MethodPost, "sent to both", true)
			if status >= 307 {
				req.Method = method
			}
			resp, err := (&http.Client{Transport: p.layer(base)}).Do(req)
			if err != nil {
				p.errorf("%d: %v", status, err)
				continue
			}
			if got := p.finishBody(resp); got != "arrived" || resp.Request == nil || resp.Request.URL.Path != "/end" {
				p.errorf("%d: the redirect ended with %q", status, got)
			}
			rest()
			calls := base.Calls()
			last := calls[len(calls)-1]
			if len(calls) != 2 || last.Request.Method != method || string(last.Body) != payload {
				p.errorf("%d: %d calls, the last %s with body %q; want 2, %s with %q", status, len(calls), last.Request.Method, last.Body, method, payload)
			}
			if got := string(calls[0].Body); got != "sent to both" {
				p.errorf("%d: the first call sent %q", status, got)
			}
			if calls[0].ResponseBody.Usage().Closes == 0 {
				p.errorf("%d: the body of the redirect was not closed", status)
			}
			for i, b := range u.made() { // http.Client closes them too
				if b.Usage().Closes == 0 {
					p.errorf("%d: body %d of the request was not closed", status, i)
				}
			}
		}
	}
}

func redirectNoGetBody(p *probe) {
	base := Script(Step{Status: 307, Header: http.Header{"Location": {"/end"}}, Body: "moved"})
	req, u := p.post(context.Background(), http.MethodPut, "sent once", false)
	resp, err := (&http.Client{Transport: p.layer(base)}).Do(req)
	if err != nil {
		p.fatalf("%v", err)
	}
	if got := p.finishBody(resp); got != "moved" || resp.StatusCode != 307 {
		p.errorf("the result is a %d with %q; want the 307", resp.StatusCode, got)
	}
	if n := len(base.Calls()); n != 1 {
		p.errorf("next was called %d times; want once", n)
	}
	rest()
	p.checkClosed("PUT", u)
}

func redirectForgets(p *probe) {
	base := Script(Step{Respond: func(req *http.Request) (*http.Response, error) {
		if req.URL.Host == "two.example" {
			return newResponse(req, 200, "arrived"), nil
		}
		resp := newResponse(req, 302, "moved")
		resp.Header.Set("Location", "http://two.example/end")
		return resp, nil
	}})
	client := &http.Client{Transport: p.layer(base)}
	for range 2 {
		req := p.request(context.Background(), "/start")
		req.Header.Set("Authorization", "Bearer callersecret")
		req.Header.Set("Cookie", "session=callersecret")
		resp, err := client.Do(req)
		if err != nil {
			p.fatalf("%v", err)
		}
		p.finishBody(resp)
	}
	for _, call := range base.Calls() {
		for name, values := range call.Header {
			if call.Request.URL.Host == "two.example" && containsFold(strings.Join(values, " "), "callersecret") {
				p.errorf("another origin got %s: %q", name, values)
			}
		}
	}
}

func redirectLast(p *probe) {
	base := Script(Step{Status: 302, Header: http.Header{"Location": {"/end"}}, Body: "moved"})
	client := &http.Client{Transport: p.layer(base), CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	resp, err := client.Do(p.request(context.Background(), "/start"))
	if err != nil {
		p.fatalf("%v", err)
	}
	if got := p.finishBody(resp); got != "moved" || resp.Header.Get("Location") != "/end" {
		p.errorf("the redirect reads %q with Location %q", got, resp.Header.Get("Location"))
	}
}

func cookies(p *probe) {
	base := Script(Step{Header: http.Header{"Set-Cookie": {"first=1; Path=/", "second=2; Path=/"}}, Body: "fine"})
	jar, err := cookiejar.New(nil)
	if err != nil {
		p.fatalf("the case is broken: %v", err)
	}
	client := &http.Client{Transport: p.layer(base), Jar: jar}
	for _, path := range []string{"/one", "/two"} {
		resp, err := client.Do(p.request(context.Background(), path))
		if err != nil {
			p.fatalf("%v", err)
		}
		if n := len(resp.Cookies()); n != 2 {
			p.errorf("%s: the caller sees %d cookies; want 2", path, n)
		}
		p.finishBody(resp)
	}
	calls := base.Calls()
	if got := calls[len(calls)-1].Header.Get("Cookie"); got != "first=1; second=2" {
		p.errorf("the second request has Cookie %q; want both of the first response", got)
	}
}

func clientTimeout(p *probe) {
	const limit = 3 * time.Second
	base := Script(Step{Respond: func(req *http.Request) (*http.Response, error) {
		resp, err := Step{Hang: true}.play(req)
		time.Sleep(time.Millisecond) // the client's own timer fires at the same moment, and must do so first
		return resp, err
	}})
	client := &http.Client{Transport: p.layer(base), Timeout: limit}
	start := time.Now()
	resp, err := client.Do(p.request(context.Background(), "/timeout"))
	took := time.Since(start)
	dispose(resp, err)
	var outer *url.Error
	if !errors.As(err, &outer) || !outer.Timeout() {
		p.errorf("error %v; want a *url.Error that reports a timeout", err)
	}
	p.checkErr("Client.Timeout", err, context.DeadlineExceeded)
	if took < limit || took > limit+time.Millisecond {
		p.errorf("a Timeout of %v ended the call after %v", limit, took)
	}
}

func clientTimeoutInBody(p *probe) {
	const limit = 3 * time.Second
	base := respondWith(200, func(req *http.Request) io.ReadCloser { return dripping(req.Context(), time.Hour, 2) })
	client := &http.Client{Transport: p.layer(base), Timeout: limit}
	start := time.Now()
	resp, err := client.Do(p.request(context.Background(), "/timeout"))
	if err != nil {
		p.fatalf("%v", err)
	}
	_, err = io.ReadAll(resp.Body)
	if took := time.Since(start); took != limit {
		p.errorf("a Timeout of %v ended Read after %v", limit, took)
	}
	if err == nil || !timeout(err) {
		p.errorf("Read ended with %v; want a timeout", err)
	}
	_ = resp.Body.Close()
}

// containsFold reports whether s contains part, ignoring case. part is in lower case.
func containsFold(s, part string) bool {
	return strings.Contains(strings.ToLower(s), part)
}
