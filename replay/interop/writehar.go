package interop

import (
	"encoding/base64"
	"io"
	"iter"
	"maps"
	"mime"
	"net/http"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/gracy-go/gracy/replay/store"
)

// WriteHAR writes exchanges as HAR 1.2 and returns how many it wrote. It ends with the first
// error, which leaves an incomplete file.
//
// Content is the decoded body, as in HAR, and base64 if it is not UTF-8 text. The field _gracy of
// an entry has what HAR has no place for: faults, trailers, pieces, the bytes of a compressed
// body and of a posted binary one, and the times in full. An exchange without a response has the
// status 0 and the field _error.
func WriteHAR(w io.Writer, exchanges iter.Seq2[*store.Exchange, error]) (Report, error) {
	report := Report{Format: HAR}
	_, err := io.WriteString(w, `{"log":{"version":"1.2","creator":{"name":"gracy","version":"1"},"entries":[`)
	if err != nil {
		return report, err
	}
	for x, err := range exchanges {
		if err != nil {
			return report, err
		}
		if report.unwritable(x) {
			continue
		}
		b, err := marshal(entryOf(x))
		if err != nil {
			return report, err
		}
		sep := "\n"
		if report.Done > 0 {
			sep = ",\n"
		}
		if _, err := w.Write(append([]byte(sep), b...)); err != nil {
			return report, err
		}
		report.Done++
	}
	_, err = io.WriteString(w, "\n]}}\n")
	return report, err
}

