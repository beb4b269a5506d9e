package throttle

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gracy-go/gracy/internal/ctxerr"
	"github.com/gracy-go/gracy/throttle/internal/admission"
)

// What an on-call engineer greps for at night: the package, what happened, and the numbers.
func TestErrorTexts(t *testing.T) {
	const rule = "10 requests per second"
	for want, r := range map[string]admission.Rejection{
		"throttle: the queue is full: 10 requests per second: 10000 waiting": {
			Reason: admission.QueueFull, Rule: rule, Queue: 10_000, Wait: time.Second,
		},
		"throttle: the queue is full: 10 requests per second and key (#5f3c91d2): 3 waiting": {
			Reason: admission.QueueFull, Rule: rule + " and key", Key: "#5f3c91d2", Queue: 3,
		},
		"throttle: the queue is full: pause of api.test: 2 waiting": {
			Reason: admission.QueueFull, Rule: "pause of api.test", Queue: 2,
		},
		"throttle: the wait would end past the deadline (58s left): 10 requests per second: at least 59s behind 3 waiting": {
			Reason: admission.TooLate, Rule: rule, Queue: 3, Wait: 59 * time.Second, Left: 58 * time.Second,
		},
		"throttle: the wait would exceed MaxWait 25s: 10 requests per second: at least 30s": {
			Reason: admission.TooLong, Rule: rule, Wait: 30 * time.Second, MaxWait: 25 * time.Second,
		},
		"throttle: the cost is above the limit (cost 11): 10 requests per second": {
			Reason: admission.TooHeavy, Rule: rule, Cost: 11,
		},
		"throttle: the limiter is closed": {Reason: admission.Closed},
		"throttle: the store failed: no route to host: 10 requests per second": {
			Reason: admission.StoreFailed, Rule: rule, Err: errors.New("no route to host"),
		},
	} {
		if got := rejected(&r).Error(); got != want {
			t.Errorf("text is\n%s\nwant\n%s", got, want)
		}
	}
}

// Each rejection says why, with the figures of its wait: of a rule and of a pause, of a request that
// has just come and of one that waits already.
func TestARejectionHasTheFiguresOfItsWait(t *testing.T) {
	minute := Rule{Limit: 1, Per: time.Minute, Margin: NoMargin}
	patient, short := minute, minute
	patient.MaxWait, short.MaxQueue = 150*time.Second, 2
	weighed := Rule{Limit: 5, Per: time.Minute, Margin: NoMargin, Cost: func(*http.Request) int { return 5 }, Key: func(*http.Request) string { return "" }}
	const pause = "/pause"
	for _, tt := range []struct {
		name     string
		config   Config
		first    string        // what is sent first
		waiting  int           // how many requests wait when that has its response
		deadline time.Duration // of the request that is rejected
		early    bool          // it comes before the response
		change   func(*Limiter) error
		want     string
	}{
		{
			name: "deadline", config: Config{Rules: []Rule{minute}}, waiting: 2, deadline: 58 * time.Second,
			want: "throttle: the wait would end past the deadline (58s left): 1 request per minute: at least 3m0s behind 2 waiting",
		},
		{
			name: "MaxWait", config: Config{Rules: []Rule{patient}}, waiting: 2,
			want: "throttle: the wait would exceed MaxWait 2m30s: 1 request per minute: at least 3m0s behind 2 waiting",
		},
		{
			name: "MaxQueue", config: Config{Rules: []Rule{short}}, waiting: 2,
			want: "throttle: the queue is full: 1 request per minute: 2 waiting",
		},
		{
			name: "deadline in a pause", first: pause, waiting: 2, deadline: 10 * time.Second,
			want: "throttle: the wait would end past the deadline (10s left): pause of api.test: at least 30s behind 2 waiting",
		},
		{
			name: "MaxWait in a pause", config: Config{Rules: []Rule{{Limit: 9, MaxWait: 20 * time.Second}}}, first: pause,
			want: "throttle: the wait would exceed MaxWait 20s: pause of api.test: at least 30s",
		},
		{
			name: "MaxQueue of a pause", config: Config{Pause: Pause{MaxQueue: 2}}, first: pause, waiting: 2,
			want: "throttle: the queue is full: pause of api.test: 2 waiting",
		},
		{
			name: "deadline, and a pause begins", config: Config{Rules: []Rule{{Limit: 1, Per: 5 * time.Second, Margin: NoMargin}}}, first: pause, waiting: 2,
			early: true, deadline: 20 * time.Second,
			want: "throttle: the wait would end past the deadline (19s left): pause of api.test: at least 30s behind 2 waiting",
		},
		{
			name: "a lowered limit", config: Config{Rules: []Rule{weighed}}, early: true,
			change: func(l *Limiter) error { weighed.Limit = 4; return l.SetRules(weighed) },
			want:   "throttle: the cost is above the limit (cost 5): 4 units per minute and key (#KEY)",
		},
		{
			name: "closed", config: Config{Rules: []Rule{minute}}, early: true, change: (*Limiter).Close,
			want: "throttle: the limiter is closed",
		},
	} {
		synctest.Test(t, func(t *testing.T) {
			l := NewLimiter(tt.config)
			rt := l.Wrap(&server{
				latency: func(req *http.Request) time.Duration {
					if req.URL.Path == pause {
						return time.Second
					}
					return 0
				},
				respond: func(req *http.Request) (*http.Response, error) {
					if req.URL.Path == pause {
						return reply(req, 429, "Retry-After", "30"), nil
					}
					return reply(req, 200), nil
				},
			})
			var wg sync.WaitGroup
			wait := func() {
				for range tt.waiting {
					wg.Go(func() { _, _ = get(t.Context(), rt, "/") })
				}
				synctest.Wait()
			}
			var err error
			reject := func() {
				ctx := t.Context()
				if tt.deadline > 0 {
					limited, cancel := context.WithTimeout(ctx, tt.deadline)
					defer cancel()
					ctx = limited
				}
				_, err = get(ctx, rt, "/")
			}
			first := func() {
				if _, err := get(t.Context(), rt, cmp.Or(tt.first, "/")); err != nil {
					t.Error(err)
				}
			}
			if tt.early {
				wg.Go(first)
				synctest.Wait()
				wait()
				wg.Go(reject)
				synctest.Wait()
				if tt.change != nil {
					if err := tt.change(l); err != nil {
						t.Error(err)
					}
				}
				time.Sleep(time.Second)
				synctest.Wait()
			} else {
				first()
				wait()
				reject()
			}
			e, ok := errors.AsType[*Error](err)
			if !ok {
				t.Fatalf("%s: %v", tt.name, err)
			}
			if got := strings.Replace(err.Error(), cmp.Or(e.Key, "#"), "#KEY", 1); got != tt.want {
				t.Errorf("%s: text is\n%s\nwant\n%s", tt.name, got, tt.want)
			}
			wg.Wait()
			quiet(t, l)
		})
	}
}

// The error of a wait that the context ends has the cause of the context.
func TestTheCauseOfACanceledWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := New(Rule{Limit: 1, Per: time.Hour})
		rt := l.Wrap(&server{})
		flood(t, rt, "/", 1)
		ctx, cancel := context.WithCancelCause(t.Context())
		own := errors.New("shutting down")
		time.AfterFunc(time.Second, func() { cancel(own) })
		_, err := get(ctx, rt, "/")
		if !errors.Is(err, own) || !errors.Is(err, context.Canceled) || err.Error() != ctxerr.Of(ctx).Error() {
			t.Errorf("error %v", err)
		}
		quiet(t, l)
	})
}
