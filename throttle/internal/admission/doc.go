// Package admission decides which request goes next. It is a state machine without a mutex, timer,
// channel, context or clock. Instants are arguments, in nanoseconds since an epoch that the caller
// chooses. Results are the waiters to wake ([Core.Woken]) and when to look again
// ([Core.LookAgainAt]).
//
// In reading order:
//
//	rule.go      a Rule, and its Resources: the state of one rule and key
//	resource.go  the meters of a Resource as one
//	demand.go    a Demand: what one request takes of which resources
//	waiter.go    a Waiter: its states, and what it keeps in each
//	queue.go     a Queue: the waiters that need the same resources
//	queues.go    the queues, by what they need and by the pause that holds them back
//	held.go      which of two pauses, that of the route or the wide one, holds a demand back
//	reserve.go   what is kept for older heads, so that no younger one delays them
//	scan.go      the scheduler: which heads an event concerns, and what happens to each
//	moves.go     how a waiter leaves its queue, its line and what was kept for it
//	core.go      the Core: a request comes, waits, leaves or gives up
//	reacquire.go granted waiters that reacquire what they had suspended
//	recount.go   a request leaves later than it was counted
//	finish.go    the end of a request, and what it did cost
//	forecast.go  how long a waiter will have to wait at least
//	change.go    pauses begin, rules change, everything closes
//	state.go     what the core holds, for tests and figures
//
// Nothing here is safe for concurrent use.
package admission
