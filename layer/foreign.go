package layer

import (
	"context"
	"errors"
	"net/http"
	"reflect"
	"runtime"
	"time"

	"github.com/gracy-go/gracy/transport/verdict"
)

// pass runs a layer right inside a foreign one. A foreign layer knows nothing of attempts. It may
// send again after an outcome, or beside a request that is still in progress. So each request after
// the first gets an attempt of its own here. So does one that it sends after it has returned, which
// is not that of the next attempt. One of an outer foreign layer, which the row of the next attempt is
// inside from its beginning, is not late.
func (b *built) pass(c *Call, a *Attempt, req *http.Request) (*http.Response, error) {
	late := a.is(flagUncalled) && !a.entries.entered(b.depth)
	if late || !a.entries.enter(b.depth) {
		before, lost := c.Attempt(), leftBehind(req.Context(), c)
		switch {
		case lost:
			before = inside(a, true)
		case concurrent(req.Context()):
			before = latest(a)
		}
		a = appendRow(c, Retry)
		a.entries.enter(b.depth)
		if before.entries.left(b.depth) && !late {
			if before.is(flagReturned) { // else its request has lost to another one, and is still on its way back
				supersede(before)
			}
			a.inherit(before, lost)
			if !lost && !c.returned() {
				c.current.Store(a)
			}
		}
	}
	// Its row is in its context, since the call may move on while it is still on its way.
	req = req.WithContext(&attemptContext{req.Context(), a, place(b.depth)})
	var resp *http.Response
	own := a
	err := a.Reacquire(req.Context())
	if err != nil {
		_, err = Reject(req, err)
	} else {
		resp, err = b.trip(c, req, b.send)
		// An inner layer may have made further attempts, or an outer one if the foreign layer has returned.
		if a = a.For(nil); inside(own, false).entries.left(b.depth) {
			a = lastInside(own, resp)
		}
	}
	if !ofHedge(a, resp) {
		keepOutcome(a, resp, err)
		if c.returned() { // the loser of a hedge: nobody else closes its row
			supersede(a)
		}
	}
	a.entries.leave(b.depth)
	return resp, err
}

// leftBehind reports whether a request of c with ctx is inside a foreign layer that has returned. What
// is held for the call then belongs to the next attempt of an outer layer.
func leftBehind(ctx context.Context, c *Call) bool {
	ac, _ := ctx.Value(concurrentKey{}).(*attemptContext)
	if ac == nil || ac.attempt.call != c || ac.inside == 0 {
		return false
	}
	a := inside(ac.attempt, false)
	return a.is(flagLeftBehind) && a.entries.left(int(ac.inside)-1)
}

// lastInside returns the attempt of the request of own that was made last inside a foreign layer that
// has returned. resp is its response, if it has one. The current attempt is that of an outer layer.
func lastInside(own *Attempt, resp *http.Response) *Attempt {
	if resp != nil {
		return own.For(resp)
	}
	last, current := own, own.call.Attempt()
	for row := own.next.Load(); row != nil; row = row.next.Load() {
		if row != current && !row.is(flagEnding) && follows(row, last) {
			last = row
		}
	}
	return last
}

// ofHedge reports whether a response is not that of a but of an attempt beside it, which a hedge
// inside the layer has made. A request in the context of the call is that of a, even if the call has
// moved on.
func ofHedge(a *Attempt, resp *http.Response) bool {
	return resp != nil && resp.Request != nil && concurrent(resp.Request.Context()) && a.For(resp) != a
}

// keepOutcome keeps what a foreign layer gets, in case no layer ends the row. It keeps nothing once
// the row is being closed: the foreign layer may have returned before.
func keepOutcome(a *Attempt, resp *http.Response, err error) {
	for {
		f := a.flags.Load()
		if f&flagEnding != 0 {
			return
		}
		if a.flags.CompareAndSwap(f, f|flagReturning) {
			break
		}
	}
	a.headers = time.Since(a.start)
	if resp != nil {
		a.status = statusOf(resp)
	}
	if err != nil {
		a.setErr(err)
	}
	a.flags.Or(flagReturned)
	a.flags.And(^flagReturning)
}

// awaitKept waits until keepOutcome, which had begun when the row began to be closed, has written to
// the row. That is a few instructions away.
func awaitKept(a *Attempt) {
	for a.is(flagReturning) {
		runtime.Gosched()
	}
}

// passedOn reports whether the outcome of a foreign layer is that of the request which the stack has
// seen in the row: the foreign layer has returned what it got, or wraps that alone. Otherwise it may
// have sent the request elsewhere. inside is the depth of the layer right inside the foreign one.
func passedOn(a *Attempt, err error, inside int) bool {
	if !a.entries.entered(inside) {
		return true // the stack has seen none
	}
	if !a.is(flagReturned) {
		return false // it is still on its way back
	}
	var got error
	if x := a.extra.Load(); x != nil {
		x.mu.Lock()
		got = x.err
		x.mu.Unlock()
	}
	switch {
	case got == nil, err == nil:
		return got == nil && err == nil
	case !reflect.ValueOf(got).Comparable():
		return false
	}
	for err != nil && err != got { //nolint:errorlint // an error that wraps several is not passed on
		err = errors.Unwrap(err)
	}
	return err != nil
}

// supersede closes the row of an outcome that a foreign layer threw away, with what was kept of it.
func supersede(a *Attempt) {
	if a.flags.Or(flagEnding)&flagEnding != 0 {
		return
	}
	var resp *http.Response
	var err error
	if a.status != 0 {
		resp = &http.Response{StatusCode: int(a.status)}
	} else if x := a.extra.Load(); x != nil {
		err = x.err
	}
	a.close(verdict.Judge(&a.call.req, resp, err, a.call.Expect()), err)
	if a.call.Wants(AttemptEnd) {
		a.call.Emit(Event{Kind: AttemptEnd, Attempt: a, Limit: bound(a.call), Err: err})
	}
}
