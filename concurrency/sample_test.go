package concurrency

import (
	"context"
	"errors"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gracy-go/gracy/internal/rttest"
	"github.com/gracy-go/gracy/layer"
	"github.com/gracy-go/gracy/transport"
	"github.com/gracy-go/gracy/transport/verdict"
)

func TestWhichOutcomesLowerTheSlots(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, tt := range []struct {
			name   string
			ctx    func(context.Context) (context.Context, context.CancelFunc)
			status int
			err    error
			fewer  bool
		}{
			{name: "200", status: 200},
			{name: "404", status: 404},
			{name: "500", status: 500},
			{name: "429", status: 429, fewer: true},
			{name: "503", status: 503, fewer: true},
			{name: "504", status: 504, fewer: true},
			{name: "529", status: 529, fewer: true},
			{name: "an accepted 503", status: 503, ctx: func(ctx context.Context) (context.Context, context.CancelFunc) {
				return transport.WithExpect(ctx, transport.Expect{Status: []int{503}}), func() {}
			}},
			{name: "a timeout", err: context.DeadlineExceeded, fewer: true},
			{name: "canceled", err: context.Canceled},
			{name: "a rejection", err: verdict.ErrRejected},
			{name: "a reset", err: http.ErrServerClosed},
		} {
			l := New(Limit{Max: 100, Adaptive: &Adaptive{Start: 50}})
			s := &server{latency: time.Second, respond: func(req *http.Request) (*http.Response, error) {
				if tt.err != nil {
					return nil, tt.err
				}
				return reply(req, tt.status, ""), nil
			}}
			ctx := t.Context()
			if tt.ctx != nil {
				ctx, _ = tt.ctx(ctx)
			}
			_ = get(ctx, l.Wrap(s), url)
			got := l.Slots(request(t.Context(), url))
			if want := map[bool]int{false: 50, true: 35}[tt.fewer]; got != want {
				t.Errorf("%s: %d slots, want %d", tt.name, got, want)
			}
		}
	})
}

func TestADeadlineThatWasNearlyOverProvesNothing(t *testing.T) {
	slow := rttest.Func(func(req *http.Request) (*http.Response, error) {
		<-req.Context().Done()
		return nil, context.Cause(req.Context()) // as net/http
	})
	for _, cause := range []error{nil, errors.New("the job is over")} {
		for deadline, want := range map[time.Duration]int{50 * time.Millisecond: 50, 500 * time.Millisecond: 35} {
			synctest.Test(t, func(t *testing.T) {
				l := New(Limit{Max: 100, Adaptive: &Adaptive{Start: 50}})
				l.limits[0].find(key{host: "api.test"}).adaptive.est.base = 100 * time.Millisecond
				ctx, cancel := context.WithTimeoutCause(t.Context(), deadline, cause)
				defer cancel()
				if err := get(ctx, l.Wrap(slow), url); err == nil {
					t.Error("no timeout")
				}
				if got := l.Slots(request(t.Context(), url)); got != want {
					t.Errorf("%d slots after a deadline of %s with the cause %v, want %d", got, deadline, cause, want)
				}
				empty(t, l)
			})
		}
	}
}

// A response that an inner layer marks as replayed is not a sample, even if that layer asked the
// server whether its copy is still valid.
func TestAReplayedResponseProvesNothing(t *testing.T) {
	for replayed, want := range map[bool]int{true: 50, false: 35} {
		synctest.Test(t, func(t *testing.T) {
			l := New(Limit{Max: 100, Adaptive: &Adaptive{Start: 50}})
			s := &server{latency: time.Second, respond: func(req *http.Request) (*http.Response, error) { return reply(req, 503, ""), nil }}
			asks := &testLayer{"asks", func(c *layer.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
				resp, err := next.RoundTrip(req)
				if replayed {
					c.Attempt().SetReplayed(0)
				}
				return resp, err
			}}
			if err := get(t.Context(), l.Wrap(asks.Wrap(s)), url); err != nil {
				t.Error(err)
			}
			if got := l.Slots(request(t.Context(), url)); got != want {
				t.Errorf("replayed %v: %d slots, want %d", replayed, got, want)
			}
			empty(t, l)
		})
	}
}
