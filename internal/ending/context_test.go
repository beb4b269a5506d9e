package ending

import (
	"context"
	"errors"
	"net/http/httptrace"
	"runtime"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gracy-go/gracy/internal/race"
	"github.com/gracy-go/gracy/internal/traced"
)

// owner is the smallest owner of a Context.
type owner struct {
	Context
	at  time.Time
	has any // what it has under ownKey
}

type ownKey struct{}

func (o *owner) Ahead() (time.Time, bool) { return o.at, !o.at.IsZero() }

func (o *owner) Own(key any) any {
	if key == any(ownKey{}) {
		return o.has
	}
	return nil
}

func begin(parent context.Context) *owner {
	o := new(owner)
	o.Begin(parent, o)
	return o
}

var (
	errLimit  = errors.New("the limit")
	errCaller = errors.New("the caller")
)

type valueKey struct{}

// ended reports whether a channel is closed.
func ended(done <-chan struct{}) bool {
	select {
	case <-done:
		return true
	default:
		return false
	}
}

// However it ends, and whether or not somebody waited for that before, it says the same.
func TestHowAContextEnds(t *testing.T) {
	var cancel context.CancelCauseFunc
	for name, tc := range map[string]struct {
		end        func(outer, inner *owner)
		err, cause error // of inner
		outer      error
	}{
		"not at all":          {func(_, _ *owner) {}, nil, nil, nil},
		"end":                 {func(_, i *owner) { i.End() }, context.Canceled, context.Canceled, nil},
		"expire":              {func(_, i *owner) { i.Expire(errLimit) }, context.DeadlineExceeded, errLimit, nil},
		"expire, then end":    {func(_, i *owner) { i.Expire(errLimit); i.End() }, context.DeadlineExceeded, errLimit, nil},
		"end, then expire":    {func(_, i *owner) { i.End(); i.Expire(errLimit) }, context.Canceled, context.Canceled, nil},
		"the outer ends":      {func(o, _ *owner) { o.End() }, context.Canceled, context.Canceled, context.Canceled},
		"the outer expires":   {func(o, _ *owner) { o.Expire(errLimit) }, context.DeadlineExceeded, errLimit, context.DeadlineExceeded},
		"both, the inner one": {func(o, i *owner) { i.End(); o.Expire(errLimit) }, context.Canceled, nil, context.DeadlineExceeded},
		"the caller cancels":  {func(_, _ *owner) { cancel(errCaller) }, context.Canceled, errCaller, context.Canceled},
	} {
		for _, asked := range []string{"before", "after"} {
			caller, stop := context.WithCancelCause(t.Context())
			cancel = stop
			outer := begin(caller)
			inner := begin(&outer.Context)
			var done <-chan struct{}
			if asked == "before" {
				done = inner.Done()
			}
			tc.end(outer, inner)
			if asked == "after" {
				done = inner.Done()
			}
			if err := inner.Err(); !errors.Is(err, tc.err) || (err == nil) != (tc.err == nil) {
				t.Errorf("%s, asked %s: Err is %v, want %v", name, asked, err, tc.err)
			}
			if err := context.Cause(inner); tc.cause != nil && !errors.Is(err, tc.cause) {
				t.Errorf("%s, asked %s: the cause is %v, want %v", name, asked, err, tc.cause)
			}
			if ended(done) != (tc.err != nil) || done != inner.Done() {
				t.Errorf("%s, asked %s: Done is closed: %v, or another channel", name, asked, ended(done))
			}
			if err := outer.Err(); !errors.Is(err, tc.outer) || ended(outer.Done()) != (tc.outer != nil) {
				t.Errorf("%s, asked %s: Err of the outer one is %v, want %v", name, asked, err, tc.outer)
			}
			cancel(nil)
		}
	}
}

// A context that package context derives ends with it immediately and without a goroutine, even if
// other contexts are in between.
func TestWhatIsDerivedHasNoGoroutine(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		outer := begin(t.Context())
		inner := begin(context.WithValue(&begin(&outer.Context).Context, valueKey{}, 1))
		before := runtime.NumGoroutine()
		called := false
		stop := context.AfterFunc(&inner.Context, func() { called = true })
		defer stop()
		for name, parent := range map[string]context.Context{"direct": &inner.Context, "a value between": context.WithValue(&inner.Context, valueKey{}, 2)} {
			derived, cancel := context.WithCancel(parent)
			defer cancel()
			if n := runtime.NumGoroutine(); n > before { // one of another test may have ended
				t.Errorf("%s: %d goroutines, %d before", name, n, before)
			}
			defer func() {
				if !errors.Is(derived.Err(), context.Canceled) || !errors.Is(context.Cause(derived), errLimit) {
					t.Errorf("%s: %v, %v", name, derived.Err(), context.Cause(derived))
				}
			}()
		}
		outer.Expire(errLimit)
		synctest.Wait()
		if !called {
			t.Error("AfterFunc was not called")
		}
	})
}

