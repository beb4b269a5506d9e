// Package throttle keeps calls within the rate limits of other people's servers:
//
//	client := &http.Client{Transport: gracy.Chain(
//		throttle.New(throttle.Rule{URL: `/pokemon/`, Limit: 10, Per: 90 * time.Second}),
//	)}
//
// # Rules
//
// In the default mode, [Window], no window of length Per, wherever it begins, holds more than
// Limit sends. A request leaves as soon as that allows, not at the start of the next window. The
// other modes are [UntilResponse], which is exact at the server too, whatever the latency;
// [Paced], which also spreads the sends; [Bucket], which counts as go-limiter's memorystore does;
// and [Unlimited].
//
// All rules that match a request are checked and counted in one step, so a request that one rule
// holds back uses up nothing of another. [Rule.Store] takes any store of go-limiter, for a limit
// that a fleet shares. Package throttle/exact has the exact window as such a store.
// [Limiter.SetRules] changes rules while requests run and wait.
//
// Requests that need the same rules leave first come, first served. A [transport.Priority] is
// worth seconds of waiting. A request under other rules, or with another key, may overtake a waiting
// one, as long as that one does not wait longer because of it. So no request is starved, and none
// waits for what only others need. A request that leaves the queue gives its place back.
//
// A request that cannot leave before the deadline of its context is rejected at once, and so is
// one that finds 10,000 others waiting.
//
// A rule with a Cost counts something other than requests. A cost that is known only after the
// response is reported with [WithUsage] and [Usage.Report].
//
// # Pauses
//
// A 429, or a 503 or 403 with a hint (Retry-After and its dialects, or the body of a 429 or 403),
// starts a pause: requests that have not left yet are held back until the time that it names.
// Pauses need no rule: throttle.New() is enough. [Pause] has the scope, the maximum, a fixed
// cool-down, a dry run and the way to switch pauses off; give it to [NewLimiter].
//
// Several such responses make one pause. A longer hint prolongs it, and a shorter one never cuts
// it. At its end one request leaves, then one more with each second and with each response that
// does not ask for another pause, then all.
//
// The response itself is returned at once. An outer retry layer leaves the wait to the pause, and
// what it waits after a 429 without a hint becomes a pause of the route.
//
// # Defaults
//
// Per is 1 s. Margin is a 50th of Per, at most 50 ms. The mode is Window, with one count for all
// keys. The queue holds 10,000 requests per rule, key and pause, and there is no MaxWait. Pauses
// are on, per origin, for at most 90 s. At most 1024 pauses are kept.
//
// # What comes back
//
// A rejection is an [Error]. It names the rule, a hash of the key, the wait and the queue. It
// matches its reason ([ErrDeadline], [ErrFull], [ErrCost], [ErrClosed], [ErrStore]) and
// [verdict.ErrRejected]: nothing was sent and nothing used up. If the context ends during a wait,
// the error is that of the context.
//
// Waits are in the ledger ([layer.Quota], [layer.Pause]) and are emitted as events. A reply of a
// [Rule.Store] that took more than 10 ms is in the ledger too, without an event.
//
// Quota taken for a request that is then not sent, because of the veto of a hook or because a
// tape responded, is given back. A token of a store goes to the next request instead.
//
// # Place
//
// Put throttle inside retry, replay and concurrency, next to the wire. Then each attempt is
// counted, and a replayed response is not. A slot held by an outer layer is suspended during a
// wait and reacquired before anything is counted. Outside concurrency the limits hold as well, but
// a slot may be held while a request waits for quota.
//
// Inner layers that take time, such as a token fetch, delay the send after it was counted. Margin
// allows for 50 ms of that, and UntilResponse for any time.
//
// # Override
//
// A limiter in a context replaces that of the layer, and [Off] does not count, wait or react to
// responses:
//
//	ctx = transport.With(ctx, throttle.Off)
//
// # What it will not do
//
// It does not slow down by itself, and does not raise its limits to what a server says is left.
// It does not forget counts: of a rule with more than 10,000 keys in use, it counts the further
// ones together.
package throttle
