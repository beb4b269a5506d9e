package stack

import (
	"net/http"
	"reflect"
)

// closed reports whether a value of type t cannot hold another round tripper, except in the field
// named except. It looks only at types, because the values may change meanwhile.
func closed(t reflect.Type, except string) bool {
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if t.Kind() != reflect.Struct {
		return closedType(t, map[reflect.Type]bool{})
	}
	seen := map[reflect.Type]bool{t: true}
	for f := range t.Fields() {
		if f.Name != except && !closedType(f.Type, seen) {
			return false
		}
	}
	return true
}

// maxTypes bounds the types that are looked at. A struct with more may hold anything.
const maxTypes = 200

func closedType(t reflect.Type, seen map[reflect.Type]bool) bool {
	switch t {
	case reflect.TypeFor[http.Request](), reflect.TypeFor[http.Response](): // what was sent, not what sends
		return true
	case reflect.TypeFor[http.Client]():
		return false
	}
	if seen[t] {
		return true
	}
	seen[t] = true
	if len(seen) > maxTypes {
		return false
	}
	switch t.Kind() {
	case reflect.UnsafePointer:
		return false
	case reflect.Func:
		return !sends(t)
	case reflect.Interface:
		return closedInterface(t)
	case reflect.Pointer, reflect.Slice, reflect.Array, reflect.Chan:
		return closedType(t.Elem(), seen)
	case reflect.Map:
		return closedType(t.Key(), seen) && closedType(t.Elem(), seen)
	case reflect.Struct:
		for f := range t.Fields() {
			if !closedType(f.Type, seen) {
				return false
			}
		}
	default:
	}
	return true
}

// closedInterface reports whether an interface cannot be used to send requests. One without methods
// may hold anything.
func closedInterface(t reflect.Type) bool {
	if t.NumMethod() == 0 {
		return false
	}
	for m := range t.Methods() {
		if sends(m.Type) {
			return false
		}
	}
	return true
}

// sends reports whether a function may send a request, because it returns a response or a round
// tripper.
func sends(t reflect.Type) bool {
	for out := range t.Outs() {
		if out == reflect.TypeFor[*http.Response]() || out.Implements(reflect.TypeFor[http.RoundTripper]()) {
			return true
		}
	}
	return false
}
