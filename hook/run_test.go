package hook_test

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gracy-go/gracy/hook"
	"github.com/gracy-go/gracy/internal/rttest"
	"github.com/gracy-go/gracy/layer"
	"github.com/gracy-go/gracy/retry"
	"github.com/gracy-go/gracy/transport"
	"github.com/gracy-go/gracy/transport/roundtriptest"
)

// Without the mark the recursion is as deep as the control allows.
func TestACallInsideAHookRunsNoHooksOfTheSameHandle(t *testing.T) {
	for name, c := range map[string]struct {
		ctx  func(context.Context) context.Context
		want int64
	}{
		"marked":   {func(ctx context.Context) context.Context { return ctx }, 1},
		"detached": {context.WithoutCancel, 1},
		"control":  {func(context.Context) context.Context { return context.Background() }, 10},
	} {
		for _, when := range []string{"before", "after"} {
			t.Run(name+" "+when, func(t *testing.T) {
				var rt http.RoundTripper
				var runs atomic.Int64
				call := func(ctx context.Context) {
					if runs.Add(1) < 10 {
						rttest.Read(t, rttest.Get(c.ctx(ctx), t, rt))
					}
				}
				h := before(func(ctx context.Context, _ *http.Request) error { call(ctx); return nil })
				if when == "after" {
					h = after(func(ctx context.Context, _ hook.Outcome) (*http.Response, error) { call(ctx); return nil, nil })
				}
				script := roundtriptest.Script(roundtriptest.Step{Body: "fine"})
				rt = rttest.Stack(script, rttest.Retry(2), hook.New(h))
				rttest.Read(t, rttest.Get(t.Context(), t, rt))
				if got := runs.Load(); got != c.want {
					t.Errorf("the hook ran %d times, want %d", got, c.want)
				}
				if got, want := len(script.Calls()), max(2, int(c.want)); got != want {
					t.Errorf("%d requests, want %d", got, want)
				}
			})
		}
	}
}

// The mark survives calls in between: those of other hooks, and those of layers that make calls of
// their own.
func TestTwoHandlesDoNotRecurse(t *testing.T) {
	var rt http.RoundTripper
	var one, two, foreign atomic.Int64
	count := func(n *atomic.Int64) hook.Hooks {
		return before(func(ctx context.Context, _ *http.Request) error {
			if n.Add(1) < 10 {
				rttest.Read(t, rttest.Get(ctx, t, rt))
			}
			return nil
		})
	}
	calling := &rttest.Layer{Name: "calling", Trip: func(_ *layer.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
		if foreign.Add(1) < 4 {
			rttest.Read(t, rttest.Get(req.Context(), t, rt))
		}
		return next.RoundTrip(req)
	}}
	rt = rttest.Stack(roundtriptest.Script(), hook.New(count(&one)), calling, hook.New(count(&two)))
	rttest.Read(t, rttest.Get(t.Context(), t, rt))
	// The first hook runs for the call and for the one inside the second hook. The
	// second runs for the call and for the four that the first hook and the calling
	// layer make one after the other.
	if one.Load() != 2 || two.Load() != 5 {
		t.Errorf("the hooks ran %d and %d times, want 2 and 5", one.Load(), two.Load())
	}
}

// Contexts that the caller keeps are not marked afterwards.
func TestEveryContextThatAHookSeesIsMarkedWhileItRuns(t *testing.T) {
	var rt http.RoundTripper
	var runs int
	h := hook.New(hook.Hooks{
		Before: func(_ context.Context, req *http.Request) error {
			rttest.Read(t, rttest.Get(req.Context(), t, rt))
			return nil
		},
		After: func(ctx context.Context, o hook.Outcome) (*http.Response, error) {
			runs++
			if runs > 5 {
				return nil, nil
			}
			for _, ctx := range []context.Context{ctx, o.Request.Context(), o.Response.Request.Context()} {
				rttest.Read(t, rttest.Get(ctx, t, rt))
				if transport.AttemptFrom(ctx) != o.Attempt {
					t.Error("a context of the hook is not that of the attempt")
				}
			}
			return nil, nil
		},
	})
	rt = rttest.Stack(roundtriptest.Script(), h)
	resp := rttest.Get(t.Context(), t, rt)
	rttest.Read(t, resp)
	if runs != 1 {
		t.Errorf("the hook ran %d times, want once", runs)
	}
	rttest.Read(t, rttest.Get(resp.Request.Context(), t, rt))
	if runs != 2 {
		t.Errorf("a call with the context of the response: %d runs, want 2", runs)
	}
}

