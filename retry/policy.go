package retry

import (
	"context"
	"net/http"
	"time"

	"github.com/hashicorp/go-retryablehttp"

	"github.com/gracy-go/gracy/layer"
)

// A Policy says which requests are sent again, how often and after which waits.
// The zero Policy is the documented default, and each zero field means the default
// that it names. It is a value: [New] and [Policy.Attach] read it once.
//
// Its fields come in six groups: how often; whether another attempt could help;
// whether this request may be sent again; how long to wait; how it is sent again; and
// the bounds of all calls together. Of the four fields that decide whether another
// attempt could help, Statuses and Errors replace one half of the default each, When
// and CheckRetry the whole.
type Policy struct {
	// HOW OFTEN
	//
	// Attempts is the largest number of attempts, the first included. Default 3;
	// 1 never retries.
	Attempts int

	// WHETHER ANOTHER ATTEMPT COULD HELP
	//
	// Statuses are the statuses that are retried, in place of those that
	// [verdict.Status] calls retryable: 408, 425, 429, 500, 502, 503, 504, 529. An
	// empty list that is not nil is none. A response that the caller accepts
	// ([transport.Expect]) is never retried.
	Statuses []int
	// Errors reports which transport errors are retried, in place of
	// ErrorPropagatedRetryPolicy. It is not called for a canceled call.
	Errors func(error) bool
	// When decides alone about statuses, errors and the server's own word; Statuses,
	// Errors and CheckRetry must be unset then. [DefaultCondition] is what decides
	// where none of the four is set.
	When Condition
	// CheckRetry decides alone about statuses and errors, as in go-retryablehttp:
	// an error that it returns with false is returned in place of the outcome.
	CheckRetry retryablehttp.CheckRetry

	// WHETHER THIS REQUEST MAY BE SENT AGAIN
	//
	// Unsafe also sends again what is not idempotent: a POST may then do its work
	// more than once.
	Unsafe bool
	// IdempotencyKey returns an idempotency key for each call that is not idempotent
	// and has no key in any form. It goes into the header that [transport.KeyHeader]
	// declares for the request, to checkout.com, klarna.com and paypal.com into theirs
	// ([verdict.Idempotent]), else into Idempotency-Key. All attempts of the call and its
	// redirects within the origin carry the same; another origin gets none.
	// [NewIdempotencyKey] returns a random one, bare; quote it for servers that keep
	// to the draft. An empty key is none. It is called concurrently. Default none.
	IdempotencyKey func() string
	// Reconcile is called after an ambiguous attempt, before anything is sent
	// again: it looks up whether the request did its work. A response ends the
	// call as its outcome; an error ends it in an [AmbiguousError] that wraps both;
	// with neither the work was not done, and the request is sent again as if it
	// were idempotent. It gets the request that was sent, whose body is used up,
	// and may make calls with its context. Default none.
	Reconcile func(sent *http.Request, e *AmbiguousError) (*http.Response, error)
	// MarkAmbiguous wraps the error of a request that was sent, got no response
	// and is not idempotent in an [AmbiguousError], also after one attempt.
	MarkAmbiguous bool

	// HOW LONG TO WAIT
	//
	// Delay is the longest first wait, before jitter, after faults and throttles
	// alike. Default 100 ms after faults, 1 s after throttles without a hint.
	// [NoDelay] waits only where the server asks for it.
	Delay time.Duration
	// Multiplier is the factor by which each further wait grows. Default 2; 1 is
	// constant.
	Multiplier float64
	// MaxDelay caps the growth. Default 5 s after faults, 20 s after throttles, or ten
	// times Delay where that is longer.
	MaxDelay time.Duration
	// Jitter is how waits are spread. Default [FullJitter]. After a throttle without a
	// hint FullJitter spreads as [EqualJitter] does, since a quota is not refilled at
	// once; where an inner layer holds back other requests meanwhile, up to a tenth of
	// the wait is added instead.
	Jitter Jitter
	// Delays are the exact waits after single statuses, without jitter; the waits
	// after other statuses grow on behind them. A status whose delay is 0 is retried
	// without a wait.
	Delays map[int]time.Duration
	// MaxHint is the longest wait that a server may ask for; a response that asks
	// for more is returned at once. Default 90 s: a minute is the commonest window, and
	// rounding and spreading add to it.
	MaxHint time.Duration
	// Backoff computes the waits in place of Delay, Multiplier, MaxDelay and
	// Jitter, as in go-retryablehttp: LinearJitterBackoff and
	// RateLimitLinearJitterBackoff plug in unchanged. It is given Delay (default
	// 100 ms), MaxDelay (5 s or more) and the number of retries so far; the response is
	// nil after errors. It is not called where an inner layer waits for the
	// server's hint.
	Backoff retryablehttp.Backoff
	// Rand returns numbers in [0, 1) for the jitter, concurrently. Default
	// math/rand/v2.
	Rand func() float64

	// HOW IT IS SENT AGAIN
	//
	// PrepareRetry may change the request of each further attempt, as in
	// go-retryablehttp: to sign it again, for example. An error ends the call.
	PrepareRetry retryablehttp.PrepareRetry
	// Jar, which should be that of the http.Client, gets the cookies of responses that
	// are followed by another attempt, and that attempt carries them. The client does
	// that for the last response alone. Default none: such cookies are lost.
	Jar http.CookieJar
	// AttemptHeader is a header in which the second and further attempts carry
	// their number. Default none. A redirect begins a series of its own: its first
	// request carries none.
	AttemptHeader string
	// BufferLimit is how many bytes of a body that has no GetBody and cannot seek
	// are kept for a further attempt. Default 17 MiB of a body with a Content-Length, a
	// part of 16 MiB with the signatures of its chunks, and 1 MiB of another; [NoBuffer]
	// keeps none. A body whose Content-Length is above the limit is kept as one without,
	// so that it can be sent again as long as no more than that was read.
	BufferLimit int64
	// BufferTotal bounds the bytes that are kept at any one time for all calls of the
	// layer, whatever stacks it is part of: a body with a Content-Length counts whole from
	// its first byte on, until its call has ended. One that no longer fits is sent once, and
	// the ledger says so. Default 68 MiB, or four times BufferLimit where that is more. A
	// policy of a context compares the bytes that the layer keeps with its own bound.
	BufferTotal int64

	// THE BOUNDS OF ALL CALLS TOGETHER
	//
	// Budget bounds the retries to each host. Default: an adaptive budget of the
	// layer ([BudgetConfig.Adaptive]). NewBudget(BudgetConfig{}) is the fixed one:
	// at most 10 % of the calls, whatever the outcomes. Layers and clients may share
	// one; [NoBudget] allows any number.
	Budget *Budget
	// Repeats says what becomes of a request that a layer above sends again itself
	// after its failure was returned, so that the attempts of both do not multiply.
	// Default [YieldToRepeats]: it is sent once. A loop that asks the same again, such as
	// a poll, looks like one until it has a success: [IgnoreRepeats] retries each of its
	// calls. What an SDK marks as a further attempt
	// (X-Stainless-Retry-Count, Amz-Sdk-Request, gccl-attempt-count) is sent at most
	// once whatever this says.
	Repeats Repeats
}

// Attach makes a Policy an override: it replaces the policy of the layer for
// the calls made with the context. It panics on a policy that New panics on. A
// Policy without a Budget spends the layer's.
func (p Policy) Attach(ctx context.Context) context.Context {
	return layer.WithSetting(ctx, compile(p))
}

// NoDelay as [Policy.Delay] means no backoff: only hints are waited for.
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
