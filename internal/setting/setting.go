// Package setting has the list of settings that a context carries for the calls made with it. All
// settings are under one key, so a layer finds its own in one look-up however many there are.
package setting

import "context"

// Key is the context key of the nearest settings: a [*List], or a [Holder] if a call is nearer than
// any setting.
type Key struct{}

// A Holder is a call that has taken over the settings that it was begun with.
type Holder interface {
	// Settings returns the settings of the call. cut says that those of an enclosing call do not
	// count.
	Settings() (list *List, cut bool)
}

// A List is what was attached to a context, the latest first. Its last element knows the call in
// whose context the list was begun.
type List struct {
	value any
	next  *List
	call  Holder
	needs string // the name of the layer without which the value has no effect, or ""
	needy bool   // this value or one after it in the list needs a layer
}

// A Collector is the setting that is passed every call begun with its context. It is a struct
// around the interface because every call with settings looks for one, and asserting each setting
// to an interface would cost 15 ns more.
type Collector struct {
	To interface{ CallBegan(call Holder) }
}

// With attaches a value to a context, for [Lookup] of the same type.
func With(ctx context.Context, value any) context.Context { return WithNeed(ctx, value, "") }

// WithNeed is [With] for a value that has no effect without the named layer. If layer is empty, the
// value needs none.
func WithNeed(ctx context.Context, value any, layer string) context.Context {
	l := new(List)
	l.put(ctx.Value(Key{}), value, layer)
	return context.WithValue(ctx, Key{}, l)
}

// Put makes l, which must be empty, a list of a value and of nearest, the value of [Key] in a context
// or nil. It is for a caller with a context of its own that returns l for Key.
func (l *List) Put(nearest, value any) { l.put(nearest, value, "") }

func (l *List) put(nearest, value any, layer string) {
	l.value, l.needs, l.needy = value, layer, layer != ""
	switch v := nearest.(type) {
	case *List:
		l.next = v
		l.needy = l.needy || v.needy
	case Holder:
		l.call = v
		list, _ := v.Settings()
		l.needy = l.needy || list.Needy()
	}
}

// From returns the latest value of type T that was attached to ctx, and whether there is one.
func From[T any](ctx context.Context) (T, bool) {
	switch v := ctx.Value(Key{}).(type) {
	case *List:
		return Lookup[T](v, false)
	case Holder:
		return Lookup[T](v.Settings())
	}
	var zero T
	return zero, false
}

// Lookup returns the latest value of type T in the list, and whether there is one. With cut it does
// not continue into the call that the list was begun in.
func Lookup[T any](l *List, cut bool) (T, bool) {
	for l != nil {
		if v, ok := l.value.(T); ok {
			return v, true
		}
		l, cut = l.step(cut)
	}
	var zero T
	return zero, false
}

// step returns the rest of the list. Unless cut is set, it continues into the call that the list
// was begun in.
func (l *List) step(cut bool) (rest *List, restCut bool) {
	switch {
	case l.next != nil:
		return l.next, cut
	case l.call != nil && !cut:
		return l.call.Settings()
	}
	return nil, cut
}

// Enclosing returns the call in whose context the list was begun, or nil if there was none.
func (l *List) Enclosing() Holder {
	for l.next != nil {
		l = l.next
	}
	return l.call
}