func entryOf(x *store.Exchange) *harEntry {
	g := jsonOf(x)
	e := &harEntry{Started: x.Start.UTC().Format("2006-01-02T15:04:05.000Z07:00"), Gracy: g}
	ms := func(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
	e.Time = ms(max(x.Total, x.FirstByte))
	e.Timings = harTimings{Wait: ms(x.FirstByte), Receive: ms(max(x.Total-x.FirstByte, 0))}
	e.fillRequest(&x.Request)
	if x.Response != nil {
		e.fillResponse(x.Response)
	} else {
		e.Response = harResponse{
			Cookies: []harPair{}, Headers: []harPair{}, Content: harContent{MimeType: "x-unknown"},
			HeadersSize: -1, BodySize: -1,
		}
	}
	if x.Fault != nil {
		e.Response.Error = strings.ToValidUTF8(x.Fault.Text, replacement)
	}
	return e
}

// fillRequest writes the request, and removes from _gracy what is now in the standard fields.
func (e *harEntry) fillRequest(q *store.Request) {
	g := &e.Gracy.Request
	proto := "HTTP/1.1"
	if e.Gracy.Response != nil && e.Gracy.Response.Proto != "" {
		proto = strings.ToValidUTF8(string(e.Gracy.Response.Proto), replacement)
	}
	e.Request = harRequest{
		Method: q.Method, URL: q.URL, HTTPVersion: proto, Headers: pairsOf(q.Header), Cookies: []harPair{}, Query: []harPair{},
		HeadersSize: -1, BodySize: q.BodySize,
	}
	if cookies, err := http.ParseCookie(q.Header.Get("Cookie")); err == nil {
		e.Request.Cookies = cookiesOf(cookies)
	}
	for name, values := range q.ParseURL().Query() {
		for _, v := range values {
			e.Request.Query = append(e.Request.Query, harPair{Name: strings.ToValidUTF8(name, replacement), Value: loose(strings.ToValidUTF8(v, replacement))})
		}
	}
	slices.SortStableFunc(e.Request.Query, func(a, b harPair) int { return strings.Compare(a.Name, b.Name) })
	if utf8.ValidString(q.Method) && utf8.ValidString(q.URL) {
		g.Method, g.URL = "", ""
	}
	g.Header = nil
	if len(q.Body) == 0 {
		return
	}
	text := string(q.Body)
	if utf8.ValidString(text) {
		g.Body = ""
	} else {
		text, _ = unicodeOf(text)
	}
	e.Request.PostData = &harPost{MimeType: q.Header.Get("Content-Type"), Text: &text}
}

// fillResponse writes the response, and removes from _gracy what is now in the standard fields.
func (e *harEntry) fillResponse(r *store.Response) {
	g := e.Gracy.Response
	e.Response = harResponse{
		Status: r.StatusCode, HTTPVersion: r.Proto, Headers: pairsOf(r.Header), Cookies: []harPair{},
		RedirectURL: strings.ToValidUTF8(r.Header.Get("Location"), replacement), HeadersSize: -1, BodySize: int64(len(r.Body)),
	}
	if _, text, ok := strings.Cut(r.Status, " "); ok {
		e.Response.StatusText = strings.ToValidUTF8(text, replacement)
	}
	e.Response.Cookies = cookiesOf((&http.Response{Header: r.Header}).Cookies())
	g.Header = nil
	mimeType := r.Header.Get("Content-Type")
	content := &e.Response.Content
	content.MimeType, content.Size = mimeType, int64(len(r.Body))
	if mimeType == "" {
		content.MimeType = "x-unknown"
	}
	if r.Uncompressed {
		e.Response.BodySize = -1
	}
	plain := r.Body
	switch strings.ToLower(r.Header.Get("Content-Encoding")) {
	case "":
	case "gzip", "x-gzip":
		if b, err := gunzip(r.Body); err == nil {
			plain = b
			content.Size = int64(len(plain))
			break
		}
		fallthrough
	default:
		text := base64.StdEncoding.EncodeToString(r.Body)
		content.Text, content.Encoding, g.Body = &text, "base64", ""
		return
	}
	if len(plain) == len(r.Body) && (len(plain) == 0 || &plain[0] == &r.Body[0]) {
		g.Body = ""
	}
	text := string(plain)
	if !utf8.Valid(plain) || !isASCII(text) && !isUTF8(mimeType) {
		text, content.Encoding = base64.StdEncoding.EncodeToString(plain), "base64"
	}
	content.Text = &text
}

// isUTF8 reports whether a text of a type is read as UTF-8.
func isUTF8(contentType string) bool {
	_, params, err := mime.ParseMediaType(contentType)
	return err == nil && (params["charset"] == "" || strings.EqualFold(params["charset"], "utf-8"))
}

func pairsOf(h http.Header) []harPair {
	list := []harPair{}
	for _, name := range slices.Sorted(maps.Keys(h)) {
		for _, v := range h[name] {
			p := harPair{Name: name, Value: loose(v)}
			if !utf8.ValidString(v) {
				text, b := unicodeOf(v)
				p.Value, p.Base64 = loose(text), b
			}
			list = append(list, p)
		}
	}
	return list
}

// unicodeOf returns s with a character for each byte, and the bytes.
func unicodeOf(s string) (string, []byte) {
	runes := make([]rune, len(s))
	for i := range len(s) {
		runes[i] = rune(s[i])
	}
	return string(runes), []byte(s)
}

func cookiesOf(cookies []*http.Cookie) []harPair {
	list := []harPair{}
	for _, c := range cookies {
		list = append(list, harPair{Name: strings.ToValidUTF8(c.Name, replacement), Value: loose(strings.ToValidUTF8(c.Value, replacement))})
	}
	return list
}

// restored returns the exchange of an entry that WriteHAR has written.
func (e *harEntry) restored() (*Record, error) {
	x, err := e.Gracy.exchange()
	if err != nil {
		return nil, err
	}
	q := &x.Request
	if q.Method == "" && q.URL == "" {
		q.Method, q.URL = e.Request.Method, e.Request.URL
	}
	q.Header = headersOf(e.Request.Headers)
	if p := e.Request.PostData; p != nil && p.Text != nil && len(q.Body) == 0 {
		q.Body = []byte(*p.Text)
	}
	if r := x.Response; r != nil {
		r.Header = headersOf(e.Response.Headers)
		if c := &e.Response.Content; c.Text != nil && *c.Text != "" && len(r.Body) == 0 {
			r.Body = []byte(*c.Text)
			if c.Encoding == "base64" {
				if r.Body, err = decodeBase64(*c.Text); err != nil {
					return nil, &FormatError{Reason: "a body is not base64", Err: err}
				}
			}
		}
	}
	rec := &Record{Exchange: x}
	rec.check()
	return rec, nil
}

func headersOf(list []harPair) http.Header {
	h := http.Header{}
	for _, p := range list {
		v := string(p.Value)
		if p.Base64 != nil {
			v = string(p.Base64)
		}
		h[p.Name] = append(h[p.Name], v)
	}
	return h
}
