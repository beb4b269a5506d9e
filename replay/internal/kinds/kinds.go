// Package kinds has the kinds of exchanges that a tape replays unchanged, for the tests of tapes
// and of their storages.
package kinds

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"
)

const longText = 40 << 10 // the number of 16-byte pieces: 640 KiB

func long() string { return strings.Repeat("0123456789abcdef", longText) }

// A Kind is a kind of exchange that a tape replays unchanged. It says how to request it, and how a
// real server responds.
type Kind struct {
	Name       string                     // what it is
	method     string                     // GET if empty
	query      string                     // appended to the path
	header     map[string]string          // of the request
	body       func() (kind, body string) // called for each request; nil for no body
	Times      int                        // how often it is requested; 0 means once
	http2      bool                       // whether HTTP/2 over TLS is used
	unfollowed bool                       // whether redirects are not followed
	unserved   bool                       // whether no server listens
	halfway    chan struct{}              // receives a value when the client has read half
	transport  func(*http.Transport)
	serve      func(w http.ResponseWriter, r *http.Request, n int) // n counts from 1

	// intended removes the one difference that is intended from both views.
	intended func(live, taped view)
}

// Path returns the path of its URL.
func (k Kind) Path() string { return "/" + strings.ReplaceAll(k.Name, " ", "-") }

// Plain reports whether the kind needs nothing but an HTTP/1.1 server that responds with Serve.
func (k Kind) Plain() bool { return !k.http2 && !k.unserved && k.halfway == nil }

// Serve responds to the request of the number n, from 1.
func (k Kind) Serve(w http.ResponseWriter, r *http.Request, n int) { k.serve(w, r, n) }

// All returns the kinds of Review, More and Faults.
func All() []Kind { return slices.Concat(Review(), More(), Faults()) }

// Review returns the 25 kinds of the review of other recorders.
func Review() []Kind {
	return []Kind{
		{Name: "JSON", serve: sends("application/json", `{"price":1.50,"id":12345678901234567890,"e":1e3, "é":"\u00e9"}`+"\n")},
		{Name: "gzip that the transport opens", serve: sendsZipped},
		{Name: "gzip that was asked for", header: map[string]string{"Accept-Encoding": "gzip"}, serve: sendsZipped},
		{Name: "PNG", serve: sends("image/png", "\x89PNG\r\n\x1a\n\x00\x00\xff\xfe\x80")},
		{
			Name:     "two cookies",
			serve:    sends("text/plain", "x", "Set-Cookie", "session=s3cr3t; Path=/; HttpOnly", "Set-Cookie", "theme=dark; Max-Age=3600"),
			intended: cookiesAreMasked,
		},
		{Name: "a header that repeats", serve: sends("text/plain", "x", "X-Repeat", "two", "X-Repeat", "one", "X-Repeat", "one, two", "X-Repeat", "one", "X-Empty", "")},
		{Name: "a header in lower case", serve: func(w http.ResponseWriter, _ *http.Request, _ int) {
			w.Header()["x-lower-Case"] = []string{"x"}
		}},
		{Name: "a redirect that is followed", serve: redirects},
		{Name: "a redirect", unfollowed: true, serve: redirects},
		{Name: "a POST of JSON", method: "POST", body: always("application/json", `{"b":1.0,"a":[]}`), serve: echoes},
		{Name: "a POST of a form", method: "POST", body: always("application/x-www-form-urlencoded", "z=1&a=2&z=0&b=x+y&empty="), serve: echoes},
		{Name: "a POST of a file", method: "POST", body: aFile, serve: receivesAFile},
		{Name: "a query", query: "?z=1&a=2&z=0&b=x%20y&b=x+y&empty=&flag", serve: func(w http.ResponseWriter, r *http.Request, _ int) {
			_, _ = io.WriteString(w, r.URL.RawQuery)
		}},
		{Name: "one GET three times", Times: 3, serve: func(w http.ResponseWriter, _ *http.Request, n int) {
			w.WriteHeader([]int{503, 202, 200}[n-1])
			_, _ = fmt.Fprint(w, "number ", n)
		}},
		{Name: "204", serve: func(w http.ResponseWriter, _ *http.Request, _ int) { w.WriteHeader(204) }},
		{Name: "304", header: map[string]string{"If-None-Match": `"v1"`}, serve: func(w http.ResponseWriter, _ *http.Request, _ int) {
			w.Header().Set("ETag", `"v1"`)
			w.WriteHeader(304)
		}},
		{Name: "chunks", serve: func(w http.ResponseWriter, _ *http.Request, _ int) {
			for i := range 3 {
				_, _ = fmt.Fprintf(w, "line %d\n", i)
				_ = http.NewResponseController(w).Flush()
			}
		}},
		{Name: "trailers", serve: sendsTrailers},
		{Name: "UTF-8", serve: sends("text/plain; charset=utf-8", "žluťoučký kůň 🐎\u2028\r\n\ttab\x00")},
		{Name: "Latin-1", serve: sends("text/plain; charset=iso-8859-1", "caf\xe9 \xfcber\r\n")},
		{Name: "404", serve: func(w http.ResponseWriter, r *http.Request, _ int) { http.NotFound(w, r) }},
		{Name: "HEAD", method: "HEAD", serve: sends("text/plain", "never sent")},
		{Name: "an empty body", serve: func(http.ResponseWriter, *http.Request, int) {}},
		{Name: "a range", header: map[string]string{"Range": "bytes=2-5"}, serve: func(w http.ResponseWriter, r *http.Request, _ int) {
			http.ServeContent(w, r, "x.txt", time.Unix(1e9, 0), strings.NewReader("0123456789"))
		}},
		{Name: "HTTP 1.0 to the end of the connection", serve: writes("HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\n\r\nall of it")},
	}
}

