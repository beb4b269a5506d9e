package throttle

import (
	"errors"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gracy-go/gracy/transport"
	"github.com/gracy-go/gracy/transport/verdict"
)

// arrival is a request that comes at a time, and what should happen to it.
type arrival struct {
	path     string
	at       time.Duration
	p        transport.Priority
	rejected bool
	after    time.Duration // that it has waited when it is rejected or sent
}

func TestMaxWait(t *testing.T) {
	const s = time.Second
	one := Rule{Limit: 1, Per: 10 * s, MaxWait: 25 * s, Margin: NoMargin}
	patient := one
	patient.MaxWait = 0
	for _, tt := range []struct {
		name  string
		rules []Rule
		come  []arrival // the first at 0
	}{
		{"foretold: at once", []Rule{one}, []arrival{
			{"/", 0, 0, false, 0},
			{"/", 0, 0, false, 10 * s},
			{"/", 0, 0, false, 20 * s},
			{"/", 0, 0, true, 0}, // 30 s
			{"/", 6 * s, 0, false, 24 * s},
			{"/", 6 * s, 0, true, 0}, // 34 s
			{"/", 15*s + 1, 0, false, 25*s - 1},
			{"/", 25*s - 1, 0, true, 0},
			{"/", 25*s + 1, 0, false, 25*s - 1},
		}},
		{"overtaken: when its time is over", []Rule{one}, []arrival{
			{"/", 0, 0, false, 0},
			{"/a", 1 * s, 0, false, 9 * s},
			{"/b", 1 * s, 0, true, 25 * s}, // at 20 s, but for the next two
			{"/c", 12 * s, 30, false, 8 * s},
			{"/d", 25 * s, 60, false, 5 * s},
		}},
		{"overtaken without MaxWait, the control", []Rule{patient}, []arrival{
			{"/", 0, 0, false, 0},
			{"/a", 1 * s, 0, false, 9 * s},
			{"/b", 1 * s, 0, false, 39 * s},
			{"/c", 12 * s, 30, false, 8 * s},
			{"/d", 25 * s, 60, false, 5 * s},
		}},
		{"a pause begins: when its time is over", []Rule{one}, []arrival{
			{"/pause", 0, 0, false, 0}, // until 35 s
			{"/", 1 * s, 0, true, 25 * s},
			{"/", 11 * s, 0, false, 24 * s},
		}},
		{"a pause begins without MaxWait, the control", []Rule{patient}, []arrival{
			{"/pause", 0, 0, false, 0},
			{"/", 1 * s, 0, false, 34 * s},
		}},
		{"the least of two rules", []Rule{patient, one, {Limit: 10, MaxWait: 15 * s}}, []arrival{
			{"/", 0, 0, false, 0},
			{"/", 0, 0, false, 10 * s},
			{"/b", 6 * s, 0, true, 15 * s},
			{"/c", 15 * s, 30, false, 5 * s},
			{"/", 22 * s, 0, false, 8 * s},
		}},
		{"the least of two rules, which comes first", []Rule{{Limit: 10, MaxWait: 15 * s}, one}, []arrival{
			{"/", 0, 0, false, 0},
			{"/", 0, 0, false, 10 * s},
			{"/b", 6 * s, 0, true, 15 * s},
			{"/c", 15 * s, 30, false, 5 * s},
			{"/", 22 * s, 0, false, 8 * s},
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				base := &server{respond: func(req *http.Request) (*http.Response, error) {
					if req.URL.Path == "/pause" {
						return reply(req, 429, "Retry-After", "30"), nil
					}
					return reply(req, 200), nil
				}}
				base.latency = func(req *http.Request) time.Duration {
					if req.URL.Path == "/pause" {
						return 5 * s
					}
					return 0
				}
				l := New(tt.rules...)
				rt := l.Wrap(base)
				start := time.Now()
				var wg sync.WaitGroup
				for i, v := range tt.come {
					time.Sleep(time.Until(start.Add(v.at)))
					synctest.Wait() // one after the other
					wg.Go(func() {
						var err error
						d := took(func() { _, err = get(transport.With(t.Context(), v.p), rt, v.path) })
						if v.path == "/pause" {
							d -= 5 * s
						}
						var e *Error
						if (err != nil) != v.rejected || d != v.after {
							t.Errorf("number %d: after %v: %v, want %v", i, d, err, v.after)
						}
						if v.rejected && (!errors.As(err, &e) || !e.Timeout() || !errors.Is(err, verdict.ErrRejected) || d > 0 && e.Wait != d || !strings.HasPrefix(e.Rule, "1 request per 10")) {
							t.Errorf("number %d: %+v", i, err)
						}
					})
				}
				wg.Wait()
				quiet(t, l)
			})
		})
	}
}

// A request waits for the end of a pause, which a later response prolongs.
func TestMaxWaitEndsTheWaitForAPauseThatGrows(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := New(Rule{Limit: 100, MaxWait: 40 * time.Second})
		rt := l.Wrap(&server{
			latency: func(req *http.Request) time.Duration {
				if req.URL.Path == "/later" {
					return 20 * time.Second
				}
				return 0
			},
			respond: func(req *http.Request) (*http.Response, error) {
				return reply(req, 429, "Retry-After", "30"), nil
			},
		})
		var wg sync.WaitGroup
		wg.Go(func() { _, _ = get(t.Context(), rt, "/later") })
		synctest.Wait()
		_, _ = get(t.Context(), rt, "/")
		var err error
		if d := took(func() { _, err = get(t.Context(), rt, "/") }); d != 40*time.Second || !errors.Is(err, ErrDeadline) {
			t.Errorf("%v after %s, want %v after 40s", err, d, ErrDeadline)
		}
		wg.Wait()
		quiet(t, l)
	})
}

// When MaxWait ends while a request waits, the rejection says how many wait for the same at that
// time.
func TestTheEndOfMaxWaitCountsTheQueue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := New(Rule{Limit: 1, Per: 6 * time.Second, MaxWait: 15 * time.Second, Margin: NoMargin})
		rt := l.Wrap(&server{})
		_, _ = get(t.Context(), rt, "/")
		var wg sync.WaitGroup
		defer wg.Wait()
		var err error
		wg.Go(func() { _, err = get(t.Context(), rt, "/") }) // at 6 s, but for those that overtake it
		for _, after := range []time.Duration{5 * time.Second, 6 * time.Second, 3 * time.Second, 0} {
			time.Sleep(after)
			ctx := transport.With(t.Context(), transport.Priority(100))
			wg.Go(func() { _, _ = get(ctx, rt, "/") })
			synctest.Wait()
		}
		time.Sleep(2 * time.Second)
		synctest.Wait()
		e, ok := errors.AsType[*Error](err)
		if !ok || e.Queue != 2 || e.Wait != 15*time.Second {
			t.Errorf("rejected with %+v, want a wait of 15 s and 2 others in the queue", err)
		}
	})
}

// A pause that has already begun and is longer than MaxWait.
func TestMaxWaitForeseesAPause(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := New(Rule{Limit: 10, MaxWait: 5 * time.Second})
		rt := l.Wrap(&server{respond: throttled(1, 429, "Retry-After", "30")})
		flood(t, rt, "/", 1)
		if d := took(func() { _, _ = get(t.Context(), rt, "/") }); d != 0 {
			t.Errorf("rejected after %v, want at once: the pause was known", d)
		}
	})
}