func TestValuesAndDeadlines(t *testing.T) {
	at := time.Now().Add(time.Hour)
	caller, cancel := context.WithDeadline(context.WithValue(t.Context(), valueKey{}, "caller"), at)
	defer cancel()
	outer := begin(caller)
	outer.has = "outer"
	inner := begin(&outer.Context)
	for range 2 { // with and without a channel
		if v := inner.Value(valueKey{}); v != "caller" {
			t.Errorf("the caller's value is %v", v)
		}
		if v := inner.Value(ownKey{}); v != "outer" {
			t.Errorf("the outer one's value is %v", v)
		}
		if d, ok := inner.Deadline(); !ok || !d.Equal(at) {
			t.Errorf("the deadline is %v, %v", d, ok)
		}
		_ = inner.Done()
	}
	outer.at = at.Add(-time.Minute)
	if d, ok := inner.Deadline(); !ok || !d.Equal(outer.at) {
		t.Errorf("the deadline is %v, %v, want that of the outer one", d, ok)
	}
	if inner.Bare().Context != caller || outer.Bare().Context != caller {
		t.Errorf("bare of limits: %v and %v, want %v", inner.Bare(), outer.Bare(), caller)
	}
	if inner.Parent() != context.Context(&outer.Context) || inner.Root() != caller {
		t.Errorf("derived from %v, around it is %v", inner.Parent(), inner.Root())
	}
}

// A context that has ended is in no list any more: those of attempts end one after the other inside
// that of their call.
func TestAContextThatHasEndedIsForgotten(t *testing.T) {
	outer := begin(t.Context())
	var all []*owner
	for range 3 {
		o := begin(&outer.Context)
		_ = o.Done()
		all = append(all, o)
	}
	for _, i := range []int{1, 0, 2} {
		all[i].End()
	}
	if outer.inside != nil {
		t.Error("the list is not empty")
	}
	last := begin(&outer.Context)
	_ = last.Done()
	outer.End()
	last.End()
	if outer.inside != nil || !ended(last.Done()) {
		t.Error("the last one is in the list, or has not ended")
	}
}

// For the race detector: everything that may be done concurrently.
func TestContextsEndWhileTheyAreAskedFor(t *testing.T) {
	for i := range 300 {
		outer := begin(t.Context())
		middle := begin(&outer.Context)
		inner := begin(&middle.Context)
		var wg sync.WaitGroup
		for _, f := range []func(){
			func() { <-inner.Done() },
			func() {
				for inner.Err() == nil {
					runtime.Gosched()
				}
				if context.Cause(inner) == nil {
					t.Error("ended without a cause")
				}
			},
			func() { _ = middle.Done() },
			func() { middle.End() },
			func() {
				if i%2 == 0 {
					outer.Expire(errLimit)
				} else {
					inner.Expire(errLimit)
				}
			},
		} {
			wg.Go(f)
		}
		wg.Wait()
	}
}

func TestAllocationsOfAContext(t *testing.T) {
	if race.Enabled {
		t.Skip("the race detector allocates")
	}
	caller, cancel := context.WithCancel(t.Context())
	defer cancel()
	for name, tc := range map[string]struct {
		use  func(inner *owner)
		want float64
	}{
		"nobody waits":                        {func(i *owner) { _, _ = i.Err(), i.Value(valueKey{}) }, 2},
		"somebody waits":                      {func(i *owner) { _ = i.Done() }, 5},
		"control: it is not free of all cost": {func(i *owner) { i.Expire(errLimit) }, 5},
	} {
		got := testing.AllocsPerRun(200, func() {
			outer := begin(caller)
			inner := begin(&outer.Context)
			tc.use(inner)
			inner.End()
			outer.End()
		})
		if got != tc.want {
			t.Errorf("%s: %v allocations, the two owners included, want %v", name, got, tc.want)
		}
	}
}

// noTrace makes a trace that follows nothing.
type noTrace struct{}

func (noTrace) Trace() *httptrace.ClientTrace { return nil }

// Limits and traces stand around each other in any order.
func TestWhatIsBareOfLimitsAndTraces(t *testing.T) {
	caller := context.WithValue(t.Context(), valueKey{}, "caller")
	ctx := caller
	for i := range 6 {
		var bare context.Context
		if i%3 == 1 {
			tr := new(traced.Context)
			tr.Begin(ctx, traced.Key(), noTrace{})
			bare, ctx = tr.Bare().Context, tr
		} else {
			l := begin(ctx)
			bare, ctx = l.Bare().Context, &l.Context
		}
		if bare != caller {
			t.Errorf("%d: bare is %v, want that of the caller", i, bare)
		}
	}
	between := context.WithValue(ctx, ownKey{}, "between")
	if l := begin(between); l.Bare().Context != between {
		t.Errorf("bare is %v, which looks through a value", l.Bare())
	}
}
