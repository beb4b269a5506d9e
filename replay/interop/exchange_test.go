package interop

import (
	"slices"
	"strings"
	"testing"
)

// drafted returns the draft of an exchange with a status of 200.
func drafted(method string, header ...string) *draft {
	d := newDraft(method, "http://a.test/x")
	d.status(200, "OK", "")
	for i := 0; i < len(header); i += 2 {
		d.responseHeader(header[i], header[i+1])
	}
	return d
}

func TestALengthIsThatOfTheBody(t *testing.T) {
	for name, test := range map[string]struct {
		d       *draft
		body    string
		decoded bool
		length  int64
		header  []string // Content-Length
		lost    string
	}{
		"right":                 {drafted("GET", "content-length", "3"), "abc", true, 3, []string{"3"}, ""},
		"stale":                 {drafted("GET", "content-length", "84"), "abc", true, 3, []string{"3"}, "Content-Length"},
		"twice":                 {drafted("GET", "Content-Length", "3", "content-length", "3"), "abc", true, 3, []string{"3"}, "Content-Length"},
		"no number":             {drafted("GET", "Content-Length", "x"), "abc", true, 3, []string{"3"}, "Content-Length"},
		"none":                  {drafted("GET"), "abc", true, -1, nil, ""},
		"decoded":               {drafted("GET", "Content-Length", "84", "Content-Encoding", "gzip"), "abc", true, 3, []string{"3"}, "the bytes of the response"},
		"decoded without":       {drafted("GET", "Content-Encoding", "br"), "abc", true, -1, nil, "the bytes of the response"},
		"raw":                   {drafted("GET", "Content-Length", "3", "Content-Encoding", "gzip"), "abc", false, 3, []string{"3"}, ""},
		"HEAD":                  {drafted("HEAD", "Content-Length", "84"), "", true, 84, []string{"84"}, ""},
		"chunked and a length":  {drafted("GET", "Content-Length", "3", "Transfer-Encoding", "chunked"), "abc", true, 3, []string{"3"}, ""},
		"an empty body, chunks": {drafted("GET", "Transfer-Encoding", "chunked"), "", true, -1, nil, ""},
	} {
		test.d.responseBody([]byte(test.body), test.decoded)
		r := test.d.x.Response
		lost := ""
		for _, l := range test.d.Losses {
			lost += l.What
		}
		if r.ContentLength != test.length || !slices.Equal(r.Header["Content-Length"], test.header) || lost != test.lost || string(r.Body) != test.body {
			t.Errorf("%s: got length %d, header %q, lost %q, body %q", name, r.ContentLength, r.Header["Content-Length"], lost, r.Body)
		}
		if test.decoded && r.Header.Get("Content-Encoding") != "" {
			t.Errorf("%s: Content-Encoding is still there", name)
		}
	}
}

func TestWhatIsNoResponseIsSkipped(t *testing.T) {
	for _, code := range []int{-1, 0, 101, 1000} {
		d := newDraft("GET", "http://a.test/")
		if d.status(code, "", ""); d.Skipped == "" {
			t.Errorf("the status %d is not skipped", code)
		}
	}
	for _, u := range []string{"data:text/plain,x", "blob:http://a.test/1", "/x", "", "http://", "ws://a.test/", "http://a.test/%zz"} {
		if d := newDraft("GET", u); d.Skipped == "" {
			t.Errorf("the URL %q is not skipped", u)
		}
	}
	if d := drafted("get"); d.Skipped != "" || d.x.Request.Method != "GET" || d.x.Response.Status != "200 OK" {
		t.Errorf("the control: got %q, %v", d.Skipped, d.x.Request)
	}
}

func TestHeadersAreThoseThatNetHTTPGives(t *testing.T) {
	d := drafted("GET", ":status", "200", "Connection", "close", "transfer-encoding", "gzip, chunked", "x-lower-Case", "kept", "Trailer", "X-Sum")
	for _, h := range []string{":authority", "content-length", "connection", "Proxy-Connection", "x-a"} {
		d.requestHeader(h, "1")
	}
	d.requestHeader("host", "other.test")
	q, r := d.x.Request, d.x.Response
	if len(q.Header) != 1 || q.Header.Get("X-A") != "1" || q.Host != "other.test" {
		t.Errorf("the request has %v, host %q", q.Header, q.Host)
	}
	if len(r.Header) != 2 || r.Header.Get("X-Lower-Case") != "kept" || !r.Close || !slices.Equal(r.TransferEncoding, []string{"chunked"}) {
		t.Errorf("the response has %v, close %v, %v", r.Header, r.Close, r.TransferEncoding)
	}
	if len(d.Losses) != 1 || d.Losses[0].What != "the trailers" {
		t.Errorf("lost %v", d.Losses)
	}
}

func TestATextOfAnotherCharsetIsUTF8AndSaysSo(t *testing.T) {
	d := drafted("GET", "Content-Type", "text/plain; charset=shift_jis")
	if got := d.text("日本"); string(got) != "日本" || d.x.Response.Header.Get("Content-Type") != "text/plain; charset=utf-8" || len(d.Losses) != 1 {
		t.Errorf("got %q, %v, %v", got, d.x.Response.Header, d.Losses)
	}
	for charset, lost := range map[string]int{"": 0, "; charset=utf-8": 0, "; charset=ISO-8859-1": 1} {
		d := drafted("GET", "Content-Type", "text/plain"+charset)
		if d.text("é"); len(d.Losses) != lost {
			t.Errorf("%q: lost %v", charset, d.Losses)
		}
	}
	if quoteSafe("caf\xe9") != "(unknown)" || quoteSafe(strings.Repeat("x", 41)) != "(unknown)" {
		t.Error("a name that is none is shown")
	}
}

func TestProtocolsAreThoseOfNetHTTP(t *testing.T) {
	for in, want := range map[string]string{"h2": "HTTP/2.0", "http/2.0": "HTTP/2.0", "HTTP/1.0": "HTTP/1.0", "h3": "HTTP/3.0", "": "HTTP/1.1", "unknown": "HTTP/1.1", "1.1": "HTTP/1.1"} {
		if got := protocol(in); got != want {
			t.Errorf("%q: got %s, want %s", in, got, want)
		}
	}
}
