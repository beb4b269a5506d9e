package transport

import (
	"context"
	"strings"
	"sync"

	"github.com/gracy-go/gracy/internal/setting"
	"github.com/gracy-go/gracy/layer"
)

// A Trace collects the calls made with a context: redirect hops, and failures, which have no
// response to get the Call from. It is safe for concurrent use.
type Trace struct {
	setting setting.Collector // what WithTrace attaches to a context

	mu    sync.Mutex // mu guards calls
	calls []*Call
	room  [1]*Call // backing array of calls: most requests are one call
}

// traced is a context with its Trace, in one allocation.
type traced struct {
	context.Context
	list  setting.List
	trace Trace
}

func (t *traced) Value(key any) any {
	if _, ok := key.(setting.Key); ok {
		return &t.list
	}
	return t.Context.Value(key)
}

// WithTrace attaches a new Trace to a context. Every call begun with that
// context is added to it; calls made inside a call are not.
func WithTrace(ctx context.Context) (context.Context, *Trace) {
	t := &traced{Context: ctx}
	t.trace.setting.To = (*collector)(&t.trace)
	t.trace.calls = t.trace.room[:0]
	t.list.Put(ctx.Value(setting.Key{}), &t.trace.setting)
	return t, &t.trace
}

// TraceFrom returns the Trace that was attached to ctx, or nil if there is none.
func TraceFrom(ctx context.Context) *Trace {
	s, ok := setting.From[*setting.Collector](ctx)
	if !ok {
		return nil
	}
	c, _ := s.To.(*collector)
	return (*Trace)(c)
}

// Calls returns the calls so far, in the order in which they began.
func (t *Trace) Calls() []*Call {
	if t == nil {
		return nil
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	return append([]*Call(nil), t.calls...)
}

// String explains all calls, one after the other: see [Call.String].
func (t *Trace) String() string {
	if t == nil {
		return "<nil>"
	}
	var b strings.Builder
	for i, c := range t.Calls() {
		if i > 0 {
			b.WriteByte('\n')
		}
		b.WriteString(c.String())
	}
	return b.String()
}

// collector is a Trace with the method by which a call adds itself. It is a type of its own so that
// a Trace does not have the method.
type collector Trace

// CallBegan adds a call.
func (c *collector) CallBegan(call setting.Holder) {
	began, ok := call.(*layer.Call)
	if !ok {
		return
	}
	c.mu.Lock()
	c.calls = append(c.calls, (*Call)(began))
	c.mu.Unlock()
}
