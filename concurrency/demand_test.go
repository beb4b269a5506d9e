package concurrency

import (
	"context"
	"errors"
	"math"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gracy-go/gracy/layer"
	"github.com/gracy-go/gracy/transport"
)

// A request waits at the narrowest limit that has no room.
func TestTheNarrowestLimitComesFirst(t *testing.T) {
	l := New(
		Limit{Max: 9, Scope: transport.ScopeAll}, Limit{Max: 8, Scope: transport.ScopeAll}, Limit{Max: 50}, Limit{Max: 70, Scope: transport.ScopeRoute},
		Limit{Max: 60, Key: func(*http.Request) string { return "" }},
	)
	var got []int
	for _, limit := range l.order {
		got = append(got, limit.Max)
	}
	for i, want := range []int{60, 70, 50, 8, 9} {
		if got[i] != want {
			t.Fatalf("order %v", got)
		}
	}
}

// Requests wait for two limits at the same time, and each is canceled.
func TestCancelGivesBackThePlacesOfSeveralLimits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := New(Limit{Max: 2, Scope: transport.ScopeAll}, Limit{Max: 1})
		rt := l.Wrap(&server{latency: time.Minute})
		var wg sync.WaitGroup
		for _, url := range []string{"http://a.test/", "http://b.test/"} {
			wg.Go(func() { _ = get(t.Context(), rt, url) })
		}
		synctest.Wait()
		ctx, cancel := context.WithCancel(t.Context())
		for i := range 100 {
			wg.Go(func() {
				if err := get(ctx, rt, []string{"http://a.test/", "http://b.test/", "http://c.test/"}[i%3]); !errors.Is(err, context.Canceled) {
					t.Errorf("error %v", err)
				}
			})
		}
		synctest.Wait()
		if in, n := l.InFlight(), l.Waiting(); in != 4 || n != 100 {
			t.Errorf("%d slots in use, %d waiting, want 4 and 100", in, n)
		}
		cancel()
		synctest.Wait()
		if in, n := l.InFlight(), l.Waiting(); in != 4 || n != 0 {
			t.Errorf("%d slots in use, %d waiting after all were canceled, want 4 and none", in, n)
		}
		wg.Wait()
		empty(t, l)
		for _, limit := range l.limits {
			limit.each(func(s *semaphore) {
				if s.state.Load() != 0 || s.line != nil && s.line.needed != 0 {
					t.Errorf("%v: state %x", s.key, s.state.Load())
				}
			})
		}
	})
}

// The MaxWait that counts is that of the limit that is waited for, from when the request came to
// it.
func TestMaxWaitOfSeveralLimits(t *testing.T) {
	for name, tt := range map[string]struct {
		host, all time.Duration
		want      time.Duration // 0: the request goes
		key       string        // of the limit that the error names
	}{
		"none":                              {0, 0, 0, ""},
		"of the host, which is waited for":  {5 * time.Second, 0, 5 * time.Second, "a.test"},
		"of all, after the host":            {0, 5 * time.Second, 15 * time.Second, ""},
		"of all, which is waited for later": {20 * time.Second, 7 * time.Second, 17 * time.Second, ""},
		"of neither for so long":            {11 * time.Second, 31 * time.Second, 0, ""},
		"of the host for ages":              {math.MaxInt64, 5 * time.Second, 15 * time.Second, ""},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l := New(Limit{Max: 1, Scope: transport.ScopeAll, Method: http.MethodGet, MaxWait: tt.all}, Limit{Max: 1, MaxWait: tt.host})
				rt := l.Wrap(responding(func(req *http.Request) (*http.Response, error) {
					time.Sleep(map[string]time.Duration{http.MethodPost: 10 * time.Second, http.MethodGet: 40 * time.Second}[req.Method])
					return reply(req, http.StatusOK, ""), nil
				}))
				time.Sleep(time.Hour) // instants are counted from the making of the limiter
				var wg sync.WaitGroup
				wg.Go(func() { _ = ask(t.Context(), rt, http.MethodPost, "http://a.test/") }) // the host, for 10 s
				wg.Go(func() { _ = ask(t.Context(), rt, http.MethodGet, "http://b.test/") })  // all, for 40 s
				synctest.Wait()
				start := time.Now()
				err := ask(t.Context(), rt, http.MethodGet, "http://a.test/")
				d := time.Since(start)
				if tt.want == 0 && err != nil || tt.want != 0 && (d != tt.want || !errors.Is(err, ErrDeadline)) {
					t.Errorf("after %s: %v, want %s", d, err, tt.want)
				}
				if e, ok := errors.AsType[*Error](err); ok && e.Key != tt.key {
					t.Errorf("%v, want one of the key %q", err, tt.key)
				}
				wg.Wait()
				empty(t, l)
			})
		})
	}
}

