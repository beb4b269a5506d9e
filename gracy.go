package gracy

import (
	"fmt"
	"net/http"
	"reflect"
	"slices"

	"github.com/gracy-go/gracy/transport"
)

// A Layer wraps a round tripper to add one concern: see [transport.Layer].
type Layer = transport.Layer

// Func adapts a decorator function to a [Layer]: see [transport.Func].
type Func = transport.Func

// A Plan is what [Explain] finds: see [transport.Plan].
type Plan = transport.Plan

// Chain wraps [http.DefaultTransport] in layers. The first layer is the
// outermost: it sees the request first and the response last, so
//
//	gracy.Chain(a, b, c)
//
// is a.Wrap(b.Wrap(c.Wrap(http.DefaultTransport))). Without layers it returns
// http.DefaultTransport.
//
// Chain panics if a layer is nil or holds a nil pointer or function. The exception
// is a nil value whose method IsOff() bool returns true: a nil *replay.Tape does
// nothing.
func Chain(layers ...Layer) http.RoundTripper {
	return Around(nil, layers...)
}

// Around is like [Chain] but wraps another base, such as your own
// *http.Transport or the transport of an SDK. A nil base means [http.DefaultTransport].
func Around(base http.RoundTripper, layers ...Layer) http.RoundTripper {
	rt := base
	if rt == nil {
		rt = http.DefaultTransport
	}
	for i, layer := range slices.Backward(layers) {
		if missing(layer) {
			panic(fmt.Sprintf("gracy: layer %d (%T) is nil", i, layer))
		}
		if rt = layer.Wrap(rt); rt == nil {
			panic(fmt.Sprintf("gracy: layer %d (%T) returned a nil RoundTripper", i, layer))
		}
	}
	return rt
}

// missing reports whether a layer is nil, or holds a nil that does not stand for a
// layer that is off.
func missing(layer Layer) bool {
	v := reflect.ValueOf(layer)
	switch v.Kind() {
	case reflect.Invalid:
		return true
	case reflect.Pointer, reflect.Func, reflect.Map, reflect.Slice, reflect.Chan:
	default:
		return false
	}
	if !v.IsNil() {
		return false
	}
	o, ok := layer.(offable)
	if ok && v.Kind() == reflect.Pointer {
		// A method of the value cannot be called through a nil pointer.
		ok = !v.Type().Elem().Implements(reflect.TypeFor[offable]())
	}
	return !ok || !o.IsOff()
}

// offable is a layer that can be off.
type offable interface{ IsOff() bool }
