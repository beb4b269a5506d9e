package timeout

import (
	"context"
	"net/http"
	"net/http/httptrace"
	"sync/atomic"
	"time"

	"github.com/gracy-go/gracy/internal/traced"
	"github.com/gracy-go/gracy/layer"
)

// visit is what an [AttemptTimeout] knows about an attempt and its connection, from its trace. The
// deadline and the request are in the same allocation.
type visit struct {
	conns    *conns
	trace    traced.Trace
	deadline deadline
	req      http.Request

	sends     traced.Sends
	responded atomic.Bool // the first byte of a response has arrived
	tracked   atomic.Bool // it was on a connection that conns keeps
	plain     atomic.Bool // its connection has no TLS
	late      atomic.Bool // its time is over: nothing more may be sent
	over      atomic.Bool // it enters no further connection
	cut       atomic.Bool // its connection was closed because of that

	// conns.mu guards the fields below.
	attempt *layer.Attempt // the attempt that it follows
	at      *shared        // the connection that it is on, nil if none is kept
	since   time.Time      // when it got the connection
	before  int64          // what had been received on it by then
}

// visit returns a visit that follows an attempt.
func (cs *conns) visit(ctx context.Context) *visit {
	v := new(visit)
	v.conns, v.attempt = cs, layer.AttemptFrom(ctx)
	v.deadline.visit, v.deadline.patience = v, patienceOf(ctx)
	return v
}

// under returns the value of the attempt's own context for a key.
func (v *visit) under(key any) any {
	if key != v.conns.traceKey {
		return nil
	}
	return v.trace.Of(v.deadline.ctx.Parent(), v)
}

// Trace implements [traced.Tracer].
func (v *visit) Trace() *httptrace.ClientTrace {
	return &httptrace.ClientTrace{GotConn: v.gotConn, GotFirstResponseByte: v.gotByte}
}

// send sends req. The rule of the deadline is set for it.
func (v *visit) send(s *alarms, req *http.Request, next http.RoundTripper) (*http.Response, error) {
	c, now := s.now()
	v.deadline.rule.fit(req, c, now)
	v.deadline.begin(req.Context(), v, s, c, now)
	return v.deadline.within(req, &v.req, next)
}

func (v *visit) gotConn(i httptrace.GotConnInfo) {
	v.sends.GotConn(i.Conn)
	if v.conns.enter(v, i) {
		return
	}
	v.deadline.ctx.Expire(v.deadline.err.Load())
	if v.conns.exclusive(i) {
		cut(i.Conn) // net/http would write to it nevertheless
	}
}

// unconnected reports whether the base, which has asked for the trace, got no connection for the
// attempt.
func (v *visit) unconnected() bool { return v.trace.Asked() && v.sends.N() == 0 }

// unsent reports whether no request of the attempt was handed to the base: an inner layer holds it. A
// tape that takes its time stands in for the server.
func (v *visit) unsent() bool {
	v.conns.mu.Lock()
	own := v.attempt
	v.conns.mu.Unlock()
	if own == nil {
		return false
	}
	for a := range own.Call().Attempts() { // an inner layer may have sent it in a further row
		if a.Number() >= own.Number() && (a.Sent() || a.Replayed()) {
			return false
		}
	}
	return true
}

func (v *visit) gotByte() { v.responded.Store(true) }

// received returns a number that grows with each part of the response, and with each part of the
// request, since the peer makes room for that.
func (v *visit) received() (n int64) {
	if v.responded.Load() {
		n = 1 + v.attempt.Bytes()
	}
	return n + v.deadline.moved.Load()
}

// report records in the row how often the base sent the request.
func (v *visit) report() {
	if v != nil {
		layer.SetSends(v.attempt, v.sends.N())
	}
}

// own follows the response to the end of its body.
func (v *visit) own(resp *http.Response) {
	v.responded.Store(true)
	if v.plain.Load() {
		v.conns.learn(resp.ProtoMajor)
	}
	a := v.attempt
	if w := a.For(resp); w != a {
		v.conns.mu.Lock()
		v.attempt = w
		v.conns.mu.Unlock()
	}
	a.Own(resp, &v.deadline.tie)
}

// BodyEnd implements [layer.BodyEnder].
func (v *visit) BodyEnd(*layer.Attempt) {
	v.deadline.ctx.End()
	v.conns.leave(v)
}
