package retry_test

import (
	"context"
	"errors"
	"net/http"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gracy-go/gracy/internal/rttest"
	"github.com/gracy-go/gracy/layer"
	"github.com/gracy-go/gracy/retry"
)

// holder is a layer that holds something for each attempt, as concurrency outside of retry would.
type holder struct {
	held   atomic.Bool
	seen   holds
	reject error
}

type holds struct{ suspended, reacquired, ended int }

func (h *holder) BodyEnd(*layer.Attempt) {
	h.held.Store(false)
	h.seen.ended++
}

func (h *holder) Suspend(*layer.Attempt) {
	h.held.Store(false)
	h.seen.suspended++
}

func (h *holder) Reacquire(context.Context, *layer.Attempt) error {
	h.held.Store(h.reject == nil)
	h.seen.reacquired++
	return h.reject
}

func (h *holder) Wrap(next http.RoundTripper) http.RoundTripper {
	return layer.Wrap("holder", h, next, func(_ *layer.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
		a := layer.AttemptFrom(req.Context())
		h.held.Store(true)
		a.Hold(h)
		resp, err := next.RoundTrip(req)
		if err != nil {
			a.Release(h)
			return nil, err
		}
		a.Own(resp, h)
		return resp, nil
	})
}

// Outer layers hold what they hold while an attempt runs and until the response has been read, but
// not during a backoff.
func TestNothingIsHeldDuringBackoff(t *testing.T) {
	no := errors.New("no slot")
	for name, test := range map[string]struct {
		steps  []step
		cancel time.Duration
		reject error
		want   holds
		is     error
	}{
		"responses":          {[]step{status(503), status(503), {status: 200, body: "x"}}, 0, nil, holds{suspended: 2, reacquired: 2, ended: 1}, nil},
		"errors":             {[]step{fails(rttest.ErrBoom)}, 0, nil, holds{suspended: 2, reacquired: 2, ended: 1}, rttest.ErrBoom},
		"canceled":           {[]step{fails(rttest.ErrBoom)}, 20 * time.Millisecond, nil, holds{suspended: 1}, context.Canceled},
		"no slot afterwards": {[]step{status(503)}, 0, no, holds{suspended: 1, reacquired: 1}, no},
	} {
		synctest.Test(t, func(t *testing.T) {
			h := &holder{reject: test.reject}
			base := &script{steps: test.steps}
			rt := h.Wrap(retry.New(retry.Policy{Rand: half}).Wrap(rttest.Func(func(req *http.Request) (*http.Response, error) {
				if !h.held.Load() {
					t.Errorf("%s: an attempt without the hold", name)
				}
				return base.RoundTrip(req)
			})))
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			if test.cancel > 0 {
				time.AfterFunc(test.cancel, cancel)
			}
			time.AfterFunc(10*time.Millisecond, func() {
				if h.held.Load() {
					t.Errorf("%s: held during the backoff", name)
				}
			})
			resp, err := rt.RoundTrip(request(t, ctx, http.MethodGet, nil))
			if !errors.Is(err, test.is) {
				t.Errorf("%s: %v, want %v", name, err, test.is)
			}
			if resp != nil {
				if !h.held.Load() {
					t.Errorf("%s: the hold ended before the body", name)
				}
				finish(resp)
			}
			if h.seen != test.want {
				t.Errorf("%s: %+v, want %+v", name, h.seen, test.want)
			}
		})
	}
}

// atRetry is a layer that calls a function when another attempt is announced.
type atRetry func(e layer.Event)

func (f atRetry) Wrap(next http.RoundTripper) http.RoundTripper {
	return layer.Wrap("at retry", f, next, nil)
}
func (f atRetry) Wants() layer.Kind     { return layer.RetryScheduled }
func (f atRetry) Observe(e layer.Event) { f(e) }

// When a retry is announced, the slot of the failed attempt is free. A call that then begins gets
// it, even inside the function that observes the event.
func TestTheSlotIsFreeWhereARetryIsAnnounced(t *testing.T) {
	for name, failed := range map[string]step{"a response": status(503, "X-Why", "busy"), "an error": fails(rttest.ErrBoom)} {
		synctest.Test(t, func(t *testing.T) {
			slots, announced := rttest.NewSlots(1), 0
			look := atRetry(func(e layer.Event) {
				announced++
				if n := slots.Free(); n != 1 {
					t.Errorf("%s: %d slots are free where the retry is announced, want 1", name, n)
				}
				if e.Response != nil && e.Response.Header.Get("X-Why") != "busy" {
					t.Errorf("%s: the header of the response is %v", name, e.Response.Header)
				}
			})
			base := &script{steps: []step{failed, status(200)}}
			resp, _, err := do(t, retry.Policy{}, look.Wrap(slots.Wrap(base)), request(t, t.Context(), http.MethodGet, nil))
			finish(resp)
			if err != nil || announced != 1 {
				t.Errorf("%s: announced %d times, %v", name, announced, err)
			}
		})
	}
}