// Two requests that need the same slots come five seconds apart.
func TestMaxWaitIsThatOfEachRequest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const maxWait = 10 * time.Second
		l := New(Limit{Max: 1, MaxWait: maxWait}, Limit{Max: 1, Scope: transport.ScopeAll})
		rt := l.Wrap(&server{latency: time.Minute})
		var wg sync.WaitGroup
		wg.Go(func() { _ = get(t.Context(), rt, url) })
		for before := range 2 {
			time.Sleep(maxWait / 2)
			wg.Go(func() {
				start := time.Now()
				err := get(t.Context(), rt, url)
				if e, ok := errors.AsType[*Error](err); !ok || !errors.Is(err, ErrDeadline) || e.Queue != before || time.Since(start) != maxWait {
					t.Errorf("%v after %s, want %s, behind %d", err, time.Since(start), maxWait, before)
				}
			})
		}
		wg.Wait()
		empty(t, l)
	})
}

// A request waits for the limit for all, and meanwhile another one takes the slot of its host, which
// lets nobody wait. It has waited its turn, and the host was free when it came: it is not rejected.
func TestNoQueueOfANarrowerLimitThatWasFree(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := New(Limit{Max: 1, Scope: transport.ScopeAll, Method: http.MethodGet}, Limit{Max: 1, MaxQueue: NoQueue})
		var wg sync.WaitGroup
		hold := func(method, url string, d time.Duration) {
			wg.Go(func() {
				if err := ask(t.Context(), l.Wrap(&server{latency: d}), method, url); err != nil {
					t.Errorf("%s %s: %v", method, url, err)
				}
			})
			synctest.Wait()
		}
		hold(http.MethodGet, "http://b.test/", 10*time.Second)
		wg.Go(func() {
			start := time.Now()
			err := ask(t.Context(), l.Wrap(&server{}), http.MethodGet, "http://a.test/")
			if d := time.Since(start); err != nil || d != 20*time.Second {
				t.Errorf("%v after %s, want a response after 20s", err, d)
			}
		})
		synctest.Wait()
		hold(http.MethodPost, "http://a.test/", 20*time.Second)
		wg.Wait()
		empty(t, l)
	})
}

// A request comes to a limit with NoQueue after it has waited for another limit.
func TestNoQueueOfALaterLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := New(Limit{Max: 1, Scope: transport.ScopeAll, Method: http.MethodGet, MaxQueue: NoQueue}, Limit{Max: 1})
		rt := l.Wrap(&server{latency: time.Second})
		var wg sync.WaitGroup
		wg.Go(func() { _ = ask(t.Context(), rt, http.MethodPost, "http://a.test/") })
		synctest.Wait()
		time.Sleep(time.Second / 2)
		wg.Go(func() { _ = ask(t.Context(), rt, http.MethodGet, "http://b.test/") })
		synctest.Wait()
		start := time.Now()
		var e *Error
		if err := ask(t.Context(), rt, http.MethodGet, "http://a.test/"); !errors.Is(err, ErrFull) || !errors.As(err, &e) || e.Key != "" || time.Since(start) != time.Second/2 {
			t.Errorf("%v after %s, want %v of the limit for all after 500ms", err, time.Since(start), ErrFull)
		}
		wg.Wait()
		empty(t, l)
	})
}

// The loser of a hedge inside the layer may reacquire the slots of its call while the response of
// the other request is on its way, for which the layer asks whether they are scarce. With -race this
// finds what both use.
func TestSlotsAreReacquiredWhileAnotherRequestReadsThem(t *testing.T) {
	l := New(Limit{Max: 2, Scope: transport.ScopeAll}, Limit{Max: 1})
	trip := func(c *layer.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
		d := l.demand(c, req).own() // as that of a request that has waited
		a := layer.AttemptFrom(req.Context())
		var wg sync.WaitGroup
		wg.Go(func() {
			if err := d.Reacquire(req.Context(), a); err != nil {
				t.Error(err)
			}
		})
		wg.Go(func() { d.scarce() })
		wg.Wait()
		d.BodyEnd(a)
		return next.RoundTrip(req)
	}
	if err := get(t.Context(), layer.Wrap("trip", nil, &server{}, trip), "http://a.test/"); err != nil || l.InFlight() != 0 {
		t.Errorf("%v, %d slots in use", err, l.InFlight())
	}
}
