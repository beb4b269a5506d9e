package timeout

import (
	"context"
	"net/http"
	"net/http/httptrace"
	"sync/atomic"
	"time"

	"github.com/gracy-go/gracy/layer"
)

// visit is what an [AttemptTimeout] knows of an attempt and of the connection that it
// is on, from its trace: one allocation with the trace and the deadline in it.
type visit struct {
	trace    httptrace.ClientTrace
	conns    *conns
	limit    time.Duration // the limit of the attempt, 0 for none
	patience time.Duration // how long its body may be silent, at least quiet
	deadline *deadline     // &limited, nil without a limit
	limited  deadline

	sends     atomic.Int32 // how often it got a connection
	responded atomic.Bool  // the first byte of a response is there
	tracked   atomic.Bool  // it was on a connection that conns keeps
	plain     atomic.Bool  // its connection has no TLS
	late      atomic.Bool  // its time is over: nothing more may be sent
	over      atomic.Bool  // it enters no connection any more
	cut       atomic.Bool  // its connection was closed for that

	// conns.mu guards the fields below.
	attempt *layer.Attempt // whose body it is
	at      *shared        // the connection that it is on, nil if none is kept
	since   time.Time      // when it got the connection
	before  int64          // what had been received there by then
}

// visit returns what follows an attempt with the limit d, and the context that reports to
// it.
func (cs *conns) visit(ctx context.Context, d time.Duration) (*visit, context.Context) {
	v := &visit{conns: cs, limit: d, patience: patienceOf(ctx), attempt: layer.AttemptFrom(ctx)}
	v.trace.GotConn = v.gotConn
	v.trace.GotFirstResponseByte = v.gotByte
	return v, httptrace.WithClientTrace(ctx, &v.trace)
}

func (v *visit) gotConn(i httptrace.GotConnInfo) {
	v.sends.Add(1)
	if !v.conns.enter(v, i) {
		v.deadline.stop(v.deadline.err.Load())
	}
}

func (v *visit) gotByte() { v.responded.Store(true) }

// received returns a number that grows with each part of the response, and with each
// part of the request: its peer makes room for those.
func (v *visit) received() (n int64) {
	if v.responded.Load() {
		n = 1 + v.attempt.Bytes()
	}
	if v.deadline != nil {
		n += v.deadline.moved.Load()
	}
	return n
}

// report enters into the row how often the base sent the request.
func (v *visit) report() {
	if v != nil {
		layer.SetSends(v.attempt, int(v.sends.Load()))
	}
}

// own follows the response to the end of its body.
func (v *visit) own(resp *http.Response) {
	v.responded.Store(true)
	if v.plain.Load() {
		v.conns.learn(resp.ProtoMajor)
	}
	if v.deadline == nil && !v.tracked.Load() {
		v.over.Store(true)
		return
	}
	a := v.attempt
	if w := a.For(resp); w != a {
		v.conns.mu.Lock()
		v.attempt = w
		v.conns.mu.Unlock()
	}
	a.Own(resp, v)
}

// BodyEnd implements [layer.BodyEnder].
func (v *visit) BodyEnd(*layer.Attempt) {
	if v.deadline != nil {
		v.deadline.stop(nil)
	}
	v.conns.leave(v)
}
