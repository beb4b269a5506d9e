package hook

import (
	"context"
	"sync"

	"github.com/gracy-go/gracy/layer"
)

// insideKey finds the inside of a context. It is a plain value rather than a
// setting of transport, since settings end at a call, and the mark must reach
// the calls that are made inside of the calls inside.
type insideKey struct{}

// inside marks the contexts that a hook is given.
type inside struct {
	hook    *Hook
	outer   *inside
	attempt *layer.Attempt

	mu     sync.Mutex
	over   bool
	parked bool
}

// enter marks ctx.
func enter(ctx context.Context, h *Hook, a *layer.Attempt) (context.Context, *inside) {
	in := &inside{hook: h, outer: insideOf(ctx), attempt: a}
	return in.context(ctx), in
}

func (in *inside) context(ctx context.Context) context.Context {
	return context.WithValue(ctx, insideKey{}, in)
}

// leave unmarks a context that a hook has derived from its own.
func (in *inside) leave(ctx context.Context) context.Context {
	return context.WithValue(ctx, insideKey{}, in.outer)
}

func insideOf(ctx context.Context) *inside {
	in, _ := ctx.Value(insideKey{}).(*inside)
	return in
}

// of returns the innermost mark of h.
func (in *inside) of(h *Hook) *inside {
	for in != nil && in.hook != h {
		in = in.outer
	}
	return in
}

// park lays down what the call of the hook holds, while the hook runs.
func (in *inside) park() {
	in.mu.Lock()
	defer in.mu.Unlock()
	if !in.over && !in.parked && in.attempt != nil {
		in.parked = true
		in.attempt.Suspend()
	}
}

// stop says that the hook has returned or panicked.
func (in *inside) stop() {
	in.mu.Lock()
	in.over = true
	in.mu.Unlock()
}

// resume takes up again what was laid down while the hook ran.
func (in *inside) resume(ctx context.Context) error {
	in.stop()
	if !in.parked { // nobody parks any more
		return nil
	}
	return in.attempt.Reacquire(ctx)
}

// Yield lays down what the call of a hook holds, such as the slot of a concurrency
// limit, until the hook returns. Calls through a stack that the hook is part of do
// so by themselves; it is for waits of other kinds. ctx is the context that the
// hook was given; with any other one it does nothing.
func Yield(ctx context.Context) {
	for in := insideOf(ctx); in != nil; in = in.outer {
		in.park()
	}
}
