// Package concurrency bounds how many requests are on the way at once:
//
//	client := &http.Client{Transport: gracy.Chain(
//		concurrency.New(concurrency.Limit{Max: 20}),
//	)}
//
// # Slots
//
// A request takes a slot of every limit that matches it, of the narrowest first
// (route or key, host, all; then the smallest Max), and keeps it until the body of its answer has ended: at EOF, Close or an
// error, once. So ten downloads under a limit of one run one at a time. A body
// that nobody refers to any longer and nobody has closed is a leak: where half of
// the slots are in use, it is found by the garbage collector, told as
// [layer.BodyLeaked] (the logging layer logs it at ERROR), and closed, so
// that its slot and its connection come back. What is more work than other
// requests takes more slots, by [Limit.Weight].
//
// Who finds no slot waits, first come, first served; a heavy request is not
// overtaken by light ones. A request that leaves the queue gives its place back; one that finds 256 others waiting is refused.
// A slot is laid down while a layer further in waits for a rate limit or the
// end of a pause, and taken up again before the request goes: requests that
// cannot go do not keep back those that can.
//
// # Adaptive
//
// With [Limit.Adaptive] Max is a ceiling, and the slots of each key are found
// below it, from refusals, timeouts and the time to headers.
//
// # Defaults
//
// Max has none. Slots are per host; the queue holds 256 per host; the wait is
// bounded by the request's context alone. 10,000 keys in use at once are told
// apart, further ones share their slots; keys not in use are forgotten.
//
// # What comes back
//
// An [Error] where the queue was full ([ErrFull]), MaxWait was over
// ([ErrDeadline]) or the weight is above Max ([ErrWeight]): nothing was sent, and
// it matches [verdict.ErrRejected]. The
// error of the context where that ended. Waits stand in the ledger
// ([layer.Queue]) and are told as events.
//
// # Place
//
// Inside retry and replay, outside throttle: each attempt takes a slot, a
// replayed answer and a backoff take none. Elsewhere the limits hold as well;
// outside of retry a slot is kept through all attempts and backoffs.
//
// # Override
//
// A limiter made for the purpose takes the place of the layer's for the calls
// of a context, [Off] takes no slot:
//
//	var slow = concurrency.New(concurrency.Limit{Max: 5})
//	ctx = transport.With(ctx, slow)
//
// # What it will not do
//
// It does not know that a call was made from inside another one that holds a
// slot, in a hook or for a token: with all slots taken by such calls nobody
// gets on. Attach [Off] to them. Several limits belong into one New: of three
// limiters in a stack each may have what the others wait for. It does not find
// the right Max by itself unless asked to, and an adaptive limit is no rate
// limit: for quotas there is throttle.
package concurrency
