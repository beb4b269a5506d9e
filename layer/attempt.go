package layer

import (
	"context"
	"io"
	"net/http"
	"strconv"
	"time"

	"github.com/gracy-go/gracy/internal/ctxerr"
	"github.com/gracy-go/gracy/internal/hint"
	"github.com/gracy-go/gracy/transport/verdict"
)

// An Attempt is one try of a [Call]: a row of its ledger, what layers hold for it, and the body of
// its response. The row is open while the attempt runs and closes once. Figures of an open row are
// zero, except waits that have ended.
//
// Until it ends, its setters belong to the goroutine that runs it. Everything
// else is safe for concurrent use.
type Attempt struct {
	row
	call  *Call
	next  nextAttempt
	body  io.ReadCloser
	hooks [inline]BodyEnder
	ties  ties
}

// AttemptFrom returns the attempt that ctx belongs to, or nil outside a call. A layer calls it on
// the way in.
func AttemptFrom(ctx context.Context) *Attempt {
	if cc, ok := ctx.(*callContext); ok && cc.call.further.Load() == 0 {
		return &cc.call.first
	}
	return attemptIn(ctx)
}

// attemptIn is AttemptFrom for what is rare. Apart, it needs no room on the stack of the others.
func attemptIn(ctx context.Context) *Attempt {
	if cc := near(ctx); cc != nil {
		return cc.call.Attempt()
	}
	a, _ := ctx.Value(attemptKey{}).(*Attempt)
	return a
}

// AttemptOf returns the attempt that received resp. Of concurrent attempts that is the winner,
// which need not be the latest. It is nil for a nil response and for one that no layer has seen. A
// layer calls it on the way back.
func AttemptOf(resp *http.Response) *Attempt {
	if resp == nil || resp.Request == nil {
		return nil
	}
	return AttemptFrom(resp.Request.Context())
}

// attemptContext is the context of an attempt that runs in a goroutine of its own.
type attemptContext struct {
	context.Context
	attempt *Attempt
	inside  uint32 // the place of the layer right inside a foreign one that the request is in, 0 for none
}

func (ac *attemptContext) Value(key any) any {
	switch key.(type) {
	case attemptKey:
		return ac.attempt
	case concurrentKey:
		return ac
	case hint.BodyKey:
		return ac.attempt.asked()
	}
	return ac.Context.Value(key)
}

type concurrentKey struct{}

// concurrent reports whether ctx belongs to an attempt in a goroutine of its own, which may outlive
// its call.
func concurrent(ctx context.Context) bool { return ctx.Value(concurrentKey{}) != nil }

// Context returns a context in which [AttemptFrom] returns a. An attempt that runs beside others
// sends its request with it. So does one that follows an attempt with such a context. Any other
// sequential attempt needs none. An inner layer may make further attempts, so End the one that
// [Attempt.For] returns for the response.
func (a *Attempt) Context(parent context.Context) context.Context {
	inside := uint32(0)
	if around, _ := parent.Value(concurrentKey{}).(*attemptContext); around != nil && around.attempt.call == a.call {
		inside = around.inside
	}
	return &attemptContext{parent, a, inside}
}

// Call returns the call that a belongs to.
func (a *Attempt) Call() *Call { return a.call }

// For returns the attempt of the same call that received resp: of concurrent attempts the winner,
// or a later one made by an inner layer. Without a response it returns a or, if a has ended, the
// last one that followed it. It also returns a for a response of another call, since the base may
// be a client with a stack of its own.
func (a *Attempt) For(resp *http.Response) *Attempt {
	if a.call.further.Load() == 0 {
		return a // there is no other
	}
	return received(a, resp)
}

// received is For in a call of several attempts. Inlined into For, it would keep For from being
// inlined.
//
//go:noinline
func received(a *Attempt, resp *http.Response) *Attempt {
	if resp == nil {
		if a.is(flagEnding) {
			return latest(a)
		}
		return a
	}
	if w := AttemptOf(resp); w != nil && w.call == a.call {
		return w
	}
	return a
}

// SetReplayed records that the response came from a recording. recorded is how long the headers
// took when it was made, 0 if that is not known.
func (a *Attempt) SetReplayed(recorded time.Duration) {
	a.flags.Or(flagReplayed)
	if recorded > 0 {
		x := a.more()
		x.mu.Lock()
		x.recorded = recorded
		x.mu.Unlock()
	}
}