// Every slot is held by a call whose hook makes a call. The control does not pass on the context of
// the hook, and waits for itself until the deadline.
func TestCallsInsideHooksGetASlotWhenAllAreHeld(t *testing.T) {
	for name, c := range map[string]struct {
		ctx  func(context.Context) context.Context
		want error
	}{
		"marked":  {func(ctx context.Context) context.Context { return ctx }, nil},
		"control": {func(context.Context) context.Context { return context.Background() }, context.DeadlineExceeded},
	} {
		for _, when := range []string{"before", "after"} {
			t.Run(name+" "+when, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					var rt http.RoundTripper
					nested := func(ctx context.Context) error {
						time.Sleep(time.Second) // until all slots are held
						if ctx.Value(depthKey{}) != nil {
							return nil
						}
						ctx, cancel := context.WithTimeout(context.WithValue(c.ctx(ctx), depthKey{}, 1), time.Minute)
						defer cancel()
						resp, err := rt.RoundTrip(request(ctx, t, http.MethodGet, ""))
						if err == nil {
							rttest.Read(t, resp)
						}
						return err
					}
					h := before(func(ctx context.Context, _ *http.Request) error { return nested(ctx) })
					if when == "after" {
						h = hook.Hooks{FailOnError: true, After: func(ctx context.Context, _ hook.Outcome) (*http.Response, error) { return nil, nested(ctx) }}
					}
					limit := rttest.NewSlots(3)
					rt = rttest.Stack(roundtriptest.Script(roundtriptest.Step{Body: "fine", Wait: time.Second}), limit, hook.New(h))
					var all sync.WaitGroup
					for range 9 {
						all.Go(func() {
							resp, err := rt.RoundTrip(request(t.Context(), t, http.MethodGet, ""))
							if !errors.Is(err, c.want) && name == "marked" {
								t.Errorf("error %v", err)
							}
							if name == "control" && err == nil {
								t.Error("the control found a slot")
							}
							if err == nil {
								rttest.Read(t, resp)
							}
						})
					}
					all.Wait()
					if n := limit.Free(); n != 3 {
						t.Errorf("%d slots are free, want 3", n)
					}
				})
			})
		}
	}
}

// depthKey marks the context of a call inside a hook.
type depthKey struct{}

// While the hook ran, another request has taken the slot, and keeps it.
func TestTheContextEndsTheWaitForTheSlotAfterAHook(t *testing.T) {
	for _, when := range []string{"before", "after"} {
		synctest.Test(t, func(t *testing.T) {
			limit := rttest.NewSlots(1)
			script := roundtriptest.Script(roundtriptest.Step{Body: "fine"})
			var other *http.Response
			take := func(ctx context.Context) error {
				hook.Yield(ctx)
				other = rttest.Get(t.Context(), t, limit.Wrap(rttest.Respond(200, "other")))
				return nil
			}
			h := before(func(ctx context.Context, _ *http.Request) error { return take(ctx) })
			if when == "after" {
				h = after(func(ctx context.Context, _ hook.Outcome) (*http.Response, error) { return nil, take(ctx) })
			}
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			defer cancel()
			start := time.Now()
			_, err := rttest.Try(ctx, rttest.Stack(script, limit, hook.New(h)))
			if d := time.Since(start); !errors.Is(err, context.DeadlineExceeded) || d != time.Second {
				t.Errorf("%s: %v after %s", when, err, d)
			}
			if n := len(script.Calls()); when == "before" && n != 0 {
				t.Errorf("%d sent without a slot", n)
			}
			rttest.Read(t, other)
			if n := limit.Free(); n != 1 {
				t.Errorf("%s: %d slots are free, want 1", when, n)
			}
		})
	}
}

// The time of a hook is not a wait, and the ledger cannot distinguish it from that of the server.
// Outside retry, After gets the outcome of a row that is closed.
func TestTheTimeOfAHookIsInThatOfItsAttempt(t *testing.T) {
	for name, inside := range map[string]bool{"outside retry": false, "inside": true} {
		synctest.Test(t, func(t *testing.T) {
			var c *layer.Call
			hooks := hook.New(hook.Hooks{
				Before: func(ctx context.Context, _ *http.Request) error {
					c = layer.CallFrom(ctx)
					time.Sleep(time.Second)
					return nil
				},
				After: func(context.Context, hook.Outcome) (*http.Response, error) {
					time.Sleep(10 * time.Second)
					return nil, nil
				},
			})
			base := roundtriptest.Script(roundtriptest.Step{Wait: 2 * time.Second, Status: 503}, roundtriptest.Step{Wait: 2 * time.Second})
			again := retry.New(retry.Policy{Delay: 5 * time.Second, Jitter: retry.NoJitter})
			rt := hooks.Wrap(again.Wrap(base))
			if inside {
				rt = again.Wrap(hooks.Wrap(base))
			}
			resp, err := rt.RoundTrip(request(t.Context(), t, http.MethodGet, ""))
			if err != nil {
				t.Fatal(err)
			}
			_ = resp.Body.Close()
			var times []time.Duration
			for a := range c.Attempts() {
				times = append(times, a.TimeToHeaders())
			}
			want := []time.Duration{3 * time.Second, 2 * time.Second}
			if inside {
				want = []time.Duration{13 * time.Second, 13 * time.Second}
			}
			if !slices.Equal(times, want) {
				t.Errorf("%s: %v, want %v", name, times, want)
			}
		})
	}
}
