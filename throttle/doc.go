// Package throttle keeps within the rate limits of other people's servers:
//
//	client := &http.Client{Transport: gracy.Chain(
//		throttle.New(throttle.Rule{URL: `/pokemon/`, Limit: 10, Per: 90 * time.Second}),
//	)}
//
// # Rules
//
// No window of the length Per, wherever it begins, holds more than Limit sends
// ([Window]). A request goes as soon as that allows, not after a whole window.
// All rules that match it are asked and stamped in one step: what one rule
// holds back uses up nothing of another. [Strict] holds at the server too,
// whatever the latency; [Bucket] counts as go-limiter's memorystore does, and
// [Rule.Store] takes any store of go-limiter, for a limit that a fleet shares.
// [NewStore] is the exact window as such a store. [Paced] spreads the sends as
// well. [Limiter.SetRules] changes the rules while requests run and wait.
//
// Requests that need the same rules go first come, first served; a [Priority] is
// worth seconds of waiting. One that needs less may overtake one that has to
// wait, as long as that one is not made to wait longer: nobody is starved, and
// nobody waits for what others need alone. Who leaves the queue gives his place
// back. Who cannot be in time for the deadline of his context is refused at
// once, and so is who finds 10,000 others waiting.
//
// A rule with a Cost counts something else than requests; what a request did
// cost is told afterwards, by [Track] and [Spent.Adjust].
//
// # Pauses
//
// An answer of 429, or of 503 or 403 with a hint (Retry-After and its dialects),
// holds back what has not left yet, until the time that it names; it is on without
// any rule: throttle.New(). See [Pause] for scope, cap, fixed cool-down, dry run
// and off, and [Config] for how to set them. Many such answers make one pause; a
// longer one prolongs it, a shorter one never cuts it. After its end one request
// goes first, then one more with each second and each answer that asks for
// nothing more, then all. The answer itself comes back at once; a retry layer
// further out leaves the wait to the pause.
//
// # Defaults
//
// Per 1 s; Guard a 50th of Per, at most 50 ms; mode Window; one count for all
// keys; queue 10,000 per rule, key and pause; no MaxWait. Pauses are on, per
// origin, for at most 60 s; at most 1024 are kept.
//
// # What comes back
//
// An [Error] for each refusal, which tells the rule, a hash of the key, the wait
// and the queue, and matches its reason ([ErrDeadline],
// [ErrFull], [ErrCost], [ErrClosed], [ErrStore]) and [verdict.ErrRejected]:
// nothing was sent, nothing was used up. The error of the context where that
// ended. Waits stand in the ledger ([layer.Quota], [layer.Pause]) and
// are told as events. What takes quota and is then not sent, by the veto of a
// hook or from a recording, is given back; a token of a store, to the next one.
//
// # Place
//
// Inside retry, replay and concurrency, next to the wire: each attempt pays, a
// replayed answer does not. A slot held further out is laid down during a wait
// and taken up again before anything is stamped. Outside of concurrency the
// limits hold as well, but a slot may be held while quota is waited for. Layers
// further in that take their time (a token fetch, say) make the sends later than
// their stamps; Guard allows for 50 ms, Strict for any time.
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
package throttle
