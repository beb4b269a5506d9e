// Package retry retries failed calls where that is useful, safe, ahead of the deadline
// and within a budget:
//
//	client := &http.Client{Transport: gracy.Chain(
//		retry.New(retry.Policy{Attempts: 4, Delay: time.Second, Multiplier: 1.5}),
//	)}
//
// # Could another attempt help?
//
// A further attempt must pass two checks. The first asks whether it could help. By
// default these outcomes pass:
//
//   - a status that [verdict.Status] calls retryable: 408, 425, 429, 500, 502, 503, 504, 529;
//   - a response that failed the caller's check ([transport.Expect]);
//   - a 409 to a further attempt with an idempotency key, since the previous attempt may
//     still be in progress;
//   - a transport error that go-retryablehttp's ErrorPropagatedRetryPolicy retries, bare or
//     wrapped. An unknown host, a bad certificate, plain HTTP instead of TLS and a malformed
//     request are final.
//
// X-Should-Retry and Stripe-Should-Retry take precedence over the status. [Policy] replaces
// any part of this, with a CheckRetry function of go-retryablehttp if you have one.
//
// Whatever the policy says, a response that the caller accepts is never retried, and a
// rejection ([verdict.ErrRejected]) is final unless its error has a method
// Retryable() bool that returns true. A circuit breaker inside retry can ask for another
// attempt that way.
//
// # May the request be sent again?
//
// The second check passes if one of these holds:
//
//   - The request is idempotent ([verdict.Idempotent]), declared safe ([transport.Safe]) or has
//     a key ([Policy.IdempotencyKey]). If its response was lost, it must not be
//     [verdict.Conditional] either.
//   - Provably nothing was sent.
//   - The response was 429.
//   - [Policy.Reconcile] found that the work was not done.
//   - The policy sets [Policy.Unsafe].
//
// A request with trailers is sent once. CONNECT and upgrades are sent again only if nothing
// was sent or after a 429. A 425 is retried once. If a request may not be sent again, its
// outcome is returned unchanged.
//
// # Defaults
//
// The zero Policy makes at most 3 attempts, including the first. Waits have full jitter. After
// a fault they are at most 100 ms, doubling to 5 s. If the server asked for fewer calls without
// saying when to come back, they are between half of 1 s and 1 s, doubling to 20 s.
//
// A hint of the server (Retry-After and its dialects, or the body of a 429 or 403) is a minimum,
// to which at most 10 % or 1 s is added. If the hint is above 90 s, the response is returned at
// once. If a request that obeyed a hint is throttled again, the next wait is at least twice as
// long. A wait that would end past the deadline of the context, http.Client.Timeout included,
// does not begin.
//
// An adaptive [Budget] ([BudgetConfig.Adaptive]) allows retries while the failures of a host look
// independent of each other, and almost none from the tenth failure of an outage on. A 429 does
// not count as a failure of the host.
//
// A request equal to one whose failure was returned at most 90 s before makes one attempt, since an
// SDK above may be retrying. In a loop that repeats a request, so does each call from the first
// failure to the next success. [Policy.Repeats] changes that.
//
// # What is returned
//
// The last outcome is returned. A response is returned unread and without an error, whatever
// its status. An error is wrapped in an [Error], with the number of attempts, the time and the
// ledger, unless it is the error of the only attempt. The ledger says why there was no further
// attempt ([layer.Call.StopReason]).
//
// # Bodies
//
// A further attempt gets its body from GetBody. GetBody is called after the wait, once the base
// can no longer read the body of the previous attempt, because the GetBody of some SDKs rewinds
// one shared body ([bodies.Guard]). Without GetBody, a body that can seek is rewound, and any other
// body is kept while it is sent, within [Policy.BufferLimit] and, for all calls of the layer,
// [Policy.BufferTotal]. A body that is not kept is sent once, and the ledger says what would make
// it replayable. If a body fails or comes up short when it is sent again, the previous response is
// returned instead, with the first 16 KiB of its body.
//
// # Place
//
// Put retry inside metrics, logging and the total timeout, and outside replay, concurrency,
// throttle and the attempt timeout. Then each attempt is judged, recorded and paid for, and no
// slot is held during a wait.
//
// Of two retry layers in one stack the outer one acts. A request that an SDK around the client
// sends again is sent once: one that X-Stainless-Retry-Count, Amz-Sdk-Request or
// gccl-attempt-count marks as a further attempt, and one that repeats a request whose failure was
// returned ([Policy.Repeats]).
//
// # Override
//
// A Policy in a context replaces that of the layer, and [Off] makes one attempt:
//
//	ctx = transport.With(ctx, retry.Policy{Attempts: 5})
//	ctx = transport.With(ctx, retry.Off)
//
// # What it will not do
//
// It does not time out attempts (see package timeout), hold back later calls to a host that asked
// for a pause (see package throttle), or follow redirects: each hop is a call of its own.
package retry
