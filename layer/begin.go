package layer

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/gracy-go/gracy/internal/declare"
	"github.com/gracy-go/gracy/internal/hint"
	"github.com/gracy-go/gracy/internal/setting"
	"github.com/gracy-go/gracy/transport/verdict"
)

// callContext makes a Call the context of its request without giving Call the methods of a context.
type callContext struct {
	context.Context
	call Call
}

type attemptKey struct{}

func (cc *callContext) Value(key any) any {
	switch key.(type) {
	case setting.Key:
		return &cc.call
	case attemptKey:
		return cc.call.Attempt()
	case hint.BodyKey:
		return cc.call.Attempt().asked()
	case declare.Key:
		return cc
	}
	return cc.Context.Value(key)
}

// begin makes the Call of req and runs the layer in it. nearest is the value of setting.Key in the
// context of req. A goroutine that waits keeps the stack of begin, so what has a large frame is
// separate: 4 KiB are enough for a request that waits under an http.Client, but not for much more.
func (b *built) begin(req *http.Request, nearest any) (resp *http.Response, err error) {
	c := newCall(b, req, nearest)
	if c.settings != nil {
		obey(c, req)
	}
	done := false
	defer func() {
		if !done {
			abandon(c, resp)
		}
	}()
	if c.Wants(CallBegin) {
		emitBegin(c)
	}
	resp, err = b.trip(c, &c.req, b.send)
	if err != nil || resp == nil {
		resp, err = nil, failure(resp, err)
	}
	conclude(c, resp, err)
	done = true
	return resp, err
}

// conclude ends the last attempt of a call, and the call.
func conclude(c *Call, resp *http.Response, err error) {
	a := c.Attempt()
	if resp == nil {
		a.End(nil, err)
	} else {
		complete(&c.req, resp)
		if w := a.For(resp); w != a {
			a = w
			c.current.Store(w)
		}
		a.End(resp, nil)
		if !a.is(flagOwned) {
			a.wrap(resp)
		}
	}
	leave(c)
}

// obey does what the settings of a call ask for at its beginning.
func obey(c *Call, req *http.Request) {
	if _, ok := setting.Lookup[verdict.Expect](c.Settings()); ok {
		c.flags.Or(callExpects)
	}
	if t, ok := setting.Lookup[*setting.Collector](c.Settings()); ok {
		t.To.CallBegan(c)
	}
	if c.settings.Needy() {
		findUntaken(c, req)
	}
}

// emitBegin has an Event on its stack.
//
//go:noinline
func emitBegin(c *Call) { c.Emit(Event{Kind: CallBegin}) }

// newCall only makes the Call. It has a request on its stack.
//
//go:noinline
func newCall(b *built, req *http.Request, nearest any) *Call {
	cc := new(callContext)
	c := &cc.call
	c.begunBy = b
	if cc.Context = req.Context(); nearest != nil {
		cc.Context = c.inherit(req, nearest)
	}
	c.req = *req.WithContext(cc)
	c.first.call = c
	c.first.number = 1
	c.first.start = time.Now()
	return c
}

var errPanicked = errors.New("layer: an inner layer or the base panicked")

// leave marks the Call as returned and closes the rows whose responses a foreign layer threw away.
func leave(c *Call) {
	c.flags.Or(callReturned)
	if c.further.Load() != 0 {
		for a := range c.Attempts() {
			if a.is(flagReturned) {
				supersede(a)
			}
		}
	}
	untaken := ""
	if c.settings.Needy() {
		untaken = noteUntaken(c)
	}
	if c.Wants(CallEnd) {
		c.Emit(Event{Kind: CallEnd, Attempt: c.Attempt(), Text: untaken})
	}
}

// abandon does the work of leave after a panic. The caller gets no response, so the body of a
// response that has arrived is closed.
func abandon(c *Call, resp *http.Response) {
	c.flags.Or(callReturned)
	if a := c.Attempt(); a.flags.Or(flagEnding)&flagEnding == 0 {
		a.close(verdict.Unjudged, errPanicked)
	}
	if resp != nil {
		_ = resp.Body.Close()
	}
}

// inherit takes over the settings in the context of the request and returns the context to derive
// from. It leaves out the context of another Call (of a token fetch, a hook, or taken from a
// response), so that contexts do not nest forever. Settings for a Call that is still running are
// not inherited, unless this is the same request, inside a foreign layer that hides the rest of the
// stack.
func (c *Call) inherit(req *http.Request, nearest any) context.Context {
	ctx := req.Context()
	var outer *Call
	switch v := nearest.(type) {
	case *Call:
		outer = v
		if v.returned() || sameRequest(req, &v.req) {
			c.settings = v.settings
			c.flags.Or(v.flags.Load() & callCut)
		}
	case *setting.List:
		c.settings = v
		if outer = enclosing(v); outer != nil && !outer.returned() && !sameRequest(req, &outer.req) {
			c.flags.Or(callCut)
		}
	}
	for {
		switch own := ctx.(type) {
		case *attemptContext:
			if own.attempt.call != outer {
				return ctx
			}
			ctx = own.Context
		case *callContext:
			if &own.call != outer {
				return ctx
			}
			return own.Context
		default:
			return ctx
		}
	}
}

// sameRequest reports whether a is b or a shallow copy of b.
func sameRequest(a, b *http.Request) bool { return a.URL == b.URL && a.Method == b.Method }
