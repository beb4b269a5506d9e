package retry

import (
	"time"

	"github.com/gracy-go/gracy/internal/hint"

	"github.com/hashicorp/go-retryablehttp"
)

// SetJudge replaces the function that decides about errors by default.
func (r *Retry) SetJudge(judge retryablehttp.CheckRetry) { r.plan.judge = judge }

// Judge returns the function that decides about errors by default.
func (r *Retry) Judge() retryablehttp.CheckRetry { return r.plan.judge }

// FaultWait returns the wait after the nth attempt, if it was a fault.
func FaultWait(p Policy, n int, r float64) time.Duration { return compile(p).fault.wait(n, r) }

func ThrottleWait(p Policy, n int, r float64) time.Duration { return compile(p).throttle.wait(n, r) }
func FaultCeiling(p Policy, n int) time.Duration            { return compile(p).fault.ceiling(n) }
func FaultSum(p Policy, n int) time.Duration                { return compile(p).fault.sum(n) }
func Spread(d time.Duration, r float64) time.Duration       { return spread(hint.Hint{Wait: d}, r) }

// Hosts returns how many hosts have a budget of their own.
func (b *Budget) Hosts() int { return b.published.Load().Len() }

// Failures returns how many failures the layer remembers, by request and by context.
func (r *Retry) Failures() (byFull, byContext int) {
	f := r.failures
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(f.byFull), len(f.byContext)
}

// Live returns whether calls compare themselves with what is remembered.
func (r *Retry) Live() bool { return r.failures.any() }
