package transport

import (
	"context"
	"strings"
	"sync"
)

// A Trace collects the calls of one user-level request: redirect hops, and
// failures, which have no response to ask. It is safe for concurrent use.
type Trace struct {
	mu    sync.Mutex
	calls []*Call
}

// WithTrace attaches a new Trace to a context. Every call begun with that
// context adds itself; calls made inside of a call do not.
func WithTrace(ctx context.Context) (context.Context, *Trace) {
	t := new(Trace)
	return WithSetting(ctx, t), t
}

// Calls returns the calls so far, in the order in which they began.
func (t *Trace) Calls() []*Call {
	t.mu.Lock()
	defer t.mu.Unlock()
	return append([]*Call(nil), t.calls...)
}

// String explains all calls.
func (t *Trace) String() string {
	var b strings.Builder
	for i, c := range t.Calls() {
		if i > 0 {
			b.WriteByte('\n')
		}
		b.WriteString(c.String())
	}
	return b.String()
}

func (t *Trace) add(c *Call) {
	t.mu.Lock()
	t.calls = append(t.calls, c)
	t.mu.Unlock()
}
