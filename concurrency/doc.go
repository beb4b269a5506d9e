// Package concurrency limits how many requests are in flight at once:
//
//	client := &http.Client{Transport: gracy.Chain(
//		concurrency.New(concurrency.Limit{Max: 20}),
//	)}
//
// # Slots
//
// A request acquires a slot of every limit that matches it. It keeps the slots until the body of
// its response ends, at EOF, Close or an error, and they are released once. So ten downloads under a
// limit of one run one at a time. A request that is more work than others can take more slots, by
// [Limit.Weight].
//
// A body that was never closed and that nothing refers to any more is a leak. A body that arrives
// while at least half of the slots are in use is watched. If it leaks, the garbage collector finds
// it, [layer.BodyLost] is emitted, which the logging layer logs at ERROR, and the body is closed,
// which frees its slot and its connection.
//
// Requests wait for slots first come, first served, and light requests do not overtake a heavy
// one. A request that leaves the queue gives its place back. A request that finds 256 others waiting
// is rejected.
//
// The slots of several limits are acquired in one step: a request that waits for one of them holds
// none of the others. Requests that need only the others may therefore overtake it, but not forever:
// once that has delayed it, free slots are kept for it.
//
// A slot is suspended while an inner layer waits for a rate limit or the end of a pause, and
// reacquired before the request is sent. Requests that cannot be sent do not hold up those that can.
//
// # Streams
//
// The body of a stream, such as a watch or a session of events, may never end, so it keeps its slot.
// [Limit.Streams] gives streams slots of their own:
//
//	concurrency.New(
//		concurrency.Limit{Max: 20, Streams: concurrency.ExceptStreams},
//		concurrency.Limit{Max: 100, Streams: concurrency.OnlyStreams},
//	)
//
// # Adaptive
//
// With [Limit.Adaptive], Max is a ceiling. The number of slots of each key is found below it, from
// 429s, 503s, timeouts and the time to headers.
//
// # Defaults
//
// Max has no default. Slots are per host. The queue holds 256 requests per host, and only the
// request's context bounds the wait. Up to 10,000 keys in use at once have slots of their own, and
// the further ones share theirs. Keys not in use are forgotten.
//
// # What comes back
//
// A rejection is an [Error]: the queue was full ([ErrFull]), MaxWait was over ([ErrDeadline]) or the
// weight is above Max ([ErrWeight]). It matches [verdict.ErrRejected], and nothing was sent. If the
// context ends, the error is that of the context, with the limit in its text if the request was
// waiting for a slot. Waits are in the ledger ([layer.Queue]) and are emitted as events.
//
// # Place
//
// Put concurrency inside retry and replay, and outside throttle. Then each attempt acquires a slot,
// and a replayed response or a backoff needs none. The limits hold in any other place too, but outside
// retry a slot is kept through all attempts. During a backoff it is suspended, and the next attempt
// waits for it again.
//
// # Override
//
// A limiter in a context replaces that of the layer, and [Off] acquires no slot. A
// [transport.Priority] decides which of the waiting requests goes first.
//
//	var slow = concurrency.New(concurrency.Limit{Max: 5})
//	ctx = transport.With(ctx, slow)
//
// # What it will not do
//
// It does not know that a call is made inside another one that holds a slot, for example in a hook or
// for a token. If such calls hold all slots, none of them goes on: attach [Off] to the inner calls.
//
// It does not prevent requests from waiting for each other across several limiters of one stack: give
// all limits to one New.
//
// It does not find the right Max unless asked to, and an adaptive limit is not a rate limit: for quotas
// there is package throttle.
package concurrency
