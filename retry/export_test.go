package retry

import (
	"net/http"
	"time"

	"github.com/hashicorp/go-retryablehttp"

	"github.com/gracy-go/gracy/internal/hint"
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
func (b *Budget) Hosts() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.hosts.Len()
}

// Failures returns how many failures the layer remembers, and by how much evidence.
func (r *Retry) Failures() (byFull, byEvidence int) {
	f := r.failures
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(f.byFull), len(f.byEvidence)
}

// Live returns whether calls are compared with what is remembered.
func (r *Retry) Live() bool { return r.failures.any() }

// Marks returns whether a request is marked as a further attempt of an SDK.
func Marks(req *http.Request) bool { return resentBySDK(req.Header) != "" }

// Takes returns whether a request that is sent now would be taken for a repeat.
func (r *Retry) Takes(req *http.Request) bool {
	if !r.failures.any() {
		return false
	}
	_, _, ok := r.failures.of(fingerprintOf(r.failures.seed, req), time.Now(), r.failures.count.Load())
	return ok
}

// WatchSuccess does what the detector of repeats does for a call that succeeds.
func (r *Retry) WatchSuccess(req *http.Request) bool {
	w := watch{failures: r.failures, plan: r.plan, req: req, count: r.failures.count.Load()}
	if w.rejects() != nil {
		return true
	}
	w.succeeded()
	return false
}
