package roundtriptest

import (
	"context"
	"crypto/tls"
	"fmt"
	"net/http"
	"reflect"
	"slices"
)

// The case of this file compares the status, header and other fields of the response that the
// caller gets with those of next. responseCases lists it.

// responseFields returns the fields of a response that the caller gets as next returned them. The
// body and the request have cases of their own.
func responseFields() []string {
	var names []string
	for _, f := range reflect.VisibleFields(reflect.TypeFor[http.Response]()) {
		if f.IsExported() && f.Name != "Body" && f.Name != "Request" {
			names = append(names, f.Name)
		}
	}
	return names
}

// fullHeader returns the headers that a layer might act on, and some that nobody knows.
func fullHeader() http.Header {
	h := http.Header{
		"X-Many": {"b", "a", "b"}, "Set-Cookie": {"a=1", "b=2; Secure; HttpOnly"}, "x-odd-CASE": {"kept"}, "X-Empty": {""},
		"Retry-After": {"1"}, "Content-Type": {"text/odd"}, "Etag": {`W/"tag"`}, "Link": {`</2>; rel="next"`, `</3>; rel="last"`},
	}
	for name, value := range map[string]string{
		"Accept-Ranges": "bytes", "Age": "60", "Allow": "GET", "Alt-Svc": `h3=":443"`, "Cache-Control": "no-store, max-age=60",
		"Connection": "keep-alive", "Content-Disposition": "attachment", "Content-Encoding": "odd", "Content-Language": "en",
		"Content-Length": "10", "Content-Location": "/there", "Content-Range": "bytes 0-9/100", "Date": "Mon, 02 Jan 2006 15:04:05 GMT",
		"Deprecation": "@1688169599", "Expires": "0", "Keep-Alive": "timeout=5", "Last-Modified": "Mon, 02 Jan 2006 15:04:05 GMT",
		"Location": "/elsewhere", "Pragma": "no-cache", "Preference-Applied": "wait=1", "Proxy-Authenticate": "Basic", "Ratelimit-Limit": "10",
		"Ratelimit-Remaining": "9", "Ratelimit-Reset": "1", "Server": "odd/1", "Server-Timing": "db;dur=5", "Strict-Transport-Security": "max-age=1",
		"Sunset": "Mon, 02 Jan 2006 15:04:05 GMT", "Traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", "Trailer": "X-Sum",
		"Transfer-Encoding": "chunked", "Upgrade": "h2c", "Vary": "*", "Via": "1.1 odd", "Warning": "199 - odd", "Www-Authenticate": "Bearer",
		"X-Ratelimit-Limit": "10", "X-Ratelimit-Remaining": "9", "X-Ratelimit-Reset": "1", "X-Request-Id": "7", "X-Should-Retry": "false",
	} {
		h[name] = []string{value}
	}
	return h
}

// headStatuses returns the statuses that a layer may treat specially, and some others.
func headStatuses() []int {
	return []int{
		200, 201, 202, 203, 204, 206, 226, 299, 300, 301, 302, 303, 304, 307, 308, 399, 400, 401, 403, 404, 405, 407, 408, 409,
		410, 412, 413, 415, 416, 418, 421, 422, 425, 428, 429, 431, 451, 499, 500, 501, 502, 503, 504, 507, 511, 520, 529, 599,
	}
}

func responseHeadIntact(p *probe) {
	state := &tls.ConnectionState{ServerName: "one.example", HandshakeComplete: true}
	head := func(req *http.Request, status int) *http.Response {
		resp := newResponse(req, status, "zipped once")
		resp.Status = fmt.Sprint(status, " Custom Words")
		resp.Proto, resp.ProtoMajor, resp.ProtoMinor = "HTTP/2.0", 2, 0
		resp.Header = fullHeader()
		resp.Uncompressed, resp.Close = true, true
		resp.TransferEncoding = []string{"chunked"}
		resp.Trailer = http.Header{"X-Sum": nil}
		resp.TLS = state
		if status%2 == 0 {
			resp.ContentLength = -1
		}
		return resp
	}
	var rt http.RoundTripper
	for i, status := range headStatuses() {
		if i%sharing == 0 {
			rt = p.layer(byPath(head))
		}
		req := p.request(context.Background(), fmt.Sprint("/", status))
		req.Method = []string{http.MethodGet, http.MethodPost}[i/2%2]
		got, want := p.get(rt, req), head(req, status)
		for _, name := range slices.DeleteFunc(responseFields(), func(name string) bool { return name == "Header" }) {
			g, w := reflect.ValueOf(got).Elem().FieldByName(name), reflect.ValueOf(want).Elem().FieldByName(name)
			if !reflect.DeepEqual(g.Interface(), w.Interface()) {
				p.errorf("%d: the caller got %s %v; the base returned %v", status, name, g, w)
			}
		}
		compareResponseHeaders(p, status, got.Header, want.Header)
		p.finishBody(got)
	}
}

// compareResponseHeaders records a breach for each header that differs from what next returned.
func compareResponseHeaders(p *probe, status int, got, want http.Header) {
	for name, values := range want {
		if !slices.Equal(got[name], values) {
			p.errorf("%d: the caller got header %s: %q; the base returned %q", status, name, got[name], values)
		}
	}
	for name, values := range got {
		if _, ok := want[name]; !ok {
			p.errorf("%d: the caller got header %s: %q, which the base did not return", status, name, values)
		}
	}
}
