package hook

import (
	"context"
	"net/http/httptrace"
	"sync"

	"github.com/gracy-go/gracy/internal/traced"
	"github.com/gracy-go/gracy/layer"
)

// runKey is the key of the run that a context belongs to. It is a plain value
// rather than a setting of package layer, since settings end at a call, and the
// mark must reach the calls that are made inside the calls inside a hook.
type runKey struct{}

// run is one run of a hook. It marks the contexts that the hook is given, and suspends what its
// call holds if necessary.
type run struct {
	marked  mark // the context that the hook is given
	hook    *Hook
	outer   *run // the run whose hook made the call that this run is for
	attempt *layer.Attempt

	mu        sync.Mutex // mu guards over and suspended
	over      bool       // whether the hook has returned or panicked
	suspended bool       // no longer changes once over is true
}

// A mark is a context that belongs to a run, without the trace of its request.
type mark struct {
	traced.Without

	run *run
}

func (m *mark) Value(key any) any {
	if key == (runKey{}) {
		return m.run
	}
	return m.Without.Value(key)
}

// start makes r a run of h and returns ctx with its mark.
func (r *run) start(ctx context.Context, h *Hook, a *layer.Attempt) context.Context {
	r.hook, r.outer, r.attempt = h, runOf(ctx), a
	r.marked = mark{traced.Without{Context: ctx}, r}
	return &r.marked
}

// unmark removes the mark from a context that a hook has derived from its own. It restores the
// trace, in addition to one that the hook has set.
func (r *run) unmark(ctx context.Context) context.Context {
	trace := httptrace.ContextClientTrace(r.marked.Context)
	if trace != nil && runOf(ctx) == r {
		both := *trace // WithClientTrace makes it call that of the hook too
		ctx = httptrace.WithClientTrace(ctx, &both)
	}
	return context.WithValue(ctx, runKey{}, r.outer)
}

// runOf returns the innermost run that ctx belongs to, or nil.
func runOf(ctx context.Context) *run {
	r, _ := ctx.Value(runKey{}).(*run)
	return r
}

// of returns the innermost run of h, starting with r, or nil.
func (r *run) of(h *Hook) *run {
	for r != nil && r.hook != h {
		r = r.outer
	}
	return r
}

// suspend suspends what the call of the hook holds, once and only while the hook runs.
func (r *run) suspend() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.over && !r.suspended && r.attempt != nil {
		r.suspended = true
		r.attempt.Suspend()
	}
}

// end records that the hook has returned or panicked.
func (r *run) end() {
	r.mu.Lock()
	r.over = true
	r.mu.Unlock()
}

// reacquire ends the run and reacquires what was suspended during it.
func (r *run) reacquire(ctx context.Context) error {
	r.end()
	if !r.suspended {
		return nil
	}
	return r.attempt.Reacquire(ctx)
}
