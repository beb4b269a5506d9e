package retry

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/gracy-go/gracy/internal/hint"
	"github.com/gracy-go/gracy/layer"
	"github.com/gracy-go/gracy/layer/bodies"
	"github.com/gracy-go/gracy/redact"
	"github.com/gracy-go/gracy/transport"
	"github.com/gracy-go/gracy/transport/verdict"
)

// series is the attempts of one call, from the first failure on.
type series struct {
	*plan
	call    *layer.Call
	next    http.RoundTripper
	req     *http.Request   // the request of the latest attempt
	parent  context.Context //nolint:containedctx // the context with which the call came to the layer
	kept    bool            // whether the body is kept while it is sent
	noBody  bool            // the request had no body when it was first sent
	host    *hostBudget     // nil without a budget
	watch   *watch          // for repeats of a layer above
	wanted  bool            // another attempt might have changed the latest outcome
	probe   *probe          // the probe of the latest attempt, nil if the policy needs none
	cleared bool            // the caller knows that the latest attempt did nothing
	early   bool            // a 425 was followed by an attempt
	made    int             // attempts so far
	status  int             // of the last response, or 0

	asked  time.Duration // the wait that the latest response asked for, or 0
	obeyed time.Duration // the wait that was derived from it
	spare  int           // attempts allowed beyond those of the policy

	latest standing

	taken  bool     // responses have set cookies
	jarred []string // the cookies that were in the jar before that, as http.Client writes them
}

// run makes further attempts until an outcome is final.
func (s *series) run(a *layer.Attempt, resp *http.Response, err error) (*http.Response, error) {
	var undecided *http.Response // the response while functions of the user's run
	defer func() {
		if undecided != nil { // one of them panicked
			_ = undecided.Body.Close()
		}
	}()
	for s.made = 1; ; s.made++ {
		if undecided = resp; resp != nil {
			s.status = resp.StatusCode
		}
		o := outcome(s, a, resp, err)
		if r, e := s.lookup(a, o); r != nil || e != nil {
			s.wanted = r == nil
			return r, e
		}
		f, instead := s.another(a, o)
		if f == nil {
			undecided = nil
			return s.result(a, resp, err, instead)
		}
		s.takeCookies(resp)
		undecided = nil
		if resp != nil {
			a.Own(resp)
			s.discard(resp)
		}
		s.announce(a, o, f)
		s.latest.stands(resp, err)
		if a, err = s.beginAttempt(f); err != nil {
			if f.bodyless {
				return s.unsendable(a, err)
			}
			return nil, err
		}
		var req *http.Request
		req, s.probe = s.probed(s.req)
		resp, err = s.next.RoundTrip(req)
		if s.probe != nil {
			s.probe.report(a, err)
		}
		if err != nil && !a.Sent() {
			s.refund(f)
		}
		var v verdict.Verdict
		a, v = endRow(a, resp, err)
		if v == verdict.OK || resp == nil || !maybeInProgress(s.req, resp) {
			s.host.recordOutcome(a, v, err)
		}
		switch {
		case v == verdict.OK && err != nil: // the row had ended without an error
			return nil, s.gaveUp(err)
		case v == verdict.OK:
			noteDoubts(a, s.req, resp)
			return resp, nil
		}
	}
}

// outcome returns what the user's functions see of an attempt.
func outcome(s *series, a *layer.Attempt, resp *http.Response, err error) Outcome {
	o := Outcome{Request: s.req, Response: resp, Err: err, Number: s.made, Verdict: a.Verdict()}
	if resp != nil {
		o.Err = a.Err()
	}
	return o
}

// result returns the last outcome to the caller, or instead if it is not nil.
func (s *series) result(a *layer.Attempt, resp *http.Response, err, instead error) (*http.Response, error) {
	switch {
	case instead != nil:
		if resp != nil {
			a.Own(resp)
			bodies.Drain(resp)
		}
		err = instead
	case resp != nil:
		if s.made > 1 {
			noteDoubts(a, s.req, resp)
		}
		return resp, nil
	case bodies.IsShort(err) && s.latest.stood():
		a.AddNote(redact.Error(err))
		if err = s.latest.err; s.latest.resp != nil {
			return s.latest.resp, nil
		}
	}
	if s.mark && instead == nil && s.ambiguous(a, Outcome{Err: err, Verdict: a.Verdict()}) {
		err = s.ambiguity(a, err)
	}
	if s.made > 1 {
		err = s.gaveUp(err)
	}
	return nil, err
}

// gaveUp returns the error of a series that ends with err.
func (s *series) gaveUp(err error) error {
	return &Error{Attempts: s.made, Elapsed: time.Since(s.watch.start), Status: s.status, Err: err, Call: (*transport.Call)(s.call)}
}

// further is an attempt that has been decided on and has not begun yet.
type further struct {
	req   *http.Request // the request, with a body of its own once the wait is over
	wait  time.Duration
	spent spending
	paid  bool // it was taken from the budget

	bodyless bool // its body could not be obtained
}

