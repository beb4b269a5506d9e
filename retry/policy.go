package retry

import (
	"context"
	"net/http"
	"time"

	"github.com/hashicorp/go-retryablehttp"

	"github.com/gracy-go/gracy/layer"
	"github.com/gracy-go/gracy/transport/verdict"
)

// A Policy says what is tried again, how often and after which waits. Each zero
// field means the default that it names. It is a value: [New] and
// [Policy.Attach] read it once.
type Policy struct {
	// Attempts is the largest number of attempts, the first included. Default 3;
	// 1 never retries.
	Attempts int

	// Delay is the longest first wait, before jitter, after faults and throttles
	// alike. Default 100 ms after faults, 1 s after throttles without a hint.
	// [NoDelay] waits only where the server asks for it.
	Delay time.Duration
	// Multiplier is what each further wait grows by. Default 2; 1 is constant.
	Multiplier float64
	// MaxDelay caps the growth. Default 5 s after faults, 20 s after throttles, or
	// Delay where that is longer.
	MaxDelay time.Duration
	// Jitter is how waits are spread. Default [FullJitter].
	Jitter Jitter
	// Delays are the exact waits after single statuses, without jitter; those of
	// the others grow on behind them. A present 0 means no wait.
	Delays map[int]time.Duration
	// MaxHint is the longest wait that a server may ask for; above it the answer
	// comes back at once. Default 60 s.
	MaxHint time.Duration
	// Backoff computes the waits in place of Delay, Multiplier, MaxDelay and
	// Jitter, as in go-retryablehttp: LinearJitterBackoff and
	// RateLimitLinearJitterBackoff plug in unchanged. It is given Delay (default
	// 100 ms), MaxDelay (5 s) and the number of retries so far; the response is
	// nil after errors. It is not asked where a layer further in waits for the
	// server's hint.
	Backoff retryablehttp.Backoff

	// Statuses are the statuses that are tried again, in place of the default 408
	// 425 429 500 502 503 504 529. An empty list that is not nil means none.
	// What the caller accepts ([transport.Expect]) is never tried again.
	Statuses []int
	// Errors says which transport errors are tried again, in place of
	// ErrorPropagatedRetryPolicy. It is not asked about a canceled call.
	Errors func(error) bool
	// When decides alone about statuses, errors and what the server says; leave Statuses, Errors and
	// CheckRetry unset then. [Default] is the built-in answer.
	When Condition
	// CheckRetry decides alone about statuses and errors, as in go-retryablehttp:
	// an error that comes with false is returned in place of the outcome.
	CheckRetry retryablehttp.CheckRetry
	// PrepareRetry may change the request of each further attempt, as in
	// go-retryablehttp: sign it again, say. An error ends the call.
	PrepareRetry retryablehttp.PrepareRetry

	// Unsafe also sends again what is not idempotent: a POST may then do its work
	// more than once.
	Unsafe bool
	// MarkAmbiguous wraps the error of a request that was sent, was not answered
	// and is not idempotent in an [AmbiguousError], also after one attempt.
	MarkAmbiguous bool

	// Reconcile is asked after an ambiguous attempt, before anything is sent
	// again: it looks up whether the request did its work. A response ends the
	// call as its answer; an error ends it in an [AmbiguousError] that wraps both;
	// with neither the work was not done, and the request is sent again as if it
	// were idempotent. It gets the request that was sent, whose body is used up,
	// and may make calls with its context. Default none.
	Reconcile func(sent *http.Request, e *AmbiguousError) (*http.Response, error)
	// Key mints an Idempotency-Key for each call that is not idempotent and has
	// no key in either form, the same on all its attempts and redirects within
	// the origin; another origin gets none. [NewKey] is a random one, bare; quote
	// it for servers that keep to the draft. An empty key is none. It is called
	// concurrently. Default none.
	Key func() string
	// AttemptHeader is a header in which the second and further attempts carry
	// their number. Default none.
	AttemptHeader string

	// Budget bounds the retries of all calls together. Default: an adaptive
	// budget of the layer ([BudgetConfig.Adaptive]). NewBudget(BudgetConfig{}) is
	// the fixed one: at most 10 % of the calls, whatever the outcomes. Layers and
	// clients may share one; [NoBudget] is without bound.
	Budget *Budget
	// BufferLimit is how many bytes of a body that has no GetBody and cannot seek
	// are kept for a further attempt. Default 1 MiB; [NoBuffer] keeps none.
	BufferLimit int64
	// Rand returns numbers in [0, 1) for the jitter, concurrently. Default
	// math/rand/v2.
	Rand func() float64
}

// Attach makes a Policy an override: it replaces the policy of the layer for
// the calls made with the context. It panics on a policy that New refuses.
// Without a Budget of its own it spends the layer's.
func (p Policy) Attach(ctx context.Context) context.Context {
	return layer.WithSetting(ctx, compile(p))
}

// NoDelay as [Policy.Delay] means no wait of ours.
const NoDelay time.Duration = -1

// NoBuffer as [Policy.BufferLimit] keeps no bytes of a body.
const NoBuffer int64 = -1

// Off is the override that makes one attempt:
//
//	ctx = transport.With(ctx, retry.Off)
const Off off = 1

type off uint8

// Attach implements [transport.Override].
func (off) Attach(ctx context.Context) context.Context {
	return layer.WithSetting(ctx, &plan{attempts: 1})
}

// String returns "retry: off".
func (off) String() string { return "retry: off" }

// mayResend is the part of the second gate that is known before sending.
func (p *plan) mayResend(req *http.Request) bool {
	return p.unsafe || verdict.Idempotent(req)
}
