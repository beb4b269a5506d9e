package interop_test

import (
	"bytes"
	"compress/gzip"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/gracy-go/gracy/replay/store"
)

func zipped(s string) string {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, _ = w.Write([]byte(s))
	_ = w.Close()
	return b.String()
}

type edit func(*store.Exchange)

// kinds returns the kinds of exchanges, including faults, that a tape replays unchanged.
func kinds(tb testing.TB) []*store.Exchange {
	tb.Helper()
	var list []*store.Exchange
	start := time.Date(2026, 11, 28, 10, 0, 0, 123456000, time.UTC)
	add := func(name, contentType, body string, edits ...edit) {
		n := len(list)
		x := &store.Exchange{
			Start: start.Add(time.Duration(n) * time.Millisecond), FirstByte: 1234567 * time.Nanosecond, Total: 2 * time.Millisecond,
			Attempt: 1, Complete: true, Route: "/kinds/{name}",
			Request: store.Request{Method: "GET", URL: "http://api.test/kinds/" + strings.ReplaceAll(name, " ", "-"), Header: http.Header{"Accept": {"*/*"}}},
			Response: &store.Response{
				Status: "200 OK", StatusCode: 200, Proto: "HTTP/1.1", Body: []byte(body), ContentLength: int64(len(body)),
				Header: http.Header{"Content-Type": {contentType}, "Content-Length": {strconv.Itoa(len(body))}, "Date": {"Thu, 01 Jan 2026 00:00:00 GMT"}},
			},
		}
		if body == "" {
			x.Response.Body, x.Response.NoBody = nil, true
		}
		for _, e := range edits {
			e(x)
		}
		list = append(list, x)
	}
	header := func(name string, values ...string) edit {
		return func(x *store.Exchange) { x.Response.Header[name] = values }
	}
	asked := func(name, value string) edit {
		return func(x *store.Exchange) { x.Request.Header.Set(name, value) }
	}
	posted := func(contentType, body string) edit {
		return func(x *store.Exchange) {
			x.Request.Method, x.Request.Body, x.Request.BodySize = "POST", []byte(body), int64(len(body))
			x.Request.Header.Set("Content-Type", contentType)
		}
	}
	status := func(code int) edit {
		return func(x *store.Exchange) {
			x.Response.StatusCode, x.Response.Status = code, strconv.Itoa(code)+" "+http.StatusText(code)
		}
	}
	unknown := func(x *store.Exchange) {
		x.Response.ContentLength = -1
		delete(x.Response.Header, "Content-Length")
	}
	chunked := func(x *store.Exchange) { unknown(x); x.Response.TransferEncoding = []string{"chunked"} }
	const text = "text/plain"

	add("JSON", "application/json", `{"price":1.50,"id":12345678901234567890,"e":1e3, "é":"\u00e9"}`+"\n")
	add("gzip that the transport opens", text, "zipped text", unknown, func(x *store.Exchange) { x.Response.Uncompressed = true })
	add("gzip that was asked for", text, zipped("zipped text"), header("Content-Encoding", "gzip"), asked("Accept-Encoding", "gzip"))
	add("a gzip that is none", text, "no gzip", header("Content-Encoding", "gzip"))
	add("another coding", text, "\x0b\x02\x80br\x03", header("Content-Encoding", "br"))
	add("PNG", "image/png", "\x89PNG\r\n\x1a\n\x00\x00\xff\xfe\x80")
	add("two cookies", text, "x", header("Set-Cookie", "session=s3cr3t; Path=/; HttpOnly", "theme=dark; Max-Age=3600"))
	add("a header that repeats", text, "x", header("X-Repeat", "two", "one", "one, two", "one"), header("X-Empty", ""))
	add("a header that is not UTF-8", text, "x", header("X-Latin", "caf\xe9 <&>\u2028"))
	add("a redirect", text, "moved", status(302), header("Location", "/kinds/x?id=7"))
	add("a POST of JSON", text, "x", posted("application/json", `{"b":1.0,"a":[]}`))
	add("a POST of a form", text, "x", posted("application/x-www-form-urlencoded", "z=1&a=2&z=0&b=x+y&empty="))
	add("a POST of a file", text, "x", posted("multipart/form-data; boundary=b", "--b\r\nContent-Disposition: form-data; name=\"f\"; filename=\"p\"\r\n\r\n\x89PNG\r\n\x00\xff\r\n--b--\r\n"))
	add("a query", text, "x", func(x *store.Exchange) { x.Request.URL += "?z=1&a=2&z=0&b=x%20y&b=x+y&empty=&flag" })
	for i := range 3 {
		add("one GET three times", text, "number "+strconv.Itoa(i), status([]int{503, 202, 200}[i]))
	}
	add("204", text, "", status(204), func(x *store.Exchange) { x.Response.Header = http.Header{}; x.Response.ContentLength = 0 })
	add("304", text, "", status(304), asked("If-None-Match", `"v1"`), header("Etag", `"v1"`))
	add("chunks", text, "line 0\nline 1\nline 2\n", chunked, func(x *store.Exchange) {
		x.Response.Pieces = []store.Piece{{Bytes: 7}, {Bytes: 7, Wait: 100 * time.Millisecond}}
	})
	add("trailers", text, "body", chunked, func(x *store.Exchange) {
		x.Response.Trailer = http.Header{"X-Sum": {"42"}, "X-Twice": {"b", "a"}, "X-Never": nil}
	})
	add("UTF-8", "text/plain; charset=utf-8", "žluťoučký kůň 🐎\u2028\r\n\ttab\x00")
	add("Latin-1", "text/plain; charset=iso-8859-1", "caf\xe9 \xfcber\r\n")
	add("Latin-1 that is UTF-8 as well", "text/plain; charset=iso-8859-1", "caf\u00e9")
	add("404", text, "not found", status(404))
	add("HEAD", text, "", func(x *store.Exchange) { x.Request.Method = "HEAD"; x.Response.ContentLength = 11 }, header("Content-Length", "11"))
	add("an empty body", text, "")
	add("a range", text, "2345", status(206), asked("Range", "bytes=2-5"), header("Content-Range", "bytes 2-5/10"))
	add("HTTP 1.0 to the end of the connection", text, "all of it", unknown, func(x *store.Exchange) { x.Response.Proto, x.Response.Close = "HTTP/1.0", true })
	add("a status of its own", text, "ok", func(x *store.Exchange) { x.Response.StatusCode, x.Response.Status = 299, "299 Quite Fine!" })
	add("a status without a reason", text, "ok", func(x *store.Exchange) { x.Response.Status = "200 " })
	add("HTTP 2", text, "ok", func(x *store.Exchange) { x.Response.Proto = "HTTP/2.0" })
	add("another host", text, "ok", func(x *store.Exchange) { x.Request.Host = "other.test" })
	add("a long upload", text, "ok", func(x *store.Exchange) {
		x.Request.Method, x.Request.BodySize, x.Request.BodySum = "PUT", 3<<20, bytes.Repeat([]byte{7}, 32)
	})
	add("masked", text, "ok", func(x *store.Exchange) {
		x.Masked, x.Identity, x.Secrets = true, bytes.Repeat([]byte{1}, store.IdentitySize), bytes.Repeat([]byte{2}, store.IdentitySize)
	})
	add("a refused connection", text, "", func(x *store.Exchange) {
		x.Response, x.Fault = nil, &store.Fault{Text: "dial tcp: connection refused", Kind: store.FaultConnRefused}
	})
	add("a timeout", text, "", func(x *store.Exchange) { x.Response, x.Fault = nil, &store.Fault{Text: "i/o timeout", IsTimeout: true} })
	add("a body that is cut", text, "half of it", func(x *store.Exchange) {
		x.Response.ContentLength, x.Fault = 99, &store.Fault{Text: "unexpected EOF", Kind: store.FaultUnexpectedEOF}
	}, header("Content-Length", "99"))
	return list
}
