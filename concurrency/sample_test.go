package concurrency

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gracy-go/gracy/internal/rttest"
	"github.com/gracy-go/gracy/layer"
	"github.com/gracy-go/gracy/transport"
	"github.com/gracy-go/gracy/transport/verdict"
)

// Ten requests at once, with ten slots. If their times to headers count, the slots double.
func TestWhatAnOutcomeMeansForTheSlots(t *testing.T) {
	const lower, ignore, count = 7, 10, 20
	expect := func(status int) transport.Expect { return transport.Expect{Status: []int{status}} }
	for _, tt := range []struct {
		name   string
		with   transport.Override
		status int
		err    error
		unsent bool // the error is that of an inner layer
		want   int
	}{
		{name: "200", status: 200, want: count},
		{name: "404", status: 404, want: count},
		{name: "499", status: 499, want: count},
		{name: "500", status: 500, want: ignore}, // just as likely a fault that comes quickly
		{name: "502", status: 502, want: ignore},
		{name: "an accepted 500", status: 500, with: expect(500), want: count},
		{name: "429", status: 429, want: lower},
		{name: "503", status: 503, want: lower},
		{name: "504", status: 504, want: lower},
		{name: "529", status: 529, want: lower},
		{name: "an accepted 503", status: 503, with: expect(503), want: count},
		{name: "a timeout", err: context.DeadlineExceeded, want: lower},
		{name: "a timeout of an inner layer, before the request was sent", err: context.DeadlineExceeded, unsent: true, want: ignore},
		{name: "canceled", err: context.Canceled, want: ignore},
		{name: "a rejection", err: verdict.ErrRejected, want: ignore},
		{name: "a reset", err: http.ErrServerClosed, want: ignore},
	} {
		synctest.Test(t, func(t *testing.T) {
			l := New(Limit{Max: 100, Adaptive: &Adaptive{Start: 10}})
			rt := http.RoundTripper(&server{latency: time.Second, respond: func(req *http.Request) (*http.Response, error) {
				if tt.err != nil {
					return nil, tt.err
				}
				return reply(req, tt.status, ""), nil
			}})
			if tt.unsent {
				inner := &testLayer{"inner", func(*layer.Call, *http.Request, http.RoundTripper) (*http.Response, error) {
					time.Sleep(time.Second)
					return nil, tt.err
				}}
				rt = inner.Wrap(rt)
			}
			rt = l.Wrap(rt)
			ctx := t.Context()
			if tt.with != nil {
				ctx = transport.With(ctx, tt.with)
			}
			var wg sync.WaitGroup
			for range 10 {
				wg.Go(func() { _ = get(ctx, rt, url) })
			}
			wg.Wait()
			if got := l.Slots(request(t.Context(), url)); got != tt.want {
				t.Errorf("%s: %d slots, want %d", tt.name, got, tt.want)
			}
			empty(t, l)
		})
	}
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

func TestACauseThatCannotBeComparedIsNoTimeout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := New(Limit{Max: 100, Adaptive: &Adaptive{Start: 50}})
		ctx, cancel := context.WithCancelCause(t.Context())
		time.AfterFunc(time.Second, func() { cancel(rttest.Incomparable()) })
		err := get(ctx, l.Wrap(rttest.Func(func(req *http.Request) (*http.Response, error) {
			<-req.Context().Done()
			return nil, context.Cause(req.Context())
		})), url)
		if got := l.Slots(request(t.Context(), url)); err == nil || got != 50 {
			t.Errorf("%v, %d slots, want 50", err, got)
		}
		empty(t, l)
	})
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
