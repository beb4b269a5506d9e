package transport

import (
	"errors"
	"fmt"
	"iter"
	"net/http"
	"reflect"
	"slices"
	"sync/atomic"
)

// A Layer wraps a round tripper in one concern.
//
// Wrap is called once for each stack; the state that a layer shares between
// its stacks is born with the layer, not in Wrap. The result must be safe for
// concurrent use. Layers of this project build it with [Wrap].
type Layer interface {
	Wrap(next http.RoundTripper) http.RoundTripper
}

// Func adapts a decorator function, as most foreign middleware is written, to
// a [Layer], as [http.HandlerFunc] adapts a handler.
//
// The round tripper that it returns is made transparent: [Find], [Layers] and
// CloseIdleConnections reach the layers below even if it has no Unwrap method.
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

// A Trip is the work of one layer for one call. The context of req carries c.
// It returns a response or an error, never both, and closes the body of req
// if it returns without handing req, or a copy with that body, to next.
type Trip func(c *Call, req *http.Request, next http.RoundTripper) (*http.Response, error)

// Wrap builds the round tripper of a layer around next; nil means
// [http.DefaultTransport].
//
// The name is that of [Layers], ledger and Explain. The layer itself is what
// [Find] finds; if it is an [Observer], it hears the events of every call of
// its stack; if it is an [Explainer], it takes part in Explain. A nil trip is
// for a layer that only observes; one that does not even that is off: it is
// found and named, and begins no Call.
//
// Of two layers in a stack the inner one joins the call of the outer one. So a
// stack that two clients share as a base must not be called with the context
// of a request that is on its way through it: give a token fetch that goes
// through the same base a context of its own.
func Wrap(name string, layer Layer, next http.RoundTripper, trip Trip) http.RoundTripper {
	if next == nil {
		next = http.DefaultTransport
	}
	b := &built{name: name, layer: layer, next: next, trip: trip}
	below := nearest(next)
	if below == nil {
		b.floor = b
		b.send = &sender{next, b}
	} else {
		if _, direct := next.(*built); !direct {
			below.expose()
		}
		b.floor = below.floor
		b.depth = below.depth + 1
		b.send = next
		b.observers = below.observers
		b.tables = below.tables
	}
	if o, ok := layer.(Observer); ok {
		if l := (listener{o, o.Wants()}); l.wants != 0 {
			b.observers = append([]listener{l}, without(b.observers, o)...)
			if b.trip == nil {
				b.trip = through
			}
		}
	}
	for _, l := range b.observers {
		b.wants |= l.wants
	}
	if t, ok := layer.(*routesLayer); ok {
		b.tables = append([]*routesLayer{t}, b.tables...)
		b.trip = through
	}
	b.names = newNames(b.tables)
	return b
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

// Layers walks a built stack, outermost first, the base last. It yields the
// name and the [Layer] of each layer built with [Wrap]; for any other round
// tripper its type and itself. It follows Unwrap() http.RoundTripper.
func Layers(rt http.RoundTripper) iter.Seq2[string, any] {
	return func(yield func(string, any) bool) {
		for rt != nil {
			switch t := rt.(type) {
			case *built:
				if !yield(t.name, t.layer) {
					return
				}
			case *foreign:
				if !yield(fmt.Sprintf("%T", t.RoundTripper), t.RoundTripper) {
					return
				}
			default:
				if !yield(fmt.Sprintf("%T", rt), rt) {
					return
				}
			}
			u, ok := rt.(unwrapper)
			if !ok {
				return
			}
			rt = u.Unwrap()
		}
	}
}

var errNothing = errors.New("transport: a round tripper returned neither a response nor an error")

func through(_ *Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
	return next.RoundTrip(req)
}

type unwrapper interface{ Unwrap() http.RoundTripper }

type idleCloser interface{ CloseIdleConnections() }

// built is a layer in a stack. floor and depth are its place: a Call begun by
// a layer of the same floor and greater depth was begun above it, in its own stack.
type built struct {
	name      string
	layer     Layer
	next      http.RoundTripper // what Unwrap shows
	send      http.RoundTripper // what trip is given
	trip      Trip
	floor     *built
	depth     int
	observers []listener
	wants     Kind
	exposed   atomic.Bool // a foreign layer stands right above
	tables    []*routesLayer
	names     *names
}

// listener is an observer and what it wants.
type listener struct {
	Observer
	wants Kind
}

// without leaves out an observer that stands in the stack once more: it hears
// each event once.
func without(ls []listener, o Observer) []listener {
	return slices.DeleteFunc(slices.Clone(ls), func(l listener) bool {
		return reflect.TypeOf(o).Comparable() && l.Observer == o
	})
}

// expose marks the first layer that is not off from b downwards.
func (b *built) expose() {
	for b != nil && b.trip == nil {
		b = nearest(b.next)
	}
	if b != nil {
		b.exposed.Store(true)
	}
}

func nearest(rt http.RoundTripper) *built {
	for rt != nil {
		if b, ok := rt.(*built); ok {
			return b
		}
		u, ok := rt.(unwrapper)
		if !ok {
			return nil
		}
		rt = u.Unwrap()
	}
	return nil
}

// RoundTrip joins the Call in the request's context if a layer above, in this
// stack, has begun it, and begins one otherwise.
func (b *built) RoundTrip(req *http.Request) (*http.Response, error) {
	if b.trip == nil {
		return b.send.RoundTrip(req)
	}
	ctx := req.Context()
	if cc, ok := ctx.(*callContext); ok && cc.call.flags.Load()&callUnusual == 0 && !b.exposed.Load() {
		if by := cc.call.begunBy; by.floor == b.floor && by.depth > b.depth {
			return b.trip(&cc.call, req, b.send)
		}
	}
	c := CallFrom(ctx)
	if c == nil || c.begunBy.floor != b.floor || c.begunBy.depth <= b.depth || c.returned() && !apart(ctx) {
		return b.begin(req)
	}
	a := AttemptFrom(ctx)
	if b.exposed.Load() {
		return b.pass(c, a, req)
	}
	// A wait further in may have failed, and somebody in between goes on.
	if err := a.Resume(ctx); err != nil {
		return Refuse(req, err)
	}
	return b.trip(c, req, b.send)
}

// pass runs the layer below a foreign one, which may send again and does not
// know of attempts: after an answer, or beside the attempt before.
func (b *built) pass(c *Call, a *Attempt, req *http.Request) (*http.Response, error) {
	if a.flags.Or(flagEntered)&flagEntered != 0 {
		before := a
		if !apart(req.Context()) {
			before = c.current.Load()
		}
		a = c.append(Retry)
		a.flags.Or(flagEntered)
		if before.is(flagAnswered) {
			before.supersede()
			a.inherit(before)
			c.current.Store(a)
		}
		req = req.WithContext(a.Context(req.Context()))
	}
	if err := a.Resume(req.Context()); err != nil {
		return Refuse(req, err)
	}
	resp, err := b.trip(c, req, b.send)
	if !a.is(flagEnding) {
		a.wire(resp, err)
	}
	return resp, err
}

func (b *built) Unwrap() http.RoundTripper { return b.next }

// CloseIdleConnections forwards, so that the method of the same name of
// http.Client reaches the base.
func (b *built) CloseIdleConnections() {
	if c, ok := b.next.(idleCloser); ok {
		c.CloseIdleConnections()
	}
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

// sender stands between the innermost layer and the base: it books that the
// attempt was sent, and makes up for what sloppy bases leave nil.
type sender struct {
	base  http.RoundTripper
	floor *built
}

func (s *sender) RoundTrip(req *http.Request) (*http.Response, error) {
	if a := s.attempt(req); a != nil {
		a.flags.Or(flagSent)
	}
	resp, err := either(s.base.RoundTrip(req))
	if err != nil {
		return nil, err
	}
	complete(req, resp)
	return resp, nil
}

// attempt returns the attempt that is sent, nil if the call in the context is
// one that the request was made inside of.
func (s *sender) attempt(req *http.Request) *Attempt {
	a := AttemptFrom(req.Context())
	if a == nil || a.call.begunBy.floor != s.floor || a.call.returned() {
		return nil
	}
	return a
}

// complete fills in what an answer must have.
func complete(req *http.Request, resp *http.Response) {
	if resp.Body == nil {
		resp.Body = http.NoBody
	}
	if resp.Header == nil {
		resp.Header = make(http.Header)
	}
	if resp.Request == nil {
		resp.Request = req
	}
}

// either keeps "response or error, never both, never neither": http.Client
// drops the response that comes with an error, and leaks its body.
func either(resp *http.Response, err error) (*http.Response, error) {
	switch {
	case err != nil:
		if resp != nil && resp.Body != nil {
			_ = resp.Body.Close()
		}
		return nil, err
	case resp == nil:
		return nil, errNothing
	}
	return resp, nil
}
