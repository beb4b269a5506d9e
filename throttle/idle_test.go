package throttle

import (
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// gridded opens its window at the ticks of a clock that stops when no request comes. A request that
// then comes waits for the next tick, as in p-queue (its issue 251).
type gridded struct {
	next  http.RoundTripper
	per   time.Duration
	mu    sync.Mutex
	begun time.Time
}

func (g *gridded) RoundTrip(req *http.Request) (*http.Response, error) {
	g.mu.Lock()
	if g.begun.IsZero() {
		g.begun = time.Now()
	}
	wait := time.Duration(0)
	if age := time.Since(g.begun); age >= g.per {
		wait = g.per - age%g.per
	}
	g.mu.Unlock()
	time.Sleep(wait)
	return g.next.RoundTrip(req)
}

// After a pause in the load nothing is left of the window: requests that fit are sent immediately,
// whatever the phase of the previous window.
func TestAWindowAfterIdleTimeIsNotDelayed(t *testing.T) {
	const limit, per, latency = 10, time.Second, 300 * time.Millisecond
	grid := func(next http.RoundTripper) http.RoundTripper { return &gridded{next: next, per: per} }
	for _, tt := range []struct {
		name string
		wrap func(http.RoundTripper) http.RoundTripper
		idle time.Duration // from the last response on
		want time.Duration // of waiting
	}{
		{"window, a moment too early", only(Rule{Limit: limit, Margin: NoMargin}), per - latency - 1, 1},
		{"window, at once", only(Rule{Limit: limit, Margin: NoMargin}), per - latency, 0},
		{"window, a phase later", only(Rule{Limit: limit, Margin: NoMargin}), per * 7 / 5, 0},
		{"window, long after", only(Rule{Limit: limit, Margin: NoMargin}), 1000*per + per/3, 0},
		{"margined, at once", only(Rule{Limit: limit}), per - latency + per/50, 0},
		{"until response, a moment too early", only(Rule{Limit: limit, Mode: UntilResponse, Margin: NoMargin}), per - 1, 1},
		{"until response, at once", only(Rule{Limit: limit, Mode: UntilResponse, Margin: NoMargin}), per, 0},
		{"until response, a phase later", only(Rule{Limit: limit, Mode: UntilResponse, Margin: NoMargin}), per * 7 / 5, 0},
		{"until response, long after", only(Rule{Limit: limit, Mode: UntilResponse, Margin: NoMargin}), 1000*per + per/3, 0},
		{"paced, its burst", only(Rule{Limit: limit, Mode: Paced, Burst: limit, Margin: NoMargin}), per * 7 / 5, 0},
		{"a grid, the control", grid, per * 7 / 5, per * 3 / 10},
	} {
		synctest.Test(t, func(t *testing.T) {
			s := &server{latency: func(*http.Request) time.Duration { return latency }}
			rt := tt.wrap(s)
			for range 3 {
				flood(t, rt, "/", limit)
				time.Sleep(tt.idle)
				start := time.Now()
				flood(t, rt, "/", limit)
				if d := time.Since(start) - latency; d != tt.want {
					t.Errorf("%s: waited %v, want %v", tt.name, d, tt.want)
				}
				time.Sleep(10 * per)
			}
		})
	}
}