// SetSends records how often the base sent the request of the attempt, as a trace has shown. A
// negative n means that no byte of it left. The attempt is then [verdict.Retryable] if it has no
// response, not [verdict.Ambiguous], unless a foreign layer returns another error than it got: it may
// have sent the request elsewhere. If n is above 1, net/http itself has sent the request again
// after a broken connection, and the row gets a note. Only the first note counts, and none is made
// if the trace has seen further attempts.
func SetSends(a *Attempt, n int) {
	switch {
	case n < 0:
		a.flags.Or(flagUnsent)
	case n > 1 && !a.Ended() && a.call.Attempt() == a && a.flags.Or(flagResent)&flagResent == 0:
		a.AddNote("sent " + strconv.Itoa(n) + " times by the transport")
	}
}

// TakeHint claims the wait that the server asked for in its response. It returns true to the first
// layer that calls it, which must wait. The others leave the wait to it.
func (a *Attempt) TakeHint() bool { return a.flags.Or(flagHint)&flagHint == 0 }

// AddWait records a wait before the attempt was sent.
func (a *Attempt) AddWait(w Wait, d time.Duration) {
	if d <= 0 || w >= waitKinds {
		return
	}
	x := a.more()
	x.mu.Lock()
	x.waits[w] += d
	x.mu.Unlock()
}

// AddNote adds a note to the row: "hint 2s", "body over 1 MiB: not replayable". It must hold no
// secret.
func (a *Attempt) AddNote(text string) {
	x := a.more()
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.notes != "" {
		x.notes += "; "
	}
	x.notes += text
}

// End judges the outcome and closes the row. It is called by the layer that makes the attempts, and
// by outer layers that want the verdict on the way back. The call does it for its last attempt.
// Only the first End closes the row. Later ones return its verdict, unless an outer layer has made
// another outcome of it meanwhile: then they return the verdict of that. A 403 or 429 is also judged by the
// start of its body ([LimitOf]). An accepted response is passed to the check of the call's
// [verdict.Expect], unless it is a stream, longer than 1 MiB or slower than 10 s. What the check
// read is restored. While the check runs, other callers get [verdict.Unjudged].
//
// resp is nil if there was none; its Body may be replaced.
func (a *Attempt) End(resp *http.Response, err error) verdict.Verdict {
	if a.is(flagEnded) && resp != nil && statusOf(resp) == a.status {
		return a.verdict
	}
	return endOpen(a, resp, err)
}

// endOpen is End for a row that may still be open.
func endOpen(a *Attempt, resp *http.Response, err error) verdict.Verdict {
	switch f := a.flags.Or(flagEnding); {
	case f&flagEnding != 0:
		return ended(a, resp, err)
	case f&flagReturning != 0:
		awaitKept(a)
	}
	if err == nil && resp != nil && resp.StatusCode >= 200 && resp.StatusCode < 300 && a.call.flags.Load()&callExpects == 0 && !a.call.Wants(AttemptEnd) {
		a.headers = time.Since(a.start)
		a.status = statusOf(resp)
		a.close(verdict.OK, nil)
		return verdict.OK
	}
	return judge(a, resp, err)
}

// ended is End for a row that another End has closed or is closing.
func ended(a *Attempt, resp *http.Response, err error) verdict.Verdict {
	switch {
	case !a.is(flagEnded), resp != nil && statusOf(resp) == a.status, resp == nil && a.status == 0 && ctxerr.Is(err, a.Err()):
		return a.Verdict()
	}
	return verdict.Judge(&a.call.req, resp, err, a.call.Expect())
}

// judge does the work of End for the caller that has set flagEnding.
func judge(a *Attempt, resp *http.Response, err error) verdict.Verdict {
	returned := false
	defer func() {
		if !returned && resp != nil { // a check or an observer panicked
			_ = resp.Body.Close()
		}
	}()
	e := a.call.Expect()
	v := raised(a, verdict.Judge(&a.call.req, resp, err, e))
	if err == nil {
		v = limited(LimitOf(a, resp), v)
	}
	a.headers = time.Since(a.start)
	a.status = statusOf(resp)
	if resp != nil && (e.Check != nil || e.Whole > 0) && e.Accepts(resp.StatusCode) && checkable(resp) {
		if err = check(a, resp, e); err != nil {
			v = raised(a, judgeCheck(&a.call.req, err))
		}
	}
	a.close(v, err)
	if a.call.Wants(AttemptEnd) {
		a.call.Emit(Event{Kind: AttemptEnd, Attempt: a, Limit: bound(a.call), Response: resp, Err: err})
	}
	returned = true
	return v
}

// close publishes the row.
func (a *Attempt) close(v verdict.Verdict, err error) {
	if err != nil || a.extra.Load() != nil {
		a.setErr(err)
	}
	a.verdict = v
	a.flags.Or(flagEnded)
}

// statusOf returns the status code of a response, or 0 without one.
func statusOf(resp *http.Response) uint16 {
	if resp == nil {
		return 0
	}
	return uint16(max(resp.StatusCode, 0)) //nolint:gosec // a status has three digits
}
