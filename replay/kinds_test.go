package replay_test

import (
	"crypto/sha256"
	"fmt"
	"io"
	"mime/multipart"
	"net"
	"net/http"
	"net/url"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"
)

// A kind is one of the kinds of exchanges that a tape replays as they were: how it is
// asked for, and what a real server does.
type kind struct {
	name       string
	method     string                     // GET if empty
	query      string                     // what follows the path
	header     map[string]string          // of the request
	body       func() (kind, body string) // made anew for each request; nil for none
	times      int                        // how often it is asked for; 0 is once
	http2      bool                       // over TLS
	unfollowed bool                       // a redirect is the response
	unserved   bool                       // nobody listens
	halfway    chan struct{}              // gets a value from the client that has read half
	transport  func(*http.Transport)
	serve      func(w http.ResponseWriter, r *http.Request, n int) // n counts from 1

	// intended takes the difference that there has to be out of both, and no other.
	intended func(live, taped view)
}

func (k kind) path() string { return "/" + strings.ReplaceAll(k.name, " ", "-") }

// The 25 kinds of the review of other recorders; others and the faults follow.
func kinds() []kind {
	return []kind{
		{name: "JSON", serve: sends("application/json", `{"price":1.50,"id":12345678901234567890,"e":1e3, "é":"\u00e9"}`+"\n")},
		{name: "gzip that the transport opens", serve: sendsZipped},
		{name: "gzip that was asked for", header: map[string]string{"Accept-Encoding": "gzip"}, serve: sendsZipped},
		{name: "PNG", serve: sends("image/png", "\x89PNG\r\n\x1a\n\x00\x00\xff\xfe\x80")},
		{
			name:     "two cookies",
			serve:    sends("text/plain", "x", "Set-Cookie", "session=s3cr3t; Path=/; HttpOnly", "Set-Cookie", "theme=dark; Max-Age=3600"),
			intended: cookiesAreMasked,
		},
		{name: "a header that repeats", serve: sends("text/plain", "x", "X-Repeat", "two", "X-Repeat", "one", "X-Repeat", "one, two", "X-Repeat", "one", "X-Empty", "")},
		{name: "a header in lower case", serve: func(w http.ResponseWriter, _ *http.Request, _ int) {
			w.Header()["x-lower-Case"] = []string{"x"}
		}},
		{name: "a redirect that is followed", serve: redirects},
		{name: "a redirect", unfollowed: true, serve: redirects},
		{name: "a POST of JSON", method: "POST", body: always("application/json", `{"b":1.0,"a":[]}`), serve: echoes},
		{name: "a POST of a form", method: "POST", body: always("application/x-www-form-urlencoded", "z=1&a=2&z=0&b=x+y&empty="), serve: echoes},
		{name: "a POST of a file", method: "POST", body: aFile, serve: receivesAFile},
		{name: "a query", query: "?z=1&a=2&z=0&b=x%20y&b=x+y&empty=&flag", serve: func(w http.ResponseWriter, r *http.Request, _ int) {
			_, _ = io.WriteString(w, r.URL.RawQuery)
		}},
		{name: "one GET three times", times: 3, serve: func(w http.ResponseWriter, _ *http.Request, n int) {
			w.WriteHeader([]int{503, 202, 200}[n-1])
			_, _ = fmt.Fprint(w, "number ", n)
		}},
		{name: "204", serve: func(w http.ResponseWriter, _ *http.Request, _ int) { w.WriteHeader(204) }},
		{name: "304", header: map[string]string{"If-None-Match": `"v1"`}, serve: func(w http.ResponseWriter, _ *http.Request, _ int) {
			w.Header().Set("ETag", `"v1"`)
			w.WriteHeader(304)
		}},
		{name: "chunks", serve: func(w http.ResponseWriter, _ *http.Request, _ int) {
			for i := range 3 {
				_, _ = fmt.Fprintf(w, "line %d\n", i)
				_ = http.NewResponseController(w).Flush()
			}
		}},
		{name: "trailers", serve: sendsTrailers},
		{name: "UTF-8", serve: sends("text/plain; charset=utf-8", "žluťoučký kůň 🐎\u2028\r\n\ttab\x00")},
		{name: "Latin-1", serve: sends("text/plain; charset=iso-8859-1", "caf\xe9 \xfcber\r\n")},
		{name: "404", serve: func(w http.ResponseWriter, r *http.Request, _ int) { http.NotFound(w, r) }},
		{name: "HEAD", method: "HEAD", serve: sends("text/plain", "never sent")},
		{name: "an empty body", serve: func(http.ResponseWriter, *http.Request, int) {}},
		{name: "a range", header: map[string]string{"Range": "bytes=2-5"}, serve: func(w http.ResponseWriter, r *http.Request, _ int) {
			http.ServeContent(w, r, "x.txt", time.Unix(1e9, 0), strings.NewReader("0123456789"))
		}},
		{name: "HTTP 1.0 to the end of the connection", serve: writes("HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\n\r\nall of it")},
	}
}

