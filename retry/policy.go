package retry

import (
	"context"
	"net/http"
	"time"

	"github.com/hashicorp/go-retryablehttp"

	"github.com/gracy-go/gracy/layer"
)

// A Policy says which requests are sent again, how often and after which waits. Each zero
// field means the default that it names. [New] and [Policy.Attach] copy the policy.
//
// The fields come in six groups: how often; whether another attempt could help; whether
// the request may be sent again; how long to wait; how it is sent again; and bounds for
// all calls together. Of the four fields that decide whether another attempt could help,
// Statuses and Errors each replace half of the default. When and CheckRetry replace all of
// it.
type Policy struct {
	// HOW OFTEN
	//
	// Attempts is the maximum number of attempts, including the first. Default 3;
	// 1 never retries.
	Attempts int

	// WHETHER ANOTHER ATTEMPT COULD HELP
	//
	// Statuses replaces the statuses that are retried by default, those that
	// [verdict.Status] calls retryable: 408, 425, 429, 500, 502, 503, 504, 529. An
	// empty list that is not nil retries none. A response that the caller accepts
	// ([transport.Expect]) is never retried.
	Statuses []int
	// Errors reports whether to retry after a transport error. It replaces
	// ErrorPropagatedRetryPolicy and is not called for a canceled call.
	Errors func(error) bool
	// When replaces the whole default ([DefaultCondition]): it decides about statuses,
	// errors and headers such as X-Should-Retry. Statuses, Errors and CheckRetry must
	// be unset then.
	When Condition
	// CheckRetry replaces the whole default, as in go-retryablehttp. An error that it
	// returns together with false is returned in place of the outcome.
	CheckRetry retryablehttp.CheckRetry

	// WHETHER THIS REQUEST MAY BE SENT AGAIN
	//
	// Unsafe also sends again what is not idempotent. A POST may then do its work
	// more than once.
	Unsafe bool
	// IdempotencyKey returns a key for each call that is not idempotent and has none. The
	// key goes into the header that [transport.KeyHeader] declares for the request, else,
	// for checkout.com, klarna.com and paypal.com, into the header of the vendor
	// ([verdict.Idempotent]), else into Idempotency-Key. All attempts of the call and its
	// redirects within the origin carry the same key. Other origins get none. [NewIdempotencyKey]
	// returns a random key without quotes; add them for servers that follow the IETF
	// draft. An empty key is not sent. The function is called concurrently. Default nil: no key.
	IdempotencyKey func() string
	// Reconcile finds out whether a request did its work. It is called after an ambiguous
	// attempt, before anything is sent again. If it returns a response, that is the outcome
	// of the call. If it returns an error, the call fails with an [AmbiguousError] that wraps
	// both errors. If it returns neither, the work was not done, and the request is sent again
	// as if it were idempotent. The body of the request that it gets is used up. It may
	// make calls with the context of that request. Default nil.
	Reconcile func(sent *http.Request, e *AmbiguousError) (*http.Response, error)
	// MarkAmbiguous wraps the error of a request that was sent, got no response and is
	// not idempotent in an [AmbiguousError], even after a single attempt.
	MarkAmbiguous bool

	// HOW LONG TO WAIT
	//
	// Delay is the first wait, before jitter, after faults and throttles alike.
	// Default 100 ms after faults, 1 s after throttles without a hint. [NoDelay] waits
	// only if the server asks for it.
	Delay time.Duration
	// Multiplier is the factor by which each further wait grows. Default 2; 1 is
	// constant.
	Multiplier float64
	// MaxDelay limits the growth of the waits. Default 5 s after faults and 20 s after
	// throttles, or ten times Delay if that is longer.
	MaxDelay time.Duration
	// Jitter is how waits are spread. Default [FullJitter]. After a throttle without a
	// hint, FullJitter works like [EqualJitter], because a quota is not refilled at once.
	// If an inner layer holds back other requests meanwhile, up to a tenth of the wait is
	// added instead.
	Jitter Jitter
	// Delays are exact waits, without jitter, after particular statuses; 0 retries
	// without a wait. These attempts count for the growth of other waits.
	Delays map[int]time.Duration
	// MaxHint is the longest wait that a server may ask for. A response that asks for more
	// is returned at once. Default 90 s: a minute is the most common window, and
	// rounding and spreading add to it.
	MaxHint time.Duration
	// Backoff computes the waits, as in go-retryablehttp, in place of Delay, Multiplier,
	// MaxDelay and Jitter. LinearJitterBackoff and RateLimitLinearJitterBackoff can be
	// used unchanged. Its arguments are Delay (default 100 ms), MaxDelay (default 5 s or
	// more), the number of retries so far, and the response, which is nil after an error.
	// It is not called while an inner layer waits for the server's hint.
	Backoff retryablehttp.Backoff
	// Rand returns numbers in [0, 1) for the jitter. It is called concurrently. Default
	// math/rand/v2.
	Rand func() float64

	// HOW IT IS SENT AGAIN
	//
	// PrepareRetry may change the request before each further attempt, as in
	// go-retryablehttp: for example, to sign it again. An error ends the call.
	PrepareRetry retryablehttp.PrepareRetry
	// Jar stores the cookies of responses that are followed by another attempt, and that
	// attempt carries them. It should be the Jar of the http.Client, which itself sees
	// only the last response. Default nil: such cookies are lost.
	Jar http.CookieJar
	// AttemptHeader is a header that carries the number of the attempt, from the second
	// on. Default none. The first request after a redirect carries none.
	AttemptHeader string
	// BufferLimit is how many bytes are kept for a further attempt of a body that has no
	// GetBody and cannot seek. Default 17 MiB for a body with a Content-Length (a part of
	// 16 MiB with the signatures of its chunks) and 1 MiB for any other. [NoBuffer]
	// keeps none. A body with a longer Content-Length is treated as one without: it can be
	// sent again if no more than that was read.
	BufferLimit int64
	// BufferTotal bounds the bytes that are kept at any one time for all calls of the
	// layer, in all its stacks. A body with a Content-Length counts in full from its first
	// byte until its call ends. A body that no longer fits is sent once, and the ledger
	// says so. Default 68 MiB, or four times BufferLimit if that is more. A policy
	// in a context applies its own bound to all bytes that the layer keeps.
	BufferTotal int64

	// THE BOUNDS OF ALL CALLS TOGETHER
	//
	// Budget bounds the retries to each host. Default: an adaptive budget of the
	// layer ([BudgetConfig.Adaptive]). NewBudget(BudgetConfig{}) is a fixed budget: in each
	// window of 10 s at most 10, plus 10 % of the calls, whatever the outcomes. [NoBudget]
	// allows any number. Layers and clients may share a budget.
	Budget *Budget
	// Repeats says what happens to a request that a layer above, such as an SDK, sends
	// again after its failure was returned. It keeps the attempts of both from multiplying.
	// Default [YieldToRepeats]: it is sent once. A loop that repeats a request, such as a
	// poll, looks the same until it succeeds; [IgnoreRepeats] retries each of its calls.
	// What an SDK marks as a further attempt (X-Stainless-Retry-Count, Amz-Sdk-Request,
	// gccl-attempt-count) is sent at most once whatever Repeats says.
	Repeats Repeats
}

// Attach implements [transport.Override]: p replaces the policy of the layer for calls made
// with the context. Without a Budget, p uses that of the layer. Attach panics if [New] would.
func (p Policy) Attach(ctx context.Context) context.Context {
	return layer.WithSetting(ctx, compile(p))
}

// NoDelay is a [Policy.Delay] of zero: there is no backoff, only hints are waited for.
const NoDelay time.Duration = -1

// NoBuffer is a [Policy.BufferLimit] of zero: no bytes of a body are kept.
const NoBuffer int64 = -1

// Off is an override that makes one attempt:
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
