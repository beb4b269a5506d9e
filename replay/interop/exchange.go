package interop

import (
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/gracy-go/gracy/replay/store"
)

// draft is an exchange that is being put together from a file.
type draft struct {
	Record
	x *store.Exchange
}

// newDraft starts an exchange. An empty method is GET.
func newDraft(method, rawURL string) *draft {
	if method == "" {
		method = http.MethodGet
	}
	x := &store.Exchange{Complete: true, Attempt: 1}
	x.Request = store.Request{Method: strings.ToUpper(method), URL: rawURL, Header: http.Header{}}
	x.Response = &store.Response{Header: http.Header{}, ContentLength: -1}
	d := &draft{Record{Exchange: x}, x}
	if u, err := url.Parse(rawURL); err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		d.skip("the URL is not http or https")
	}
	return d
}

// status sets the status of the response.
func (d *draft) status(code int, text, proto string) {
	r := d.x.Response
	r.StatusCode, r.Status, r.Proto = code, strings.TrimSpace(text), protocol(proto)
	if !strings.HasPrefix(r.Status, strconv.Itoa(code)) {
		if r.Status == "" {
			r.Status = http.StatusText(code)
		}
		r.Status = strconv.Itoa(code) + " " + r.Status
	}
	switch {
	case code == http.StatusSwitchingProtocols:
		d.skip("the connection switched protocols (101), as for a web socket")
	case code < 100 || code > 999:
		d.skip("there is no response: its status is " + strconv.Itoa(code))
	}
}

// protocol returns the name of a protocol as in net/http. The default is HTTP/1.1.
func protocol(name string) string {
	switch name = strings.ToUpper(strings.TrimSpace(name)); name {
	case "H2", "HTTP/2", "HTTP/2.0":
		return "HTTP/2.0"
	case "H3", "HTTP/3", "HTTP/3.0":
		return "HTTP/3.0"
	case "HTTP/1.0":
		return name
	}
	return "HTTP/1.1"
}

// requestHeader adds a header of the request, unless net/http has a field for it or sets it itself.
func (d *draft) requestHeader(name, value string) {
	switch key := http.CanonicalHeaderKey(name); {
	case strings.HasPrefix(name, ":"), key == "":
	case key == "Host":
		if u := d.x.Request.ParseURL(); !strings.EqualFold(u.Host, value) && !strings.EqualFold(u.Hostname(), value) {
			d.x.Request.Host = value
		}
	case key == "Content-Length" || key == "Connection" || key == "Transfer-Encoding" || key == "Proxy-Connection" || key == "Keep-Alive":
	default:
		d.x.Request.Header[key] = append(d.x.Request.Header[key], value)
	}
}

// responseHeader adds a header of the response, or sets the field that net/http has for it.
func (d *draft) responseHeader(name, value string) {
	r := d.x.Response
	switch key := http.CanonicalHeaderKey(name); {
	case strings.HasPrefix(name, ":"), key == "":
	case key == "Transfer-Encoding":
		for coding := range strings.SplitSeq(value, ",") {
			if coding = strings.ToLower(strings.TrimSpace(coding)); coding == "chunked" && len(r.TransferEncoding) == 0 {
				r.TransferEncoding = []string{"chunked"}
			}
		}
	case key == "Trailer":
		d.lose("the trailers", "the recorder keeps only their names")
	default:
		if key == "Connection" && strings.EqualFold(value, "close") {
			r.Close = true
		}
		r.Header[key] = append(r.Header[key], value)
	}
}

// requestBody sets the body of the request.
func (d *draft) requestBody(b []byte) {
	d.x.Request.Body, d.x.Request.BodySize = b, int64(len(b))
	if len(b) == 0 {
		d.x.Request.Body = nil
	}
}

// missingRequestBody skips an exchange whose posted body is not in the file. It would match only
// requests without a body.
func (d *draft) missingRequestBody() {
	d.skip("the body of the request is not in the file")
}

// carriesNone reports whether a response of this kind has no body (RFC 9110 6.4.1).
func (d *draft) carriesNone() bool {
	code := d.x.Response.StatusCode
	return d.x.Request.Method == http.MethodHead || code < 200 || code == http.StatusNoContent || code == http.StatusNotModified
}

// responseBody sets the body of the response, and makes its headers fit. The body is as on the
// wire, without chunks, or decoded if the recorder has decoded it.
func (d *draft) responseBody(b []byte, decoded bool) {
	r := d.x.Response
	r.Body = b
	if len(b) == 0 {
		r.Body = nil
	}
	if d.carriesNone() {
		r.Body, r.NoBody = nil, true
		r.ContentLength = 0
		if d.x.Request.Method == http.MethodHead {
			r.ContentLength = lengthOf(r.Header)
		}
		return
	}
	if decoded && r.Header.Get("Content-Encoding") != "" {
		d.lose("the bytes of the response", "the recorder decoded them; Content-Encoding "+
			quoteSafe(r.Header.Get("Content-Encoding"))+" is dropped and Content-Length is that of the decoded bytes")
		r.Header.Del("Content-Encoding")
		r.Uncompressed = true
		if r.Header.Get("Content-Length") != "" {
			r.Header.Set("Content-Length", strconv.Itoa(len(b)))
		}
	}
	given := r.Header["Content-Length"]
	switch n := lengthOf(r.Header); {
	case len(given) == 0:
		if len(b) == 0 && len(r.TransferEncoding) == 0 && r.ContentLength == 0 {
			r.NoBody = true
		}
		return
	case len(given) > 1 || n != int64(len(b)):
		d.loseLength("it did not match the body in the file, and is now " + strconv.Itoa(len(b)))
		r.Header.Set("Content-Length", strconv.Itoa(len(b)))
	}
	r.ContentLength, r.TransferEncoding = int64(len(b)), nil
	r.NoBody = len(b) == 0
}

// loseLength adds a loss of Content-Length, unless the body is reported as a loss already.
func (d *draft) loseLength(why string) {
	for _, l := range d.Losses {
		if strings.HasSuffix(l.What, "of the response") {
			return
		}
	}
	d.lose("Content-Length", why)
}

// lengthOf returns the Content-Length of a header, or -1.
func lengthOf(h http.Header) int64 {
	n, err := strconv.ParseInt(h.Get("Content-Length"), 10, 64)
	if err != nil || n < 0 {
		return -1
	}
	return n
}

// quoteSafe returns the name of a content coding, if it looks like one.
func quoteSafe(s string) string {
	for _, c := range s {
		if c > 'z' || c < ' ' || len(s) > 40 {
			return "(unknown)"
		}
	}
	return s
}

// text returns the bytes of a text that the recorder has decoded from the charset of the response.
// It encodes the text again.
func (d *draft) text(s string) []byte {
	contentType := d.x.Response.Header.Get("Content-Type")
	_, params, err := mime.ParseMediaType(contentType)
	charset := strings.ToLower(params["charset"])
	if err != nil || charset == "" || charset == "utf-8" || charset == "utf8" || isASCII(s) {
		return []byte(s)
	}
	if b, ok := encodeAs(charset, s); ok {
		d.lose("the bytes of the response", "the recorder turned them into Unicode; they are encoded again as "+quoteSafe(charset))
		return b
	}
	d.lose("the bytes of the response", "the recorder turned them into Unicode; they stay UTF-8, and the charset of Content-Type is now utf-8")
	kind, _, _ := strings.Cut(contentType, ";")
	d.x.Response.Header.Set("Content-Type", kind+"; charset=utf-8")
	return []byte(s)
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}