func moreKinds() []kind {
	return []kind{
		{name: "a long body", serve: sends("text/plain", big)},
		{name: "a long upload", method: "PUT", body: always("text/plain", big+big), serve: echoes},
		{name: "a stream of events", serve: sends("text/event-stream", "event: a\ndata: {\"n\":1}\n\ndata: \n\n: comment\r\n\r\ndata: [DONE]\n\n")},
		{name: "a connection that closes", serve: sends("text/plain", "x", "Connection", "close")},
		{name: "a status of its own", serve: writes("HTTP/1.1 299 Quite Fine!\r\nContent-Length: 2\r\n\r\nok")},
		{name: "a status without a reason", serve: writes("HTTP/1.1 200 \r\nContent-Length: 2\r\n\r\nok")},
		{name: "503 with Retry-After", serve: func(w http.ResponseWriter, _ *http.Request, _ int) {
			w.Header().Set("Retry-After", "0")
			http.Error(w, "busy", http.StatusServiceUnavailable)
		}},
		{name: "401", serve: func(w http.ResponseWriter, _ *http.Request, _ int) {
			w.Header().Set("Www-Authenticate", `Basic realm="a b", charset="UTF-8"`)
			http.Error(w, "no", http.StatusUnauthorized)
		}},
		{name: "early hints", serve: func(w http.ResponseWriter, _ *http.Request, _ int) {
			w.Header().Set("Link", "</style.css>; rel=preload")
			w.WriteHeader(103)
			_, _ = io.WriteString(w, "x")
		}},
		{name: "a trailer that never comes", serve: func(w http.ResponseWriter, _ *http.Request, _ int) {
			w.Header().Set("Trailer", "X-Never")
			_, _ = io.WriteString(w, "x")
		}},
		{name: "a trailer that was not announced", serve: writes("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nbody\r\n0\r\nX-Sum: 42\r\n\r\n"), intended: trailersAreAnnounced},
		{name: "HEAD of gzip", method: "HEAD", header: map[string]string{"Accept-Encoding": "gzip"}, serve: sendsZipped},
		{name: "HTTP 2 with trailers", http2: true, serve: sendsTrailers},
		{name: "HTTP 2 without a body", http2: true, serve: func(w http.ResponseWriter, _ *http.Request, _ int) { w.WriteHeader(204) }},
	}
}

// Faults, which a tape records with Options.Errors.
func faultKinds() []kind {
	half := make(chan struct{}, 1)
	return []kind{
		{name: "a refused connection", unserved: true},
		{name: "a connection that closes before the response", serve: writes("")},
		{name: "a connection that is reset before the response", serve: func(w http.ResponseWriter, _ *http.Request, _ int) { reset(w) }},
		{
			name: "a header that does not come", transport: func(t *http.Transport) { t.ResponseHeaderTimeout = 50 * time.Millisecond },
			serve: func(_ http.ResponseWriter, r *http.Request, _ int) { <-r.Context().Done() },
		},
		{name: "a body that is cut", serve: writes("HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nhalf of it")},
		{name: "a chunk that is cut", serve: writes("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n63\r\nhalf of it")},
		{name: "a body that is reset", halfway: half, serve: func(w http.ResponseWriter, _ *http.Request, _ int) {
			w.Header().Set("Content-Length", "99")
			_, _ = io.WriteString(w, "half of it")
			_ = http.NewResponseController(w).Flush()
			<-half // a reset takes what was not read with it
			reset(w)
		}},
	}
}

