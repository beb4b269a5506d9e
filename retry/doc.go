// Package retry makes further attempts of a call that failed, where that is
// useful, safe, ahead of the deadline and within a budget:
//
//	client := &http.Client{Transport: gracy.Chain(
//		retry.New(retry.Policy{Attempts: 4, Delay: time.Second, Multiplier: 1.5}),
//	)}
//
// # Two checks
//
// The first check asks whether another attempt could help. Statuses: those that
// [verdict.Status] calls retryable, which are 408, 425, 429, 500, 502, 503, 504 and
// 529, and a failed check of an accepted response ([transport.Expect]); a response
// that the caller accepts is never retried. A 409 that is not accepted is retried where a
// further attempt with an idempotency key gets it, since the one before may be in
// progress. Transport errors: those that
// go-retryablehttp's ErrorPropagatedRetryPolicy retries, bare or wrapped; an unknown
// host, a bad certificate, plain HTTP where TLS was asked for and a malformed request
// are final. The server's own word, X-Should-Retry or Stripe-Should-Retry, goes
// before its status. [Policy] replaces any part of it, also by a CheckRetry function
// of go-retryablehttp. A rejection ([verdict.ErrRejected]) is final, whatever the
// policy says, unless its error has a method Retryable() bool that returns true: a
// circuit breaker inside of retry can ask that way for another attempt.
//
// The second check asks whether this request may be sent again: it is idempotent
// ([verdict.Idempotent], or declared so by [transport.Safe]) or was given a key ([Policy.IdempotencyKey]), and not
// [verdict.Conditional] if its response was lost, or provably
// nothing was sent, or the response was 429, or a lookup says that nothing was done
// ([Policy.Reconcile]), or the policy says [Policy.Unsafe]. CONNECT, upgrades and
// requests with trailers are sent once, and 425 is followed by one attempt. The
// outcome of a request that may not be sent again is returned unchanged.
//
// # Defaults
//
// The zero Policy makes 3 attempts, the first counted. Waits have full jitter:
// up to 100 ms, doubling to 5 s, after faults; at least half of 1 s, doubling to
// 20 s, where the server asked for fewer calls and did not say when to come back. What
// the server asks for (Retry-After and its dialects, or the body of a 429 or 403) is a minimum to which at most
// 10 % or 1 s is added; above 90 s the response is returned at once. If it asks again,
// the wait is at least twice as long. A wait that would end past the
// deadline of the context, http.Client.Timeout included, does not begin. An adaptive
// [Budget] ([BudgetConfig.Adaptive]) allows retries while the failures of a host look
// independent of each other, and next to none from the tenth failure of an outage
// on; a 429 is no failure of a host.
//
// # What is returned
//
// The last outcome. A response is returned unread and without an error, whatever
// its status. An error after the first attempt is wrapped in an [Error] that knows
// attempts, time and the ledger; the error of a first attempt is not. The ledger
// says why there was no further attempt ([layer.Call.StopReason]).
//
// # Bodies
//
// Further attempts get their body from GetBody, when the wait is over and what the base
// still reads of the attempt before is cut off, since the GetBody of some SDKs rewinds the
// one body that there is ([bodies.Guard]). A body that can seek goes back to where it was;
// any other is kept while it is sent ([Policy.BufferLimit]), as long as all that the layer
// keeps is within its bound ([Policy.BufferTotal]). What is not kept is sent once, and the
// ledger says what would make it replayable. A body that fails or comes up short the
// second time takes the place of no response: the one that was there is returned, with
// the first 16 KiB of its body.
//
// # Place
//
// Inside metrics, logging and the total timeout; outside replay, concurrency,
// throttle and the attempt timeout, so that each attempt is judged, recorded
// and paid for, and no slot is held during a wait. Of two retry layers in one
// stack the outer one acts. What an SDK around the client sends again is sent once: a
// request that X-Stainless-Retry-Count, Amz-Sdk-Request or gccl-attempt-count marks as
// a further attempt, and a repeat of one whose failure was returned ([Policy.Repeats]).
//
// # Override
//
// A Policy replaces that of the layer for the calls of a context, [Off] makes
// one attempt:
//
//	ctx = transport.With(ctx, retry.Policy{Attempts: 5})
//	ctx = transport.With(ctx, retry.Off)
//
// # What it will not do
//
// It does not time attempts out (package timeout), hold back later calls to a
// host that asked for a pause (package throttle), or follow redirects: each hop
// is a call of its own.
package retry
