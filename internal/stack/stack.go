// Package stack looks for layers in the round tripper of a client. It looks through third-party
// round trippers as far as it can.
package stack

import (
	"net/http"
	"reflect"
)

// A layer is a round tripper that layer.Wrap has built.
type layer interface {
	Layer() (name string, layer any)
	Off() bool
}

type unwrapper interface{ Unwrap() http.RoundTripper }

// Takes reports whether the stack of a round tripper has the named layer, switched on. A nil rt is
// [http.DefaultTransport]. known is false if the layer was not found but may be hidden: inside a
// function, or inside a round tripper that has no Unwrap and keeps others in unexported fields.
func Takes(rt http.RoundTripper, name string) (takes, known bool) {
	known = true
	for range maxDepth {
		if rt == nil {
			rt = http.DefaultTransport
		}
		if l, ok := rt.(layer); ok {
			if n, _ := l.Layer(); n == name && !l.Off() {
				return true, true
			}
		}
		if _, ok := rt.(*http.Transport); ok {
			return false, known
		}
		if u, ok := rt.(unwrapper); ok {
			if rt = u.Unwrap(); rt == nil {
				return false, false
			}
			continue
		}
		inner, ok := through(rt)
		known = known && closed(reflect.TypeOf(rt), inner)
		if !ok {
			return false, known
		}
		rt = field(rt, inner)
	}
	return false, false
}

// maxDepth ends the search in a stack that contains itself.
const maxDepth = 1000

// through returns the name of the one exported field that has the round tripper with which a
// third-party struct sends, as most middleware has it.
func through(rt http.RoundTripper) (name string, ok bool) {
	t := reflect.TypeOf(rt)
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if t.Kind() != reflect.Struct {
		return "", false
	}
	for f := range t.Fields() {
		if f.Type != reflect.TypeFor[http.RoundTripper]() || !f.IsExported() {
			continue
		}
		if ok {
			return "", false
		}
		name, ok = f.Name, true
	}
	return name, ok
}

// field returns the value of a struct's field, or nil if the struct is a nil pointer.
func field(rt http.RoundTripper, name string) http.RoundTripper {
	v := reflect.Indirect(reflect.ValueOf(rt))
	if !v.IsValid() {
		return nil
	}
	inner, _ := reflect.TypeAssert[http.RoundTripper](v.FieldByName(name))
	return inner
}
