// Package stack looks for layers in the round tripper of a client, through round
// trippers from elsewhere as far as they can be seen through.
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

// Takes reports whether a layer of a name that is on is in the stack of a round
// tripper; nil is that of [http.DefaultTransport]. known is false if no such layer
// was seen and there may be one that was not: inside a function, or inside a round
// tripper that has no Unwrap and keeps others in fields that are not exported.
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

// maxDepth bounds a stack that holds itself.
const maxDepth = 1000

// through returns the name of the one exported field with the round tripper that a
// struct from elsewhere sends with, as most middleware has it.
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

// field returns what the field of a struct holds, nil of a nil struct.
func field(rt http.RoundTripper, name string) http.RoundTripper {
	v := reflect.Indirect(reflect.ValueOf(rt))
	if !v.IsValid() {
		return nil
	}
	inner, _ := reflect.TypeAssert[http.RoundTripper](v.FieldByName(name))
	return inner
}
