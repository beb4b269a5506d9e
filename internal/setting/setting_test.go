package setting

import (
	"context"
	"testing"
)

type (
	number int
	text   string
)

func TestOfOneTypeTheLastStands(t *testing.T) {
	ctx := With(With(With(t.Context(), number(1)), text("x")), number(2))
	if v, ok := From[number](ctx); !ok || v != 2 {
		t.Errorf("number is %d, %v, want the last one, 2", v, ok)
	}
	if v, ok := From[text](ctx); !ok || v != "x" {
		t.Errorf("text is %q, %v", v, ok)
	}
	if _, ok := From[float64](ctx); ok {
		t.Error("found what was not attached")
	}
	if _, ok := From[number](t.Context()); ok {
		t.Error("found a setting in a context without any")
	}
}

// call is a call that has taken over settings.
type call struct {
	context.Context
	list *List
	cut  bool
}

func (c *call) Settings() (*List, bool) { return c.list, c.cut }

func (c *call) Value(key any) any {
	if _, ok := key.(Key); ok {
		return c
	}
	return c.Context.Value(key)
}

// listed is a context with a list of its own.
type listed struct {
	context.Context
	list List
}

func (l *listed) Value(key any) any {
	if _, ok := key.(Key); ok {
		return &l.list
	}
	return l.Context.Value(key)
}

func TestPutIsWithInAContextOfTheCallers(t *testing.T) {
	outer := WithNeed(t.Context(), number(1), "layer")
	ctx := &listed{Context: outer}
	ctx.list.Put(outer.Value(Key{}), text("x"))
	inner := With(ctx, number(2))
	if v, _ := From[text](ctx); v != "x" || !ListOf(ctx).Needy() {
		t.Errorf("text is %q, needy %v", v, ListOf(ctx).Needy())
	}
	if v, _ := From[number](ctx); v != 1 {
		t.Errorf("number is %d, want that of the context around it, 1", v)
	}
	if v, _ := From[number](inner); v != 2 {
		t.Errorf("number is %d, want that of the context inside, 2", v)
	}
}

// A setting that is attached inside a call precedes those of the call. The call decides whether
// settings that were attached around it count.
func TestSettingsOfACall(t *testing.T) {
	outer := With(t.Context(), number(1))
	list, _ := outer.Value(Key{}).(*List)
	for _, cut := range []bool{false, true} {
		c := &call{Context: outer, list: list, cut: cut}
		inner := With(c, text("inside"))
		if v, ok := From[number](inner); !ok || v != 1 {
			t.Errorf("cut %v: number is %d, %v, want the call's own, 1", cut, v, ok)
		}
		if v, _ := From[text](inner); v != "inside" {
			t.Errorf("cut %v: text is %q", cut, v)
		}
		l, _ := inner.Value(Key{}).(*List)
		if l.Enclosing() != Holder(c) {
			t.Errorf("cut %v: the list does not know its call", cut)
		}
		// A call made inside the call sees nothing beyond the call if that cuts.
		nested := &call{Context: inner, list: l, cut: cut}
		deeper := &call{Context: nested, list: nil, cut: cut}
		if _, ok := From[text](deeper); ok {
			t.Errorf("cut %v: a call without settings has those of another", cut)
		}
	}
	if l := (&List{value: number(1)}); l.Enclosing() != nil {
		t.Error("a list outside of any call has one")
	}
}

// With cut, a look-up does not continue into the call that the list was begun in.
func TestLookupStopsAtACut(t *testing.T) {
	outer := With(t.Context(), number(1))
	list, _ := outer.Value(Key{}).(*List)
	inner, _ := With(&call{Context: outer, list: list}, text("x")).Value(Key{}).(*List)
	if _, ok := Lookup[number](inner, false); !ok {
		t.Error("without a cut the outer setting is not found")
	}
	if _, ok := Lookup[number](inner, true); ok {
		t.Error("with a cut the outer setting is found")
	}
}
