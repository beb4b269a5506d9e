package roundtriptest

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// sniffLimit is how much of a final response a layer may read before returning it.
const sniffLimit = 64 << 10

// responseCases are about the response as a whole.
func responseCases() []testCase {
	return []testCase{{
		name: "status-is-not-an-error",
		reason: `http.RoundTripper: "RoundTrip should not attempt to interpret the response. In particular, RoundTrip must return err == nil ` +
			`if it obtained a response, regardless of the response's HTTP status code"`,
		run: statusIsNotAnError,
	}, {
		name:   "response-xor-error",
		reason: "http.Client discards a response that comes with an error, unread and unclosed, and reports a result with neither as a bug",
		alone:  true,
		run:    responseXorError,
	}, {
		name:   "response-head-intact",
		reason: "status, protocol, headers, length, encoding and flags of the final response are the server's; the caller decodes by them",
		run:    responseHeadIntact,
	}, {
		name:   "response-request-set",
		reason: "http.Response.Request is the request that was sent to obtain the response; http.Client and SDKs resolve Location and print URLs by it",
		run:    responseRequestSet,
	}, {
		name:   "response-unread",
		reason: "the body is the caller's stream: reading it before RoundTrip returns costs memory, delays the first byte and breaks live streams",
		out:    Buffers,
		run:    responseUnread,
	}, {
		name: "response-before-body",
		reason: "RoundTrip returns when the head of the response is there: the body may come much later, however short it claims to be, and a call that waits for its first byte cannot " +
			"stop at the head. A 403 or 429 is left out: its body may be read first for what it says of a limit",
		out: Buffers,
		run: responseBeforeBody,
	}, {
		name:   "response-body-never-nil",
		reason: `http.Response.Body: "The http Client and Transport guarantee that Body is always non-nil, even on responses without a body"`,
		run:    bodyNeverNil,
	}}
}

// sharing is how many statuses go through one layer. Making a layer may cost a file, and these
// cases are not about a layer that stops after many failures.
const sharing = 4

// byPath returns a base whose responses are made by respond, with the status in the path.
func byPath(respond func(req *http.Request, status int) *http.Response) *Base {
	return Script(Step{Respond: func(req *http.Request) (*http.Response, error) {
		status, err := strconv.Atoi(strings.TrimPrefix(req.URL.Path, "/"))
		if err != nil {
			return nil, err
		}
		return respond(req, status), nil
	}})
}

func statusIsNotAnError(p *probe) {
	var rt http.RoundTripper
	for i, status := range []int{200, 201, 204, 206, 299, 300, 301, 304, 400, 401, 403, 404, 408, 409, 421, 425, 429, 451, 500, 501, 502, 503, 504, 505, 529, 599} {
		if i%sharing == 0 {
			rt = p.layer(byPath(func(req *http.Request, status int) *http.Response { return newResponse(req, status, "its body") }))
		}
		for _, method := range []string{http.MethodGet, http.MethodPost} {
			req, _ := p.post(context.Background(), method, "", true)
			req.Body, req.GetBody = http.NoBody, nil
			req.URL.Path = fmt.Sprint("/", status)
			resp, err := p.trip(rt, req)
			if err != nil {
				p.errorf("%s, status %d: RoundTrip returned the error %q", method, status, err)
				continue
			}
			if resp.StatusCode != status {
				p.errorf("%s, status %d: the caller got status %d", method, status, resp.StatusCode)
			}
			want := "its body"
			if status == 204 || status == 304 {
				want = ""
			}
			if got := p.finishBody(resp); got != want {
				p.errorf("%s, status %d: the body reads %q; want %q", method, status, got, want)
			}
		}
	}
}

func responseXorError(p *probe) {
	steps := outcomes()
	steps["hanging"] = []Step{{Hang: true}}
	steps["error after 503"] = []Step{{Status: 503, Body: "later"}, {Err: errBase}}
	steps["hanging after 503"] = []Step{{Status: 503, Body: "later"}, {Hang: true}}
	for what, steps := range steps {
		ctx, cancel := context.WithTimeout(context.Background(), 4*time.Second)
		defer cancel()
		req, _ := p.post(ctx, http.MethodPut, "either", true)
		resp, err := p.layer(Script(steps...)).RoundTrip(req)
		if (resp == nil) == (err == nil) {
			p.errorf("%s: response %v, error %v; want exactly one", what, resp, err)
		}
		if resp != nil && resp.Body == nil {
			p.errorf("%s: a response with a nil Body", what)
		}
		dispose(resp, err)
	}
}

