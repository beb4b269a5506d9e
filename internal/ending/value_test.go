package ending

import (
	"context"
	"testing"
)

// asked counts how often it is asked for a value.
type asked struct {
	context.Context
	times int
}

func (a *asked) Value(key any) any {
	a.times++
	return a.Context.Value(key)
}

// The caller's context is asked for a value once, however many contexts are around it and however
// many of them are waited for. Otherwise each would double the number.
func TestTheCallerIsAskedOnceForAValue(t *testing.T) {
	for name, use := range map[string]func(*owner){
		"nobody waits":   func(*owner) {},
		"somebody waits": func(o *owner) { _ = o.Done() },
		"ended":          func(o *owner) { o.End() },
		"expired":        func(o *owner) { o.Expire(errLimit) },
		"waited, ended":  func(o *owner) { _ = o.Done(); o.End() },
	} {
		caller := &asked{Context: context.WithValue(t.Context(), valueKey{}, "caller")}
		var all []*owner
		last := func() context.Context {
			if len(all) == 0 {
				return caller
			}
			return context.WithValue(&all[len(all)-1].Context, ownKey{}, "between")
		}
		for range 4 {
			outer := begin(last())
			all = append(all, outer, begin(&outer.Context))
		}
		for i := range all {
			use(all[len(all)-1-i])
		}
		caller.times = 0
		if v := last().Value(valueKey{}); v != "caller" || caller.times != 1 {
			t.Errorf("%s: %v, asked %d times, want once", name, v, caller.times)
		}
	}
}

// A value of the caller's may itself be a context, and is not mistaken for one of package context.
func TestAContextMayBeAValue(t *testing.T) {
	kept := context.WithValue(t.Context(), valueKey{}, "kept")
	outer := begin(context.WithValue(t.Context(), valueKey{}, kept))
	inner := begin(&outer.Context)
	for range 2 {
		if v := inner.Value(valueKey{}); v != kept {
			t.Errorf("the value is %v", v)
		}
		inner.End()
		outer.End()
	}
}
