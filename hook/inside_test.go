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
	"github.com/gracy-go/gracy/layer"
	"github.com/gracy-go/gracy/transport/roundtriptest"
	"github.com/gracy-go/gracy/transport/verdict"
)

// slots is a layer that lets n calls run at a time, to the end of their bodies.
type slots struct {
	free  chan struct{}
	parks atomic.Int64
	fail  error // of Resume
}

func newSlots(n int) *slots { return &slots{free: make(chan struct{}, n)} }

func (s *slots) taken() int { return len(s.free) }

func (s *slots) take(ctx context.Context) error {
	select {
	case s.free <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (s *slots) Wrap(next http.RoundTripper) http.RoundTripper {
	return layer.Wrap("slots", s, next, func(_ *layer.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
		if err := s.take(req.Context()); err != nil {
			return layer.Reject(req, err)
		}
		a, h := layer.AttemptFrom(req.Context()), &slot{s}
		a.Hold(h)
		owned := false
		defer func() {
			if !owned {
				a.Release(h)
			}
		}()
		resp, err := next.RoundTrip(req)
		if err == nil {
			a.Own(resp, h)
			owned = true
		}
		return resp, err
	})
}

type slot struct{ s *slots }

func (h *slot) BodyEnd(*layer.Attempt) { <-h.s.free }
func (h *slot) Suspend(*layer.Attempt) { h.s.parks.Add(1); <-h.s.free }
func (h *slot) Reacquire(ctx context.Context, _ *layer.Attempt) error {
	if h.s.fail != nil {
		return h.s.fail
	}
	return h.s.take(ctx)
}

// A call inside a hook runs no hooks of its handle, at any depth; without the
// mark the recursion goes as deep as the control lets it.
func TestCallsInsideDoNotRecurse(t *testing.T) {
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
						read(t, get(c.ctx(ctx), t, rt))
					}
				}
				h := before(func(ctx context.Context, _ *http.Request) error { call(ctx); return nil })
				if when == "after" {
					h = after(func(ctx context.Context, _ hook.Outcome) (*http.Response, error) { call(ctx); return nil, nil })
				}
				script := roundtriptest.Script(roundtriptest.Step{Body: "fine"})
				rt = stack(script, again(2), hook.New(h))
				read(t, get(t.Context(), t, rt))
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

// The mark outlives calls in between: of other hooks, and of layers that make
// calls of their own.
func TestTwoHandlesDoNotRecurse(t *testing.T) {
	var rt http.RoundTripper
	var one, two, foreign atomic.Int64
	count := func(n *atomic.Int64) hook.Hooks {
		return before(func(ctx context.Context, _ *http.Request) error {
			if n.Add(1) < 10 {
				read(t, get(ctx, t, rt))
			}
			return nil
		})
	}
	nosy := &testLayer{"nosy", func(_ *layer.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
		if foreign.Add(1) < 4 {
			read(t, get(req.Context(), t, rt))
		}
		return next.RoundTrip(req)
	}}
	rt = stack(roundtriptest.Script(), hook.New(count(&one)), nosy, hook.New(count(&two)))
	read(t, get(t.Context(), t, rt))
	// One runs for the call and for the call inside two; two for the call and for
	// each of the four that one and the nosy layer make in a row.
	if one.Load() != 2 || two.Load() != 5 {
		t.Errorf("the hooks ran %d and %d times, want 2 and 5", one.Load(), two.Load())
	}
}

// Every context that a hook can get hold of is marked while it runs, and those
// that the caller keeps are not marked afterwards.
func TestWhichContextsAreMarked(t *testing.T) {
	var rt http.RoundTripper
	var runs int
	h := hook.New(hook.Hooks{
		Before: func(_ context.Context, req *http.Request) error {
			read(t, get(req.Context(), t, rt))
			return nil
		},
		After: func(ctx context.Context, o hook.Outcome) (*http.Response, error) {
			runs++
			if runs > 5 {
				return nil, nil
			}
			for _, ctx := range []context.Context{ctx, o.Request.Context(), o.Response.Request.Context()} {
				read(t, get(ctx, t, rt))
				if layer.AttemptFrom(ctx) != o.Attempt {
					t.Error("a context of the hook is not that of the attempt")
				}
			}
			return nil, nil
		},
	})
	rt = stack(roundtriptest.Script(), h)
	resp := get(t.Context(), t, rt)
	read(t, resp)
	if runs != 1 {
		t.Errorf("the hook ran %d times, want once", runs)
	}
	read(t, get(resp.Request.Context(), t, rt))
	if runs != 2 {
		t.Errorf("a call with the context of the response: %d runs, want 2", runs)
	}
}

// With all slots taken by calls whose hooks make calls, these get theirs. The
// control hides from the stack that its calls are made inside of a hook, and
// waits for itself until the deadline.
func TestCallsInsideDoNotDeadlock(t *testing.T) {
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
						time.Sleep(time.Second) // until all have their slots
						if ctx.Value(depthKey{}) != nil {
							return nil
						}
						ctx, cancel := context.WithTimeout(context.WithValue(c.ctx(ctx), depthKey{}, 1), time.Minute)
						defer cancel()
						resp, err := rt.RoundTrip(request(ctx, t, http.MethodGet, ""))
						if err == nil {
							read(t, resp)
						}
						return err
					}
					h := before(func(ctx context.Context, _ *http.Request) error { return nested(ctx) })
					if when == "after" {
						h = hook.Hooks{Strict: true, After: func(ctx context.Context, _ hook.Outcome) (*http.Response, error) { return nil, nested(ctx) }}
					}
					limit := newSlots(3)
					rt = stack(roundtriptest.Script(roundtriptest.Step{Body: "fine", Wait: time.Second}), limit, hook.New(h))
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
								read(t, resp)
							}
						})
					}
					all.Wait()
					if n := limit.taken(); n != 0 {
						t.Errorf("%d slots are still held", n)
					}
				})
			})
		}
	}
}

