// Package concurrency bounds how many requests are in flight at once:
//
//	client := &http.Client{Transport: gracy.Chain(
//		concurrency.New(concurrency.Limit{Max: 20}),
//	)}
//
// # Slots
//
// A request acquires a slot of every limit that matches it and keeps it until the
// body of its response has ended: at EOF, Close or an error, once. So ten
// downloads under a limit of one run one at a time. A body that nothing refers to
// any longer and that was never closed is a leak: where half of the slots are in
// use, the garbage collector finds it, [layer.BodyLeaked] is emitted (the
// logging layer logs it at ERROR), and the body is closed, so that its slot and
// its connection come back. A request that is more work than others takes more
// slots, by [Limit.Weight].
//
// A request that finds no slot waits, first come, first served; a heavy request is
// not overtaken by light ones. A request that leaves the queue gives its place
// back; one that finds 256 others waiting is rejected. The slots of several limits
// are acquired in one step: a request that waits for one of them holds none of the
// others. So it may be overtaken by requests that need only those, but not for
// ever: once that has delayed it, free slots are kept for it.
//
// A slot is suspended while an inner layer waits for a rate limit or the end of a
// pause, and reacquired before the request goes: requests that cannot go do not
// hold up those that can.
//
// # Streams
//
// A watch or a session of events is a body that does not end, and keeps its slot. With
// [Limit.Streams] such requests have slots of their own:
//
//	concurrency.New(
//		concurrency.Limit{Max: 20, Streams: concurrency.ExceptStreams},
//		concurrency.Limit{Max: 100, Streams: concurrency.OnlyStreams},
//	)
//
// # Adaptive
//
// With [Limit.Adaptive] Max is a ceiling, and the slots of each key are found
// below it, from 429s, 503s, timeouts and the time to headers.
//
// # Defaults
//
// Max has none. Slots are per host; the queue holds 256 per host; the wait is
// bounded by the request's context alone. 10,000 keys in use at once are kept
// apart, further ones share their slots; keys not in use are forgotten.
//
// # What comes back
//
// An [Error] where the queue was full ([ErrFull]), MaxWait was over
// ([ErrDeadline]) or the weight is above Max ([ErrWeight]): nothing was sent, and
// it matches [verdict.ErrRejected]. The error of the context where that ended, with
// the limit in its text if it waited for a slot.
// Waits stand in the ledger ([layer.Queue]) and are emitted as events.
//
// # Place
//
// Inside retry and replay, outside throttle: each attempt acquires a slot, a
// replayed response and a backoff none. Elsewhere the limits hold as well; outside
// of retry a slot is kept through all attempts and backoffs.
//
// # Override
//
// A limiter made for the purpose takes the place of the layer's for the calls of a
// context, [Off] acquires no slot, and [transport.Priority] decides which of the
// waiting requests goes first:
//
//	var slow = concurrency.New(concurrency.Limit{Max: 5})
//	ctx = transport.With(ctx, slow)
//
// # What it will not do
//
// It does not know that a call was made from inside another one that holds a slot,
// in a hook or for a token: with all slots in use by such calls none of them goes
// on. Attach [Off] to them. Several limits belong into one New: of three limiters
// in a stack each may have what the others wait for. It does not find the right
// Max by itself unless asked to, and an adaptive limit is no rate limit: for
// quotas there is throttle.
package concurrency