func sends(contentType, body string, header ...string) func(http.ResponseWriter, *http.Request, int) {
	return func(w http.ResponseWriter, _ *http.Request, _ int) {
		w.Header().Set("Content-Type", contentType)
		for i := 0; i < len(header); i += 2 {
			w.Header().Add(header[i], header[i+1])
		}
		_, _ = io.WriteString(w, body)
	}
}

// writes sends the bytes as they are and closes the connection.
func writes(text string) func(http.ResponseWriter, *http.Request, int) {
	return func(w http.ResponseWriter, _ *http.Request, _ int) {
		conn, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			panic(err)
		}
		_, _ = io.WriteString(conn, text)
		_ = conn.Close()
	}
}

func reset(w http.ResponseWriter) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(err)
	}
	_ = conn.(*net.TCPConn).SetLinger(0)
	_ = conn.Close()
}

func sendsZipped(w http.ResponseWriter, _ *http.Request, _ int) {
	w.Header().Set("Content-Encoding", "gzip")
	w.Header().Set("Content-Type", "text/plain")
	_, _ = w.Write(zipped("zipped text"))
}

func sendsTrailers(w http.ResponseWriter, _ *http.Request, _ int) {
	w.Header().Set("Trailer", "X-Sum, X-Twice")
	_, _ = io.WriteString(w, "body")
	w.Header().Set("X-Sum", "42")
	w.Header()["X-Twice"] = []string{"b", "a"}
}

func redirects(w http.ResponseWriter, r *http.Request, _ int) {
	if r.URL.RawQuery == "" {
		http.Redirect(w, r, r.URL.Path+"?id=7", http.StatusFound)
		return
	}
	_, _ = io.WriteString(w, "the end")
}

func echoes(w http.ResponseWriter, r *http.Request, _ int) {
	b, _ := io.ReadAll(r.Body)
	_, _ = fmt.Fprintf(w, "%s of %d bytes, %s, %x", r.Method, len(b), r.Header.Get("Content-Type"), sha256.Sum256(b))
}

func always(contentType, body string) func() (string, string) {
	return func() (string, string) { return contentType, body }
}

// aFile is a form with a file, and a new boundary each time.
func aFile() (contentType, body string) {
	var b strings.Builder
	form := multipart.NewWriter(&b)
	_ = form.WriteField("name", "pikachu")
	file, _ := form.CreateFormFile("picture", "p.png")
	_, _ = io.WriteString(file, "\x89PNG\r\n\x00\xff")
	_ = form.Close()
	return form.FormDataContentType(), b.String()
}

func receivesAFile(w http.ResponseWriter, r *http.Request, _ int) {
	file, head, err := r.FormFile("picture")
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	b, _ := io.ReadAll(file)
	_, _ = fmt.Fprintf(w, "%s, %s, %x", r.FormValue("name"), head.Filename, b)
}

// cookiesAreMasked takes the values of cookies out of both where a hash stands for each on
// the tape.
func cookiesAreMasked(live, taped view) {
	was, is := live["Header"].(http.Header)["Set-Cookie"], taped["Header"].(http.Header)["Set-Cookie"]
	mask := regexp.MustCompile(`^(\w+=)REDACTED\.[0-9a-f]{24}(;|$)`)
	for i := range min(len(was), len(is)) {
		if mask.MatchString(is[i]) {
			was[i] = regexp.MustCompile(`^(\w+=)[^;]*`).ReplaceAllString(was[i], "${1}masked")
			is[i] = mask.ReplaceAllString(is[i], "${1}masked$2")
		}
	}
}

// trailersAreAnnounced takes the names out that a tape announces before the end of the body,
// though the server had announced none: the tape does not know when a name came.
func trailersAreAnnounced(live, taped view) {
	const field = "Trailer before the end"
	if live[field].(http.Header) == nil && reflect.DeepEqual(taped[field], http.Header{"X-Sum": nil}) {
		live[field] = taped[field]
	}
}

func (k kind) request(t *testing.T, base string) *http.Request {
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
	target, err := url.Parse(base + k.path() + k.query)
	if err != nil {
		t.Fatal(err)
	}
	req := request(t, method, target.String(), body)
	if contentType != "" {
		req.Header.Set("Content-Type", contentType)
	}
	for name, value := range k.header {
		req.Header.Set(name, value)
	}
	return req
}
