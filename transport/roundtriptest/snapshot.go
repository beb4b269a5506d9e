package roundtriptest

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"reflect"
)

// A snapshot is a request at one moment: the values of its exported fields, copies of its
// maps and its URL, and the identity of each map, URL, body and context.
type snapshot struct {
	req     *http.Request
	fields  reflect.Value // a shallow copy of the struct
	header  http.Header
	trailer http.Header
	coding  []string
	url     url.URL
	ctx     context.Context
	path    string
}

// pathValue is the name of the path value of the requests.
const pathValue = "roundtriptest"

func snap(req *http.Request) *snapshot {
	fields := reflect.New(reflect.TypeFor[http.Request]()).Elem()
	fields.Set(reflect.ValueOf(req).Elem())
	return &snapshot{
		req: req, fields: fields, header: req.Header.Clone(), trailer: req.Trailer.Clone(),
		coding: append([]string(nil), req.TransferEncoding...), url: *req.URL, ctx: req.Context(), path: req.PathValue(pathValue),
	}
}

// check compares the request with the snapshot.
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

// same compares maps, functions, pointers, channels and slices by identity, and other kinds by
// value.
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

// read reads everything of the request that a caller may read while it is sent.
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