func responseRequestSet(p *probe) {
	req := p.request(context.Background(), "/found?by=this")
	resp := p.get(p.layer(Script(Step{Body: "fine"})), req)
	defer p.finishBody(resp)
	if resp.Request == nil {
		p.fatalf("the response has no Request; the base set it")
	}
	if got := resp.Request; got.Method != req.Method || got.URL == nil || got.URL.String() != req.URL.String() {
		p.errorf("the response's Request is %s %v; want %s %v", got.Method, got.URL, req.Method, req.URL)
	}
}

func responseUnread(p *probe) {
	const size = 4 * sniffLimit
	for _, status := range []int{200, 404, 503} {
		body := NewBody(filler(size))
		rt := p.layer(Script(Step{Respond: func(req *http.Request) (*http.Response, error) {
			resp := newResponse(req, status, "")
			resp.Body, resp.ContentLength = body, size
			return resp, nil
		}}))
		ctx, cancel := context.WithCancel(context.Background())
		req, _ := p.post(ctx, http.MethodPost, "not retried", false)
		resp, err := p.trip(rt, req)
		if err != nil {
			p.errorf("%d: %v", status, err)
		} else if status != 503 || !p.may(Retries) {
			if u := body.Usage(); u.Bytes > sniffLimit || u.Closes > 0 {
				p.errorf("%d: when RoundTrip returned the body was read for %d bytes and closed %d times; want at most %d and none",
					status, u.Bytes, u.Closes, sniffLimit)
			}
			if n, err := io.Copy(io.Discard, resp.Body); n != size || err != nil {
				p.errorf("%d: the caller read %d bytes, error %v; want %d", status, n, err, size)
			}
		}
		dispose(resp, err)
		cancel()
	}
}

func responseBeforeBody(p *probe) {
	lengths := []int64{1, 2, 63, 4096, 1 << 20, -1}
	rt := p.layer(byPath(func(req *http.Request, status int) *http.Response {
		resp := newResponse(req, status, "")
		resp.ContentLength = lengths[len(req.URL.RawQuery)]
		resp.Body = dripping(req.Context(), time.Second, int(max(resp.ContentLength, 1)))
		return resp
	}))
	for _, status := range []int{200, 201, 206, 301, 400, 404, 410, 500} {
		if status >= 400 && p.may(Retries) {
			continue // it may be discarded
		}
		for i, length := range lengths {
			req := p.request(context.Background(), fmt.Sprintf("/%d?%s", status, "......"[:i]))
			start := time.Now()
			resp := p.get(rt, req)
			if took := time.Since(start); took > 0 {
				p.errorUnless(Buffers, "%d, ContentLength %d: the response came %v after its head", status, length, took)
			}
			_ = resp.Body.Close()
		}
	}
}

func bodyNeverNil(p *probe) {
	for what, c := range map[string]struct {
		method string
		status int
		header string
		length int64
	}{
		"HEAD": {http.MethodHead, 200, "12", 12}, "204": {http.MethodGet, 204, "", 0},
		"304": {http.MethodGet, 304, "12", 12}, "empty 200": {http.MethodGet, 200, "0", 0},
	} {
		rt := p.layer(Script(Step{Respond: func(req *http.Request) (*http.Response, error) {
			resp := newResponse(req, c.status, "")
			resp.Body, resp.ContentLength = http.NoBody, c.length
			resp.Header["Content-Length"] = []string{c.header}
			return resp, nil
		}}))
		req := p.request(context.Background(), "/nothing")
		req.Method = c.method
		resp := p.get(rt, req)
		if resp.ContentLength != c.length || resp.Header.Get("Content-Length") != c.header {
			p.errorf("%s: ContentLength %d, header %q; want %d, %q", what, resp.ContentLength, resp.Header.Get("Content-Length"), c.length, c.header)
		}
		if got := p.finishBody(resp); got != "" {
			p.errorf("%s: the body reads %q; want nothing", what, got)
		}
	}
}
