// Package throttle keeps within the rate limits of other people's servers:
//
//	client := &http.Client{Transport: gracy.Chain(
//		throttle.New(throttle.Rule{URL: `/pokemon/`, Limit: 10, Per: 90 * time.Second}),
//	)}
//
// # Rules
//
// No window of the length Per, wherever it begins, holds more than Limit sends
// ([Window]). A request leaves as soon as that allows, not after a whole window.
// All rules that match it are asked and counted in one step: what one rule holds
// back uses up nothing of another. [UntilResponse] holds at the server too,
// whatever the latency; [Bucket] counts as go-limiter's memorystore does, and
// [Rule.Store] takes any store of go-limiter, for a limit that a fleet shares.
// Package throttle/exact has the exact window as such a store. [Paced] spreads the
// sends as well. [Limiter.SetRules] changes the rules while requests run and wait.
//
// Requests that need the same rules leave first come, first served; a
// [transport.Priority] is worth seconds of waiting. One that needs less may overtake
// one that has to wait, as long as that one is not made to wait longer: no request
// is starved, and none waits for what only others need. A request that leaves the
// queue gives its place back. A request that cannot leave before the deadline of its
// context is rejected at once, and so is one that finds 10,000 others waiting.
//
// A rule with a Cost counts something else than requests; what a request cost is
// reported afterwards, with [WithUsage] and [Usage.Report].
//
// # Pauses
//
// A response of 429, or of 503 or 403 with a hint (Retry-After and its dialects, or the
// body of a 429 or 403), holds back what has not left yet, until the time that it names; it is on without
// any rule: throttle.New(). See [Pause] for scope, cap, fixed cool-down, dry run
// and how to switch it off, and [NewLimiter] for how to set them. Many such responses
// make one pause; a longer one prolongs it, a shorter one never cuts it. After its
// end one request leaves first, then one more with each second and each response
// that asks for nothing more, then all. The response itself comes back at once; an
// outer retry layer leaves the wait to the pause. What that layer waits after a 429
// without a hint is a pause of the route.
//
// # Defaults
//
// Per 1 s; Margin a 50th of Per, at most 50 ms; mode Window; one count for all
// keys; queue 10,000 per rule, key and pause; no MaxWait. Pauses are on, per
// origin, for at most 90 s; at most 1024 are kept.
//
// # What comes back
//
// An [Error] for each rejection, which names the rule, a hash of the key, the wait
// and the queue, and matches its reason ([ErrDeadline],
// [ErrFull], [ErrCost], [ErrClosed], [ErrStore]) and [verdict.ErrRejected]:
// nothing was sent, nothing was used up. The error of the context where that
// ended. Waits stand in the ledger ([layer.Quota], [layer.Pause]) and
// are emitted as events. What a [Rule.Store] took for its reply is such a wait, without
// an event, where it was more than 10 ms. What takes quota and is then not sent, by the veto of a
// hook or from a recording, is given back; a token of a store, to the next request.
//
// # Place
//
// Inside retry, replay and concurrency, next to the wire: each attempt pays, a
// replayed response does not. A slot held by an outer layer is suspended during a
// wait and reacquired before anything is counted. Outside of concurrency the
// limits hold as well, but a slot may be held while quota is waited for. Inner
// layers that take their time (a token fetch, say) make the sends later than
// their timestamps; Margin allows for 50 ms, UntilResponse for any time.
//
// # Override
//
// A limiter made for the purpose takes the place of the layer's for the calls of
// a context, [Off] neither counts nor waits nor learns:
//
//	ctx = transport.With(ctx, throttle.Off)
//
// # What it will not do
//
// It does not slow down by itself, does not raise its rules to what a server
// says is left, and does not forget: a rule with many keys in use counts those
// beyond 10,000 together rather than not at all.
//
// # For those who read on
//
// What a user sees stands in rule.go, pause.go, limiter.go, usage.go and errors.go; trip.go is a call,
// observe.go what its response says.
// shell.go has the mutex, the clock and the timer; wait.go is the wait of one request: channel, context and holds.
// internal/admission decides which request goes next, a state machine without any of these.
// internal/meter counts what is spent, internal/pauses keeps the pauses; both are pure as well.
// outer.go is a limiter around an inner layer that makes requests wait.
package throttle
