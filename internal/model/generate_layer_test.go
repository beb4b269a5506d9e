package model_test

import (
	"net/http"
	"time"

	"github.com/gracy-go/gracy/concurrency"
	"github.com/gracy-go/gracy/retry"
	"github.com/gracy-go/gracy/throttle"
	"github.com/gracy-go/gracy/timeout"
	"github.com/gracy-go/gracy/transport"
)

// weigh is the cost and the weight of a request.
func weigh(req *http.Request) int {
	switch req.Method {
	case http.MethodPost:
		return 2
	case http.MethodHead:
		return 0
	}
	return 1
}

// layer returns a layer of a kind with random settings.
func (g gen) layer(kind string) layerSpec {
	l := layerSpec{kind: kind}
	switch kind {
	case "retry":
		l.policy = retry.Policy{
			Attempts: pick(g, 0, 1, 2, 3, 5), Delay: pick(g, 0, 0, retry.NoDelay, 10*time.Millisecond, time.Second),
			Jitter: pick(g, retry.FullJitter, retry.EqualJitter, retry.NoJitter), Unsafe: g.chance(0.1), MarkAmbiguous: g.chance(0.2),
			Repeats: pick(g, retry.IgnoreRepeats, retry.IgnoreRepeats, retry.YieldToRepeats, retry.RejectRepeats),
		}
		if g.chance(0.2) {
			l.policy.MaxHint = pick(g, time.Second, 3*time.Second, time.Hour)
		}
		if g.chance(0.3) {
			l.policy.IdempotencyKey = retry.NewIdempotencyKey
		}
		if l.flag = g.chance(0.7); l.flag {
			l.policy.Budget = retry.NoBudget()
		} else if g.chance(0.5) {
			l.policy.Budget = retry.NewBudget(retry.BudgetConfig{Reserve: pick(g, 1, 3, retry.NoReserve), Ratio: 0.5, Window: time.Second})
		}
		if g.chance(0.2) {
			l.policy.BufferLimit = pick(g, retry.NoBuffer, 16, 64)
		}
		if g.chance(0.1) {
			l.policy.Statuses = []int{404, 503}
		}
		if g.chance(0.1) {
			l.policy.Delays = map[int]time.Duration{503: pick(g, 0, time.Second), 429: time.Second}
		}
	case "throttle":
		for range g.IntN(3) {
			r := throttle.Rule{
				Limit: 1 + g.IntN(4), Per: pick(g, 100*time.Millisecond, time.Second, time.Second, 3*time.Second),
				Mode: pick(g, throttle.Window, throttle.Window, throttle.UntilResponse, throttle.Paced),
			}
			if g.chance(0.3) {
				r.Margin = throttle.NoMargin
			}
			if g.chance(0.2) {
				r.Host = "a.test"
			}
			if g.chance(0.2) {
				r.Method = pick(g, "GET", "POST")
			}
			if g.chance(0.15) {
				r.MaxQueue = pick(g, 1, 2, throttle.NoQueue)
			}
			if g.chance(0.15) {
				r.MaxWait = pick(g, 500*time.Millisecond, 2*time.Second)
			}
			if g.chance(0.1) {
				r.Cost = weigh
			}
			l.rules = append(l.rules, r)
		}
		if g.chance(0.4) {
			l.pause = throttle.Pause{Scope: pick(g, transport.ScopeHost, transport.ScopeRoute, transport.ScopeAll), OnEmpty: g.chance(0.3), WholeScope: g.chance(0.3)}
			if g.chance(0.3) {
				l.pause.Fixed = time.Second
			}
			if g.chance(0.3) {
				l.pause.Max = pick(g, time.Second, throttle.NoPause)
				if l.pause.Max < 0 {
					l.pause.Fixed = 0
				}
			}
		}
	case "concurrency":
		for range 1 + g.IntN(2) {
			r := concurrency.Limit{Max: 1 + g.IntN(3), Scope: pick(g, transport.ScopeHost, transport.ScopeRoute, transport.ScopeAll)}
			if g.chance(0.2) {
				r.Weight = weigh
			}
			if g.chance(0.15) {
				r.Host = "a.test"
			}
			if g.chance(0.15) {
				r.Method = pick(g, "GET", "POST")
			}
			if g.chance(0.15) {
				r.MaxQueue = pick(g, 1, 2, concurrency.NoQueue)
			}
			if g.chance(0.15) {
				r.MaxWait = pick(g, 500*time.Millisecond, 2*time.Second)
			}
			if g.chance(0.1) {
				r.Max *= 4
				r.Adaptive = &concurrency.Adaptive{Start: 2}
			}
			l.limits = append(l.limits, r)
		}
	case "timeout":
		l.cfg = timeout.Config{
			Total:      pick(g, 0, 500*time.Millisecond, time.Second, 3*time.Second, 60*time.Second, timeout.NoTimeout),
			Idle:       pick(g, 0, 500*time.Millisecond, time.Second, timeout.NoTimeout),
			FromUpload: g.chance(0.2),
		}
	case "perattempt":
		l.d = pick(g, 0, 100*time.Millisecond, time.Second, 2*time.Second)
	case "hook":
		if g.chance(0.3) {
			l.d = g.dur() + 3*time.Microsecond // Before takes this long
		}
		l.flag = g.chance(0.15)         // After fails
		l.strict = g.chance(0.15)       // FailOnError
		l.n = pick(g, 0, 0, 0, 0, 5, 3) // every nth call is vetoed
	case "bearer":
		l.d = g.dur()                // a fetch takes this long
		l.n = pick(g, 0, 0, 0, 2, 3) // every nth fetch fails
		l.flag = g.chance(0.3)       // tokens expire after 20 s
	case "fretry":
		l.n = 2 + g.IntN(2)
	case "hedge":
		l.d = pick(g, 10*time.Millisecond, 100*time.Millisecond, time.Second)
	}
	return l
}
