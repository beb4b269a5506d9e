package layer

import (
	"net/http"
	"reflect"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/gracy-go/gracy/internal/declare"
	"github.com/gracy-go/gracy/internal/route"
	"github.com/gracy-go/gracy/internal/setting"
)

// A Trip is the work of one layer for one call. The context of req carries c.
// It returns a response or an error, never both, and closes the body of req
// if it returns without handing req, or a copy with that body, to next.
type Trip func(c *Call, req *http.Request, next http.RoundTripper) (*http.Response, error)

// Wrap builds the round tripper of a layer around next; nil means
// [http.DefaultTransport].
//
// The name is what transport.Layers and Explain show, and goes into the Layer field of events that
// the layer emits. The layer argument is what transport.Find finds. If it is an [Observer], it
// observes the events of every call of its stack. If it is a transport.Explainer, it takes part in
// Explain. A layer that only observes has a nil trip. A layer with a nil trip that does not observe
// is off: it is found and named, and begins no [Call].
//
// Of two layers in a stack the inner one joins the call of the outer one. So if two clients share a
// stack as their base, do not call it with the context of a request that is on its way through it.
// Give a token fetch through the same base a context of its own.
func Wrap(name string, layer any, next http.RoundTripper, trip Trip) http.RoundTripper {
	if next == nil {
		next = http.DefaultTransport
	}
	b := &built{name: name, layer: layer, next: next, trip: trip}
	inner := nearest(next)
	if inner == nil {
		b.root = b
		b.send = &sender{next, b}
	} else {
		b.send = next
		if _, direct := next.(*built); !direct {
			inner.expose()
			b.send = &careful{next, inner}
		}
		b.root = inner.root
		b.depth = inner.depth + 1
		b.observers = inner.observers
		b.tables = inner.tables
		b.declared = inner.declared
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
	if t, ok := layer.(routes); ok {
		b.tables = append([]*route.Table{t.RouteTable()}, b.tables...)
		b.trip = through
	}
	if d, ok := layer.(declarer); ok {
		b.declared = b.declared.With(d.Declares())
		b.trip = through
	}
	b.names = &names{tables: b.tables}
	return b
}

func through(_ *Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
	return next.RoundTrip(req)
}

type unwrapper interface{ Unwrap() http.RoundTripper }

type idleCloser interface{ CloseIdleConnections() }

// built is a layer in a stack. Its place in the stack is given by root, the innermost layer, and
// depth, the number of layers inside it. A Call begun by a layer of the same root and greater depth
// was begun by an outer layer of the same stack.
type built struct {
	name      string
	layer     any
	next      http.RoundTripper // the result of Unwrap
	send      http.RoundTripper // passed to the trip
	trip      Trip
	root      *built
	depth     int
	observers []listener
	wants     Kind
	exposed   atomic.Bool // the round tripper right around it is foreign
	tables    []*route.Table
	names     *names
	watches   sync.Pool   // of *watch; the idle watches of the stack, in its root
	declared  declare.Set // empty if no layer of the stack declares anything
}

// listener is an observer and the kinds that it wants.
type listener struct {
	Observer
	wants Kind
}

// without returns ls without o, so that an observer that is in a stack twice observes each event
// once.
func without(ls []listener, o Observer) []listener {
	return slices.DeleteFunc(slices.Clone(ls), func(l listener) bool {
		return reflect.ValueOf(o).Comparable() && l.Observer == o
	})
}

// expose marks the first layer from b inwards that is not off.
func (b *built) expose() {
	for b != nil && b.trip == nil {
		b = nearest(b.next)
	}
	if b != nil {
		b.exposed.Store(true)
	}
}

// nearest returns the outermost layer of a stack, or nil if it has none.
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

// RoundTrip joins the Call in the request's context if an outer layer of this stack has begun it.
// Otherwise it begins one.
func (b *built) RoundTrip(req *http.Request) (*http.Response, error) {
	if b.trip == nil {
		return b.send.RoundTrip(req)
	}
	ctx := req.Context()
	if cc := near(ctx); cc != nil && cc.call.flags.Load()&callUnusual == 0 && !b.exposed.Load() {
		if by := cc.call.begunBy; by.root == b.root && by.depth > b.depth {
			return b.trip(&cc.call, req, b.send)
		}
	}
	nearest := ctx.Value(setting.Key{})
	c := callOf(nearest)
	if c == nil || c.begunBy.root != b.root || c.begunBy.depth <= b.depth || c.returned() && !concurrent(ctx) {
		return b.begin(req, nearest)
	}
	return b.join(c, req)
}

// join runs the layer in a call that needs more than that. It is separate from RoundTrip because the
// frame of RoundTrip is on the stack of each waiting request.
func (b *built) join(c *Call, req *http.Request) (*http.Response, error) {
	ctx := req.Context()
	a := AttemptFrom(ctx)
	if b.exposed.Load() {
		return b.pass(c, a, req)
	}
	// The attempt may be suspended, if the wait of an inner layer failed and a layer in between
	// sends again.
	if err := a.Reacquire(ctx); err != nil {
		return Reject(req, err)
	}
	return b.trip(c, req, b.send)
}

func (b *built) Unwrap() http.RoundTripper { return b.next }

// Layer returns the name and the layer that the round tripper was built from, for transport.Layers.
func (b *built) Layer() (name string, layer any) { return b.name, b.layer }

// CloseIdleConnections forwards the call, so that the method of http.Client reaches the base.
func (b *built) CloseIdleConnections() {
	if c, ok := b.next.(idleCloser); ok {
		c.CloseIdleConnections()
	}
}
