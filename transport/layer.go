package transport

import (
	"fmt"
	"iter"
	"net/http"
)

// A Layer wraps a round tripper and has one concern.
//
// Wrap is called once for each stack. State that a layer shares between its stacks belongs to the
// layer, not to Wrap. The result must be safe for concurrent use. Package layer is for authors of
// layers.
type Layer interface {
	Wrap(next http.RoundTripper) http.RoundTripper
}

// Func adapts a decorator function, the form of most third-party middleware, to a [Layer], as
// [http.HandlerFunc] adapts a handler.
//
// [Find], [Layers] and CloseIdleConnections reach the inner layers through the round tripper that
// it returns, even if that has no Unwrap method.
type Func func(next http.RoundTripper) http.RoundTripper

// Wrap calls f(next). A nil result panics.
func (f Func) Wrap(next http.RoundTripper) http.RoundTripper {
	rt := f(next)
	if rt == nil {
		panic("transport: Func returned a nil RoundTripper")
	}
	if _, ok := rt.(unwrapper); ok {
		return rt
	}
	return &foreign{rt, next}
}

// Find returns the first layer of type T in a built stack, outermost first.
// It looks at each round tripper and at the layer that it was built from.
func Find[T any](rt http.RoundTripper) (T, bool) {
	for _, v := range Layers(rt) {
		if t, ok := v.(T); ok {
			return t, true
		}
	}
	var zero T
	return zero, false
}

// Layers walks a built stack, outermost first and the base last. It yields the name and the [Layer]
// of each layer of this project, and the type and the round tripper itself of any other. It follows
// Unwrap() http.RoundTripper.
func Layers(rt http.RoundTripper) iter.Seq2[string, any] {
	return func(yield func(string, any) bool) {
		for rt != nil {
			name, v := fmt.Sprintf("%T", rt), any(rt)
			switch t := rt.(type) {
			case built:
				name, v = t.Layer()
			case *foreign:
				name, v = fmt.Sprintf("%T", t.RoundTripper), t.RoundTripper
			}
			if !yield(name, v) {
				return
			}
			u, ok := rt.(unwrapper)
			if !ok {
				return
			}
			rt = u.Unwrap()
		}
	}
}

type unwrapper interface{ Unwrap() http.RoundTripper }

type idleCloser interface{ CloseIdleConnections() }

// built is a round tripper that layer.Wrap made.
type built interface {
	Layer() (name string, layer any)
}

// foreign makes a round tripper without Unwrap transparent.
type foreign struct {
	http.RoundTripper
	next http.RoundTripper
}

func (f *foreign) Unwrap() http.RoundTripper { return f.next }

func (f *foreign) CloseIdleConnections() {
	if c, ok := f.RoundTripper.(idleCloser); ok {
		c.CloseIdleConnections()
		return
	}
	if c, ok := f.next.(idleCloser); ok {
		c.CloseIdleConnections()
	}
}
