package transport

import (
	"context"
	"strings"
	"sync"

	"github.com/gracy-go/gracy/internal/setting"
	"github.com/gracy-go/gracy/layer"
)

// A Trace collects the calls of one user-level request: redirect hops, and
// failures, which have no response to ask. It is safe for concurrent use.
type Trace struct {
	mu    sync.Mutex // mu guards calls
	calls []*Call
}

// WithTrace attaches a new Trace to a context. Every call begun with that
// context adds itself; calls made inside of a call do not.
func WithTrace(ctx context.Context) (context.Context, *Trace) {
	t := new(Trace)
	return setting.With(ctx, (*collector)(t)), t
}

// TraceFrom returns the Trace that was attached to ctx, nil if there is none.
func TraceFrom(ctx context.Context) *Trace {
	c, _ := setting.From[*collector](ctx)
	return (*Trace)(c)
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

// collector is a Trace with the method by which the calls of a context reach it,
// which those who read the Trace do not have.
type collector Trace

// CallBegan adds a call.
func (c *collector) CallBegan(call *layer.Call) {
	c.mu.Lock()
	c.calls = append(c.calls, (*Call)(call))
	c.mu.Unlock()
}
