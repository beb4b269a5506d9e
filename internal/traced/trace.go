// Package traced has a context with which a layer follows the connection and the sending of a
// request by a [httptrace.ClientTrace] of its own, and a context without the trace of a request.
package traced

import (
	"context"
	"net/http/httptrace"
	"sync/atomic"
)

// Key returns the key under which package httptrace looks up the trace of a context.
func Key() any {
	var k keyOf
	httptrace.ContextClientTrace(&k)
	return k.key
}

// keyOf is a context that remembers which key it was asked for.
type keyOf struct {
	context.Context
	key any
}

func (k *keyOf) Value(key any) any {
	k.key = key
	return nil
}

// A Tracer makes the trace of a request.
type Tracer interface{ Trace() *httptrace.ClientTrace }

// A Trace is made when it is first asked for, which it is not for a request that is rejected or
// replayed. It is safe for concurrent use. The zero Trace has not been made.
type Trace struct {
	made atomic.Pointer[httptrace.ClientTrace]
}

// Of returns the trace that t makes for a request whose context is derived from outer. It also
// calls the trace of outer.
func (tr *Trace) Of(outer context.Context, t Tracer) *httptrace.ClientTrace {
	if made := tr.made.Load(); made != nil {
		return made
	}
	made := t.Trace()
	if httptrace.ContextClientTrace(outer) != nil {
		httptrace.WithClientTrace(outer, made) // makes it call the trace of outer too
	}
	tr.made.CompareAndSwap(nil, made)
	return tr.made.Load()
}

// Asked reports whether the trace has been asked for.
func (tr *Trace) Asked() bool { return tr.made.Load() != nil }
