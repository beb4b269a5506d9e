package roundtriptest

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"reflect"
)

// snapshot remembers a request: each exported field as it stood, what its maps and its
// URL held, and which map, which URL, which body, which context they were.
type snapshot struct {
	req     *http.Request
	fields  reflect.Value // a shallow copy of the struct, for its exported fields
	header  http.Header
	trailer http.Header
	coding  []string
	url     url.URL
	ctx     context.Context
	path    string
}

const pathValue = "roundtriptest"

func snap(req *http.Request) *snapshot {
	fields := reflect.New(reflect.TypeFor[http.Request]()).Elem()
	fields.Set(reflect.ValueOf(req).Elem())
	return &snapshot{
		req: req, fields: fields, header: req.Header.Clone(), trailer: req.Trailer.Clone(),
		coding: append([]string(nil), req.TransferEncoding...), url: *req.URL, ctx: req.Context(), path: req.PathValue(pathValue),
	}
}

// check compares the request with what it was.
func (s *snapshot) check(p *probe, when string) {
	now := reflect.ValueOf(s.req).Elem()
	for i := range now.NumField() {
		if f := now.Type().Field(i); f.IsExported() && !same(s.fields.Field(i), now.Field(i)) {
			p.errorf("%s: the caller's request has another %s", when, f.Name)
		}
	}
	if !reflect.DeepEqual(s.header, s.req.Header) {
		p.errorf("%s: the caller's Header holds %v; want %v", when, s.req.Header, s.header)
	}
	if !reflect.DeepEqual(s.trailer, s.req.Trailer) {
		p.errorf("%s: the caller's Trailer holds %v; want %v", when, s.req.Trailer, s.trailer)
	}
	if !reflect.DeepEqual(s.coding, append([]string(nil), s.req.TransferEncoding...)) {
		p.errorf("%s: the caller's TransferEncoding holds %q; want %q", when, s.req.TransferEncoding, s.coding)
	}
	if s.req.URL != nil && !reflect.DeepEqual(s.url, *s.req.URL) {
		p.errorf("%s: the caller's URL reads %v; want %v", when, s.req.URL, &s.url)
	}
	if s.req.Context() != s.ctx {
		p.errorf("%s: the caller's request has another context", when)
	}
	if s.req.PathValue(pathValue) != s.path {
		p.errorf("%s: the caller's request has another path value", when)
	}
}

// same compares by identity what has one, by value what has none.
func same(a, b reflect.Value) bool {
	switch a.Kind() {
	case reflect.Map, reflect.Func, reflect.Pointer, reflect.Chan:
		return a.Pointer() == b.Pointer()
	case reflect.Slice:
		return a.Pointer() == b.Pointer() && a.Len() == b.Len()
	case reflect.Interface:
		return a.IsNil() == b.IsNil() && (a.IsNil() || sameDynamic(a.Elem(), b.Elem()))
	default:
		return a.Equal(b)
	}
}

func sameDynamic(a, b reflect.Value) bool {
	return a.Type() == b.Type() && (a.Kind() != reflect.Pointer || a.Pointer() == b.Pointer())
}

// read looks at everything of the request that a caller may look at while it is sent.
func (s *snapshot) read() int {
	n := len(s.req.Method) + len(s.req.Host) + len(s.req.URL.String()) + int(s.req.ContentLength)
	for name, values := range s.req.Header {
		n += len(name) + len(values)
		for _, v := range values {
			n += len(v)
		}
	}
	for name := range s.req.Trailer {
		n += len(name)
	}
	if s.req.Body == nil || s.req.Body == io.ReadCloser(http.NoBody) || s.req.GetBody == nil || s.req.Context() == nil || s.req.Close {
		n++
	}
	return n + len(s.req.TransferEncoding) + len(s.req.PathValue(pathValue))
}
