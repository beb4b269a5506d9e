package retry

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"time"

	"github.com/gracy-go/gracy/internal/ctxerr"
	"github.com/gracy-go/gracy/internal/hint"
	"github.com/gracy-go/gracy/layer"
	"github.com/gracy-go/gracy/redact"
	"github.com/gracy-go/gracy/transport/verdict"
)

// Repeats says what happens to a request that a layer above, such as an SDK, sends again
// itself; see [Policy.Repeats].
//
// A repeat is a request equal to one whose failure was returned at most 90 s before. If the
// server asked for a wait, that time is added, but at most an hour. The first success of an
// equal request ends it.
//
// Two requests are equal if their method, URL, body length and headers are. Headers that
// change with each attempt, such as dates and signatures, are not compared. If both requests
// have the same context and it can end, or the same *url.URL, only the headers that say what
// is asked for, and for whom, are compared. The layer remembers at most 1024 failures, each as
// a keyed hash.
type Repeats uint8

// The values of [Policy.Repeats]. The first is the default.
const (
	// YieldToRepeats sends a repeat once and leaves further attempts to the layer above.
	YieldToRepeats Repeats = iota
	// RejectRepeats rejects a repeat with a [RepeatError], so that only this layer
	// retries. A body cannot be compared before it is sent, so a repeat with a body is
	// rejected only if it has an idempotency key or an SDK marks it as a further attempt.
	// Otherwise it is sent once, as is a repeat to another host. Use RejectRepeats only for
	// a client that no code but an SDK uses: any loop that repeats a request gets the
	// error too, for 90 s.
	RejectRepeats
	// IgnoreRepeats treats a repeat like any other call.
	IgnoreRepeats
)

// ErrRepeat matches every [RepeatError], by errors.Is.
var ErrRepeat = errors.New("retry: a repeat of a call that failed")

// A RepeatError is the error of a request that [RejectRepeats] did not send, because an
// equal request has failed already. It matches [verdict.ErrRejected].
type RepeatError struct {
	// Status is the status of the response that the failed call returned, 0 if it
	// returned an error.
	Status int
	// Err is the error of the last attempt of that call, nil if it returned a response.
	Err error
	// Since is the time since that call failed.
	Since time.Duration
	// Left is the time until an equal request is sent again.
	Left time.Duration
}

// Error returns a text that says how and when the call failed, redacted, and how long equal
// requests are still rejected.
func (e *RepeatError) Error() string {
	how := "status " + strconv.Itoa(e.Status)
	if e.Err != nil {
		how = redact.Error(e.Err)
	}
	return "retry: repeat not sent: an equal request failed " + e.Since.Round(time.Millisecond).String() + " ago: " + how +
		"; rejected for another " + e.Left.Round(time.Millisecond).String() + " (Policy.Repeats)"
}

// Unwrap returns Err, if there is one, and [verdict.ErrRejected].
func (e *RepeatError) Unwrap() []error {
	if e.Err == nil {
		return []error{verdict.ErrRejected}
	}
	return []error{e.Err, verdict.ErrRejected}
}

// Is reports whether target is [ErrRepeat].
func (e *RepeatError) Is(target error) bool { return target == ErrRepeat }

// Timeout reports whether the error of the failed call was a timeout.
func (e *RepeatError) Timeout() bool { return ctxerr.IsTimeout(e.Err) }

// watch is what the memory of failures needs to know about one call.
type watch struct {
	*failures
	plan  *plan
	req   *http.Request // as the caller made it
	start time.Time
	count uint64 // the count of failures when the call came to the layer
	taken bool   // print is set
	print fingerprint
}

// watch returns the watch of a call that came to the layer at start, when failures had been counted
// so often. A call that succeeds while no failure is remembered needs none.
func (r *Retry) watch(p *plan, c *layer.Call, start time.Time, failures uint64) *watch {
	return &watch{failures: r.failures, plan: p, req: c.Request(), start: start, count: failures}
}

// fingerprint returns the fingerprint of the request.
func (w *watch) fingerprint() fingerprint {
	if !w.taken {
		w.print, w.taken = fingerprintOf(w.seed, w.req), true
	}
	return w.print
}

// repeated returns the failure that the call repeats. If an SDK says which of its own attempts the
// request is, no guess is needed.
func (w *watch) repeated() (e failure, alike, ok bool) {
	if w.plan.repeats == IgnoreRepeats || !w.any() {
		return failure{}, false, false
	}
	if header, further := marked(w.req.Header); header != "" && !further {
		return failure{}, false, false
	}
	return w.of(w.fingerprint(), w.start, w.count)
}

// yields returns why the series leaves further attempts to a layer above, or "" if it does not.
func (w *watch) yields() string {
	e, _, ok := w.repeated()
	if !ok {
		return ""
	}
	return "a repeat is sent once (Policy.Repeats): an equal request failed " + w.start.Sub(e.at).Round(time.Millisecond).String() + " earlier"
}

// rejects returns the error of a call that must not be sent, or nil. A request that differs in a
// header may be another one, whatever its context, so it is sent.
func (w *watch) rejects() *RepeatError {
	if w.plan.repeats != RejectRepeats {
		return nil
	}
	e, alike, ok := w.repeated()
	if !ok || !alike || !w.certain() {
		return nil
	}
	return &RepeatError{Status: e.status, Err: e.err, Since: w.start.Sub(e.at), Left: e.until.Sub(w.start)}
}

// certain reports whether all requests with the fingerprint of this one do the same. A body cannot
// be compared before it is sent, so for a request with a body only a key or the mark of an SDK can
// say so.
func (w *watch) certain() bool {
	_, further := marked(w.req.Header)
	h := w.req.Header
	return further || w.req.Body == nil || w.req.Body == http.NoBody || h.Get(idempotencyKeyHeader) != "" || h.Get("X-Idempotency-Key") != ""
}

// succeeded forgets the failures of equal requests.
func (w *watch) succeeded() {
	if w.any() {
		w.forget(w.fingerprint(), w.start)
	}
}

// failed remembers a call whose failure is being returned.
func (w *watch) failed(resp *http.Response, err error) {
	if w.plan.repeats == IgnoreRepeats {
		return
	}
	now := time.Now()
	status := 0
	if resp != nil {
		status = resp.StatusCode
	}
	h, _ := hint.FromResponse(resp, now)
	var kept error
	if w.plan.repeats == RejectRepeats {
		kept = lastError(err)
	}
	w.remember(w.fingerprint(), now, h.Wait, status, kept)
}

// lastError returns the error of the last attempt, without the ledger around it, which would keep
// the request alive.
func lastError(err error) error {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Err
	}
	return err
}

// learn remembers how the series ended for the caller. A caller that has
// given up sends nothing again; one whose time was over may, in a context of its own.
func (s *series) learn(resp *http.Response, err error) {
	v, why := s.call.Attempt().For(resp).Verdict(), s.watch.req.Context().Err()
	switch {
	case v == verdict.OK:
		s.watch.succeeded()
	case errors.Is(why, context.Canceled):
	case s.wanted, why != nil:
		s.watch.failed(resp, err)
	}
}
