package hook

import "context"

// Yield suspends what the call of a hook holds, such as the slot of a concurrency
// limit, until the hook returns. A hook calls it before it waits for something that
// other requests under the same limit must do first: without it, hooks that wait in
// every slot would wait for each other. ctx is the context that the hook was given;
// with any other context Yield does nothing.
//
// It is for authors of hooks and not of layers. Calls through a stack that has the
// same handle suspend by themselves; calls through another client that shares the
// limit, and waits on a channel or a condition, cannot be noticed.
func Yield(ctx context.Context) {
	for r := runOf(ctx); r != nil; r = r.outer {
		r.suspend()
	}
}
