package model_test

import (
	"errors"
	"slices"
	"time"

	"github.com/gracy-go/gracy/retry"
	"github.com/gracy-go/gracy/timeout"
)

// A forecast is what docs/retry.md says about what follows an attempt.
type forecast struct {
	must, never bool
	why         string
	least, most time.Duration // from the headers to the next arrival; most 0 is unknown
}

// policyOf returns the policy that applies to a call, and whether all of its further attempts can be
// foreseen.
func (w *world) policyOf(ec *edgeCall, l layerSpec) (p retry.Policy, sure bool) {
	p, sure = l.policy, l.flag && l.policy.Repeats == retry.IgnoreRepeats
	for _, o := range ec.spec.overrides {
		switch o {
		case "policy":
			p, sure = retry.Policy{Attempts: 2, Delay: 10 * time.Millisecond}, true
		case "retry.Off":
			p = retry.Policy{Attempts: 1}
		}
	}
	if p.Attempts == 0 {
		p.Attempts = 3
	}
	if p.MaxHint == 0 {
		p.MaxHint = 90 * time.Second
	}
	return p, sure
}

// forecast returns what follows the i-th request of a call.
func (w *world) forecast(ec *edgeCall, p retry.Policy, i int) (f forecast) {
	a := ec.arrivals[i]
	never := func(why string) forecast { return forecast{never: true, why: why} }
	free := 0 // an attempt that was a little too early is not counted, once
	if p.Attempts > 1 && slices.ContainsFunc(ec.arrivals[:i], func(b *arrival) bool { return b.status == 429 || b.status == 503 }) {
		free = 1
	}
	if i+1 >= p.Attempts+free {
		return never("attempts used up")
	}
	lost := a.err != nil && a.spec.err != "dial" && a.spec.err != "dns"
	var helps bool
	switch {
	case a.err != nil && errors.Is(a.err, errSource):
		return forecast{}
	case a.err != nil && a.spec.err == "dns" && a.lateCtx == nil && !errors.Is(a.err, timeout.ErrAttempt) && !errors.Is(a.err, timeout.ErrTotal):
		return never("unknown host")
	case a.err != nil:
		helps = true
		if errors.Is(a.err, timeout.ErrAttempt) || errors.Is(a.err, timeout.ErrTotal) || errors.Is(a.err, timeout.ErrIdle) {
			lost = true
			if a.spec.err == "dial" || a.spec.err == "dns" {
				return forecast{} // unsent, as a trace knows
			}
		}
	case slices.Contains(ec.spec.expect, a.status), a.status < 300:
		return never("accepted")
	case (a.status == 307 || a.status == 302) && a.spec.location != "":
		return never("redirect")
	case p.Statuses != nil:
		helps = slices.Contains(p.Statuses, a.status)
	default:
		helps = slices.Contains([]int{408, 425, 429, 500, 502, 503, 504, 529}, a.status)
	}
	key := ec.req.Header.Get("Idempotency-Key") != "" || p.IdempotencyKey != nil && !verdictIdempotent(ec)
	if a.status == 409 && key && i > 0 && p.Statuses == nil {
		return forecast{}
	}
	throttled := a.status == 429
	if !helps {
		return never("no help")
	}
	unsent := a.err != nil && !lost
	conditional := ec.spec.ifMatch && !key && !slices.Contains(ec.spec.overrides, "safe") && (ec.req.Method == "PUT" || ec.req.Method == "DELETE")
	idem := verdictIdempotent(ec) || key
	if (!idem || conditional && lost) && !unsent && !throttled && !p.Unsafe {
		return never("not safe")
	}
	if a.status == 425 {
		for _, b := range ec.arrivals[:i] {
			if b.status == 425 {
				return never("425 twice")
			}
		}
	}
	hinted := a.err == nil && (a.spec.date || a.spec.hint > 0 || a.spec.retryAfter == "0")
	delay, most := 100*time.Millisecond, 5*time.Second
	if throttled {
		delay, most = time.Second, 20*time.Second
	}
	if p.Delay > 0 {
		delay, most = p.Delay, max(most, 10*p.Delay)
	} else if p.Delay < 0 {
		delay = 0
	}
	for range i {
		delay = min(2*delay, most)
	}
	f.most = delay
	if throttled {
		f.least = min(p.Delay, time.Second) / 2
		if p.Delay < 0 {
			f.least = 0
		} else if p.Delay == 0 {
			f.least = time.Second / 2
		}
		f.most += delay / 5
	}
	if hinted {
		if a.spec.hint > p.MaxHint {
			return never("hint above MaxHint")
		}
		f.least = a.spec.hint
		f.most = max(f.most, a.spec.hint+max(a.spec.hint/10, 1400*time.Millisecond))
		if a.spec.hint > 80*time.Second || a.spec.hint > p.MaxHint-2*time.Second {
			return f
		}
	}
	if _, ok := p.Delays[a.status]; ok {
		return forecast{}
	}
	if i > 0 && (hinted || throttled) {
		f.most = 0
	}
	if hinted || throttled {
		for _, b := range ec.arrivals[:i] {
			if b.status == 429 || b.status == 503 {
				f.most = 0 // doubled
				return f
			}
		}
	}
	switch ec.spec.body {
	case "plain", "unknown":
		if p.BufferLimit != 0 {
			return f
		}
	}
	if ec.spec.failAt > 0 {
		return f
	}
	f.must = i+1 < p.Attempts
	return f
}
