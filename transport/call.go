package transport

import (
	"context"
	"errors"
	"iter"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

// A Call is one RoundTrip as the caller sees it, and its ledger: every attempt
// with its outcome, times and waits, and why it stopped. Each redirect hop is
// a Call of its own, linked to the one before ([Call.Previous]).
//
// Layers find it with [CallFrom], callers afterwards with [CallOf] or a
// [Trace]. Its methods are safe for concurrent use. It keeps the caller's
// context alive: keep its text or figures, not the Call.
type Call struct {
	begunBy  *built
	settings *setting
	current  atomic.Pointer[Attempt]
	extra    atomic.Pointer[callExtra]
	route    atomic.Pointer[string]
	flags    atomic.Uint32
	count    atomic.Uint32
	req      http.Request
	first    Attempt
}

// callContext makes a Call the context of its request without giving Call the
// method set of a context.
type callContext struct {
	context.Context
	call Call
}

// callExtra holds what few calls have.
type callExtra struct {
	mu   sync.Mutex
	stop string
}

const (
	callReturned uint32 = 1 << iota
	callCut             // the settings of an enclosing call end the list
	callOffline
	callRetried
	callParked // some attempt was parked once
	callKeyed
)

// callUnusual keeps a call off the short way through its layers.
const callUnusual = callReturned | callParked

type (
	stateKey   struct{} // answers *Call or *setting, whichever is nearer
	attemptKey struct{}
)

func (cc *callContext) Value(key any) any {
	switch key.(type) {
	case stateKey:
		return &cc.call
	case attemptKey:
		return cc.call.current.Load()
	}
	return cc.Context.Value(key)
}

// begin makes the Call of req and runs the layer in it.
func (b *built) begin(req *http.Request) (*http.Response, error) {
	cc := new(callContext)
	c := &cc.call
	c.begunBy = b
	cc.Context = c.inherit(req)
	c.req = *req.WithContext(cc)
	c.first.call = c
	c.first.number = 1
	c.first.start = time.Now()
	c.count.Store(1)
	c.current.Store(&c.first)
	if c.settings != nil {
		if t, ok := lookup[*Trace](c.settings, c.cut()); ok {
			t.add(c)
		}
	}
	var resp *http.Response
	done := false
	defer func() {
		if !done {
			c.abandon(resp)
		}
	}()
	if c.Wants(CallBegin) {
		c.Emit(Event{Kind: CallBegin})
	}
	resp, err := either(b.trip(c, &c.req, b.send))
	a := c.current.Load()
	if err != nil {
		a.End(nil, err)
	} else {
		complete(&c.req, resp)
		if w := AttemptOf(resp); w != nil && w.call == c && w != a {
			a = w
			c.current.Store(w)
		}
		a.End(resp, nil)
		a.Own(resp)
	}
	c.leave()
	done = true
	return resp, err
}

var errPanicked = errors.New("transport: a panic below")

// leave marks the Call as returned and closes rows that were answered and then
// left by a foreign layer.
func (c *Call) leave() {
	c.flags.Or(callReturned)
	if c.count.Load() > 1 {
		for a := range c.Attempts() {
			if a.is(flagAnswered) {
				a.supersede()
			}
		}
	}
	if c.Wants(CallEnd) {
		c.Emit(Event{Kind: CallEnd, Attempt: c.current.Load()})
	}
}

// abandon is leave on a panic: nobody gets the answer, if there is one.
func (c *Call) abandon(resp *http.Response) {
	c.flags.Or(callReturned)
	if a := c.current.Load(); a.flags.Or(flagEnding)&flagEnding == 0 {
		a.close(Unjudged, errPanicked)
	}
	if resp != nil {
		_ = resp.Body.Close()
	}
}

// inherit takes the settings over from the context of the request and returns
// the context to derive from. A request made with the context of another Call
// (a token fetch, a hook, a context taken from a response) does not nest in it,
// and what was set for a Call that is still running is not inherited, unless
// this is the same request, below a foreign layer that hid the stack.
func (c *Call) inherit(req *http.Request) context.Context {
	ctx := req.Context()
	var enclosing *Call
	switch v := ctx.Value(stateKey{}).(type) {
	case *Call:
		enclosing = v
		if v.returned() || v.same(req) {
			c.settings = v.settings
			c.flags.Or(v.flags.Load() & callCut)
		}
	case *setting:
		c.settings = v
		if enclosing = v.enclosing(); enclosing != nil && !enclosing.returned() && !enclosing.same(req) {
			c.flags.Or(callCut)
		}
	}
	for {
		switch own := ctx.(type) {
		case *attemptContext:
			if own.attempt.call != enclosing {
				return ctx
			}
			ctx = own.Context
		case *callContext:
			if &own.call != enclosing {
				return ctx
			}
			return own.Context
		default:
			return ctx
		}
	}
}

// same reports whether req is the request of the call, or a shallow copy.
func (c *Call) same(req *http.Request) bool {
	return req.URL == c.req.URL && req.Method == c.req.Method
}

func (c *Call) returned() bool { return c.flags.Load()&callReturned != 0 }

func (c *Call) cut() bool { return c.flags.Load()&callCut != 0 }

func (c *Call) more() *callExtra {
	if x := c.extra.Load(); x != nil {
		return x
	}
	c.extra.CompareAndSwap(nil, new(callExtra))
	return c.extra.Load()
}

// CallFrom returns the Call that ctx belongs to, inside the stack; nil outside.
func CallFrom(ctx context.Context) *Call {
	if cc, ok := ctx.(*callContext); ok {
		return &cc.call
	}
	switch v := ctx.Value(stateKey{}).(type) {
	case *Call:
		return v
	case *setting:
		return v.enclosing()
	}
	return nil
}

// CallOf returns the Call that resp came from; nil if no layer of this
// project was there. After redirects it is the last hop's.
func CallOf(resp *http.Response) *Call {
	if resp == nil || resp.Request == nil {
		return nil
	}
	return CallFrom(resp.Request.Context())
}

// Request returns the request of the call as its outermost layer handed it on.
// It must not be changed.
func (c *Call) Request() *http.Request { return &c.req }

// Previous returns the Call that was redirected to this one, nil if none was.
func (c *Call) Previous() *Call { return CallOf(c.req.Response) }

// Attempts walks the attempts in the order in which they began.
func (c *Call) Attempts() iter.Seq[*Attempt] {
	return func(yield func(*Attempt) bool) {
		for a := &c.first; a != nil; a = a.next.Load() {
			if !yield(a) {
				return
			}
		}
	}
}

// Attempt returns the attempt that runs now or ran last.
func (c *Call) Attempt() *Attempt { return c.current.Load() }

// Count returns the number of attempts begun, the first included.
func (c *Call) Count() int { return int(c.count.Load()) }

// NextAttempt begins a further attempt and its row. With the cause [Retry] it
// becomes the current one, and the one before must be over; a concurrent
// attempt needs the context of [Attempt.Context].
func (c *Call) NextAttempt(cause Cause) *Attempt {
	a := c.append(cause)
	if cause == Retry {
		a.inherit(c.current.Swap(a))
	}
	return a
}

// append opens a row.
func (c *Call) append(cause Cause) *Attempt {
	a := &Attempt{call: c, cause: cause, start: time.Now()}
	last := &c.first
	for {
		a.number = last.number + 1
		if last.next.CompareAndSwap(nil, a) {
			break
		}
		last = last.next.Load()
	}
	c.count.Add(1)
	return a
}

// Stop notes why the call ended, for the ledger: "budget empty", "hint 5m0s is
// past the deadline in 12s". The last one stands.
func (c *Call) Stop(reason string) {
	x := c.more()
	x.mu.Lock()
	x.stop = reason
	x.mu.Unlock()
}

// Stopped returns what [Call.Stop] noted, "" if nothing.
func (c *Call) Stopped() string {
	x := c.extra.Load()
	if x == nil {
		return ""
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.stop
}

// SetIdempotent says that a layer has given the request an idempotency key:
// what is lost on the way is then [Retryable], not [Ambiguous].
func (c *Call) SetIdempotent() { c.flags.Or(callKeyed) }

// SetOffline says that an answer came from a recording: nobody is spared by
// waiting, so the sleeps between attempts become zero.
func (c *Call) SetOffline() { c.flags.Or(callOffline) }

// Offline reports whether [Call.SetOffline] was called.
func (c *Call) Offline() bool { return c.flags.Load()&callOffline != 0 }

// ClaimRetry makes the asker the one layer that may make further attempts in
// this call; it is false if another one does already. Who got it gives it back
// with [Call.ReleaseRetry], also on a panic.
func (c *Call) ClaimRetry() bool { return c.flags.Or(callRetried)&callRetried == 0 }

// ReleaseRetry ends a claim.
func (c *Call) ReleaseRetry() { c.flags.And(^callRetried) }

// Wants reports whether an observer of the stack listens to any of the kinds.
// Ask it before the work that only an event needs.
func (c *Call) Wants(kinds Kind) bool { return c.begunBy.wants&kinds != 0 }

// Emit tells the observers of the stack, outermost first, in the calling
// goroutine. It fills in the Call.
func (c *Call) Emit(e Event) {
	if !c.Wants(e.Kind) {
		return
	}
	e.Call = c
	for _, l := range c.begunBy.observers {
		if l.wants&e.Kind != 0 {
			l.Observe(e)
		}
	}
}