// refund returns the retry of an attempt that was not sent to the budget.
func (s *series) refund(f *further) {
	if f.paid {
		s.host.refund(f.spent)
	}
}

// another passes an outcome through both checks, then schedule, budget and body. It returns nil if
// the outcome is final. A non-nil error then replaces the outcome.
func (s *series) another(a *layer.Attempt, o Outcome) (*further, error) {
	if s.noBody {
		s.req = withoutBody(s.req)
	}
	again, instead := s.wants(o)
	if s.wanted = again; !again {
		noteRejected(s, a, o)
		return nil, instead
	}
	if s.req.Context().Err() != nil {
		s.call.SetStopReason("the context has ended")
		return nil, nil
	}
	if why := s.barred(o); why != "" {
		s.call.SetStopReason(why)
		return nil, nil
	}
	if s.attempts == 1 {
		return nil, nil
	}
	if s.made == 1 {
		if why := s.watch.yields(); why != "" {
			s.call.SetStopReason(why)
			return nil, nil
		}
	}
	f, why := s.provide(a, o)
	if why != "" {
		s.exhausted(a, o.Response, o.Err, why)
		return nil, nil
	}
	return f, nil
}

// exhausted records that no attempt follows a failed one although one was wanted.
func (s *series) exhausted(a *layer.Attempt, resp *http.Response, err error, why string) {
	s.call.SetStopReason(why)
	if s.call.Wants(layer.Exhausted) {
		s.call.Emit(layer.Event{Kind: layer.Exhausted, Layer: layerName, Attempt: a, Limit: s.attempts, Response: resp, Err: err, Text: why})
	}
}

// announce emits that another attempt follows. It is called after the response has ended, because
// what an observer learns from the event must already be available to another call, above all the
// slot.
func (s *series) announce(a *layer.Attempt, o Outcome, f *further) {
	if !s.call.Wants(layer.RetryScheduled) {
		return
	}
	wait := f.wait
	if p := a.Pauser(); p != nil { // a pause may hold the attempt back for longer
		wait = max(wait, time.Until(p.Until()))
	}
	s.call.Emit(layer.Event{Kind: layer.RetryScheduled, Layer: layerName, Attempt: a, Wait: wait, Limit: s.attempts, Response: o.Response, Err: o.Err, Text: cause(o)})
}

// provide returns the next attempt, or why there is none.
func (s *series) provide(a *layer.Attempt, o Outcome) (f *further, why string) {
	h, hinted := hint.FromResponse(o.Response, time.Now())
	if hinted && s.missedShortly(h) { // the request was only just too early
		s.spare = 1
	}
	if s.made-s.spare >= s.attempts { // attempts may be the largest int
		return nil, fmt.Sprintf("attempts used up: %d of %d", s.made, s.attempts+s.spare)
	}
	f = new(further)
	if f.wait, why = s.wait(a, o, h, hinted); why != "" {
		return nil, why
	}
	if !s.call.Offline() && !s.host.sparesQuotas(o) {
		if f.spent, f.paid = s.host.spend(time.Now()); !f.paid {
			return nil, "budget empty"
		}
	}
	if err := bodies.Rewindable(s.req); err != nil {
		s.refund(f)
		a.AddNote(s.lost(err))
		return nil, bodyLost
	}
	if inProgress(o) {
		a.AddNote(mayBeInProgress) // otherwise the row would not say why there was another attempt
	}
	return f, ""
}

// beginAttempt opens the row of a further attempt, waits, and prepares its request.
func (s *series) beginAttempt(f *further) (*layer.Attempt, error) {
	a := s.call.Follow(s.req.Context())
	ready := false
	defer func() {
		if !ready { // also if PrepareRetry panics
			s.refund(f)
			if f.req != nil && f.req.Body != nil {
				_ = f.req.Body.Close()
			}
		}
	}()
	err := s.sleep(a, f.wait)
	if err == nil {
		// Only after the wait, because it may rewind a body that the base still reads.
		if f.req, err = bodies.Rewind(s.req); err != nil {
			f.bodyless = true
			return a, err
		}
		f.req = s.withCookies(inContext(s.parent, f.req, a))
	}
	if err == nil && s.header != "" {
		f.req = layer.Edit(f.req)
		f.req.Header.Set(s.header, strconv.Itoa(a.Number()))
	}
	if err == nil && s.prepare != nil {
		f.req = layer.Edit(f.req)
		err = s.prepare(f.req)
	}
	if err == nil {
		s.req, ready = f.req, true
		return a, nil
	}
	err = s.gaveUp(err)
	a.End(nil, err)
	return nil, err
}

// cause returns the reason for a retry as events give it.
func cause(o Outcome) string {
	switch {
	case o.Response == nil:
		return "error"
	case o.Err != nil:
		return "check"
	}
	return fmt.Sprintf("status %d", o.Response.StatusCode)
}
