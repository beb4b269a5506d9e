package hook

import "context"

// Yield suspends what the call of a hook holds, such as the slot of a concurrency limit, until
// the hook returns. Call it in a hook before you wait for something that needs other requests
// under the same limit, such as a channel, a condition, or a call through another client that
// shares the limit. Otherwise hooks in all slots could wait for each other. Calls through a stack
// with the same handle do not need it.
//
// ctx is the context of the hook. With any other context Yield does nothing.
func Yield(ctx context.Context) {
	for r := runOf(ctx); r != nil; r = r.outer {
		r.suspend()
	}
}