// More returns kinds that the review did not have.
func More() []Kind {
	return []Kind{
		{Name: "a long body", serve: sends("text/plain", long())},
		{Name: "a long upload", method: "PUT", body: always("text/plain", long()+long()), serve: echoes},
		{Name: "a stream of events", serve: sends("text/event-stream", "event: a\ndata: {\"n\":1}\n\ndata: \n\n: comment\r\n\r\ndata: [DONE]\n\n")},
		{Name: "a connection that closes", serve: sends("text/plain", "x", "Connection", "close")},
		{Name: "a status of its own", serve: writes("HTTP/1.1 299 Quite Fine!\r\nContent-Length: 2\r\n\r\nok")},
		{Name: "a status without a reason", serve: writes("HTTP/1.1 200 \r\nContent-Length: 2\r\n\r\nok")},
		{Name: "503 with Retry-After", serve: func(w http.ResponseWriter, _ *http.Request, _ int) {
			w.Header().Set("Retry-After", "0")
			http.Error(w, "busy", http.StatusServiceUnavailable)
		}},
		{Name: "401", serve: func(w http.ResponseWriter, _ *http.Request, _ int) {
			w.Header().Set("Www-Authenticate", `Basic realm="a b", charset="UTF-8"`)
			http.Error(w, "no", http.StatusUnauthorized)
		}},
		{Name: "early hints", serve: func(w http.ResponseWriter, _ *http.Request, _ int) {
			w.Header().Set("Link", "</style.css>; rel=preload")
			w.WriteHeader(103)
			_, _ = io.WriteString(w, "x")
		}},
		{Name: "a trailer that never comes", serve: func(w http.ResponseWriter, _ *http.Request, _ int) {
			w.Header().Set("Trailer", "X-Never")
			_, _ = io.WriteString(w, "x")
		}},
		{Name: "a trailer that was not announced", serve: writes("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nbody\r\n0\r\nX-Sum: 42\r\n\r\n"), intended: trailersAreAnnounced},
		{Name: "HEAD of gzip", method: "HEAD", header: map[string]string{"Accept-Encoding": "gzip"}, serve: sendsZipped},
		{Name: "HTTP 2 with trailers", http2: true, serve: sendsTrailers},
		{Name: "HTTP 2 without a body", http2: true, serve: func(w http.ResponseWriter, _ *http.Request, _ int) { w.WriteHeader(204) }},
	}
}

// Faults returns faults, which a tape records with Options.Errors.
func Faults() []Kind {
	half := make(chan struct{}, 1)
	return []Kind{
		{Name: "a refused connection", unserved: true},
		{Name: "a connection that closes before the response", serve: writes("")},
		{Name: "a connection that is reset before the response", serve: func(w http.ResponseWriter, _ *http.Request, _ int) { reset(w) }},
		{
			Name: "a header that does not come", transport: func(t *http.Transport) { t.ResponseHeaderTimeout = 50 * time.Millisecond },
			serve: func(_ http.ResponseWriter, r *http.Request, _ int) { <-r.Context().Done() },
		},
		{Name: "a body that is cut", serve: writes("HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nhalf of it")},
		{Name: "a chunk that is cut", serve: writes("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n63\r\nhalf of it")},
		{Name: "a body that is reset", halfway: half, serve: func(w http.ResponseWriter, _ *http.Request, _ int) {
			w.Header().Set("Content-Length", "99")
			_, _ = io.WriteString(w, "half of it")
			_ = http.NewResponseController(w).Flush()
			<-half // a reset would discard what the client has not read
			reset(w)
		}},
	}
}

// Request returns a new request for the kind to the server at base.
func (k Kind) Request(t *testing.T, base string) *http.Request {
	t.Helper()
	if k.unserved {
		base = "http://127.0.0.1:1"
	}
	method, body := "GET", ""
	if k.method != "" {
		method = k.method
	}
	contentType := ""
	if k.body != nil {
		contentType, body = k.body()
	}
	target, err := url.Parse(base + k.Path() + k.query)
	if err != nil {
		t.Fatal(err)
	}
	var sent io.Reader
	if body != "" {
		sent = strings.NewReader(body)
	}
	req, err := http.NewRequestWithContext(t.Context(), method, target.String(), sent)
	if err != nil {
		t.Fatal(err)
	}
	if contentType != "" {
		req.Header.Set("Content-Type", contentType)
	}
	for name, value := range k.header {
		req.Header.Set(name, value)
	}
	return req
}
