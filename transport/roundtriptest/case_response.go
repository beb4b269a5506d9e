package roundtriptest

import (
	"context"
	"io"
	"net/http"
	"reflect"
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
		name:   "response-body-never-nil",
		reason: `http.Response.Body: "The http Client and Transport guarantee that Body is always non-nil, even on responses without a body"`,
		run:    bodyNeverNil,
	}}
}

func statusIsNotAnError(p *probe) {
	for _, status := range []int{200, 201, 204, 206, 299, 300, 301, 304, 400, 401, 403, 404, 408, 409, 421, 425, 429, 451, 500, 501, 502, 503, 504, 505, 529, 599} {
		for _, method := range []string{http.MethodGet, http.MethodPost} {
			req, _ := p.post(context.Background(), method, "", true)
			req.Body, req.GetBody = http.NoBody, nil
			resp, err := p.trip(p.layer(Script(Step{Status: status, Body: "its body"})), req)
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

func responseHeadIntact(p *probe) {
	head := func(req *http.Request, status int) *http.Response {
		resp := newResponse(req, status, "zipped once")
		resp.Status = "299 Custom Words"
		resp.Proto, resp.ProtoMajor, resp.ProtoMinor = "HTTP/2.0", 2, 0
		resp.Header = http.Header{
			"X-Many": {"b", "a", "b"}, "Set-Cookie": {"a=1", "b=2"}, "x-odd-CASE": {"kept"},
			"Content-Type": {"text/odd"}, "Retry-After": {"1"}, "Etag": {`"tag"`}, "X-Empty": {""},
		}
		resp.ContentLength, resp.Uncompressed, resp.Close = -1, true, true
		resp.TransferEncoding = []string{"chunked"}
		resp.Trailer = http.Header{"X-Sum": nil}
		return resp
	}
	for _, status := range []int{200, 299, 404, 500} {
		rt := p.layer(Script(Step{Respond: func(req *http.Request) (*http.Response, error) { return head(req, status), nil }}))
		req := p.request(context.Background(), "/head")
		got, want := p.get(rt, req), head(req, status)
		for _, f := range []struct {
			name      string
			got, want any
		}{
			{"Status", got.Status, want.Status},
			{"StatusCode", got.StatusCode, want.StatusCode},
			{"Proto", []any{got.Proto, got.ProtoMajor, got.ProtoMinor}, []any{want.Proto, want.ProtoMajor, want.ProtoMinor}},
			{"Header", got.Header, want.Header},
			{"ContentLength", got.ContentLength, want.ContentLength},
			{"Uncompressed", got.Uncompressed, want.Uncompressed},
			{"Close", got.Close, want.Close},
			{"TransferEncoding", got.TransferEncoding, want.TransferEncoding},
			{"Trailer", got.Trailer, want.Trailer},
		} {
			if !reflect.DeepEqual(f.got, f.want) {
				p.errorf("%d: the caller got %s %v; the base returned %v", status, f.name, f.got, f.want)
			}
		}
		p.finishBody(got)
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
	for _, status := range []int{200, 404, 503} {
		body := NewBody(filler(1 << 20))
		rt := p.layer(Script(Step{Respond: func(req *http.Request) (*http.Response, error) {
			resp := newResponse(req, status, "")
			resp.Body, resp.ContentLength = body, 1<<20
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
			if n, err := io.Copy(io.Discard, resp.Body); n != 1<<20 || err != nil {
				p.errorf("%d: the caller read %d bytes, error %v; want %d", status, n, err, 1<<20)
			}
		}
		dispose(resp, err)
		cancel()
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