type depthKey struct{}

func TestNothingIsLaidDownWithoutNeed(t *testing.T) {
	limit := newSlots(1)
	var late context.Context
	h := hook.New(before(func(ctx context.Context, _ *http.Request) error {
		late = ctx //nolint:fatcontext // used after the hook, which is the point
		return nil
	}))
	rt := stack(base(func(req *http.Request) (*http.Response, error) {
		hook.Yield(late) // the hook has returned
		if n := limit.taken(); n != 1 {
			t.Errorf("%d slots held while the request is sent", n)
		}
		return roundtriptest.Script(roundtriptest.Step{Body: "fine"}).RoundTrip(req)
	}), limit, h)
	resp := get(t.Context(), t, rt)
	// A call with the context of a hook that has returned lays down nothing either.
	ctx, cancel := context.WithCancel(late)
	cancel()
	if _, err := rt.RoundTrip(request(ctx, t, http.MethodGet, "")); !errors.Is(err, context.Canceled) {
		t.Errorf("with all slots taken: %v", err)
	}
	hook.Yield(late)
	if n := limit.parks.Load(); n != 0 || limit.taken() != 1 {
		t.Errorf("parked %d times, %d slots held", n, limit.taken())
	}
	read(t, resp)
	if n := limit.taken(); n != 0 {
		t.Errorf("%d slots held after the body", n)
	}
}

func TestYield(t *testing.T) {
	limit := newSlots(1)
	var held []int
	rt := stack(roundtriptest.Script(roundtriptest.Step{Body: "fine"}), limit, hook.New(before(func(ctx context.Context, _ *http.Request) error {
		held = append(held, limit.taken())
		hook.Yield(ctx)
		hook.Yield(ctx)
		held = append(held, limit.taken())
		return nil
	})))
	resp := get(t.Context(), t, rt)
	held = append(held, limit.taken())
	read(t, resp)
	if want := []int{1, 0, 1}; !slices.Equal(held, want) {
		t.Errorf("held %v, want %v", held, want)
	}
	hook.Yield(t.Context())
}

// What cannot be taken up again fails the call: before it is sent as the limit
// says, after it as an error that does not make it unsent.
func TestLostSlot(t *testing.T) {
	yield := func(ctx context.Context) { hook.Yield(ctx) }
	for name, h := range map[string]hook.Hooks{
		"before": before(func(ctx context.Context, _ *http.Request) error { yield(ctx); return nil }),
		"after":  after(func(ctx context.Context, _ hook.Outcome) (*http.Response, error) { yield(ctx); return nil, nil }),
	} {
		t.Run(name, func(t *testing.T) {
			limit := newSlots(1)
			limit.fail = refusal{}
			script := roundtriptest.Script(roundtriptest.Step{Body: "fine"})
			body := roundtriptest.NewBody(nil)
			req := request(t.Context(), t, http.MethodPost, "")
			req.Body = body
			_, err := stack(script, limit, hook.New(h)).RoundTrip(req)
			if _, ok := errors.AsType[refusal](err); !ok || errors.Is(err, verdict.ErrRejected) != (name == "before") {
				t.Errorf("error %v", err)
			}
			if limit.taken() != 0 || body.Usage().Closes != 1 {
				t.Errorf("%d slots, body closed %d times", limit.taken(), body.Usage().Closes)
			}
			for _, c := range script.Calls() {
				if name == "before" || c.ResponseBody.Usage().Closes != 1 {
					t.Errorf("sent, and the response closed %d times", c.ResponseBody.Usage().Closes)
				}
			}
		})
	}
}
