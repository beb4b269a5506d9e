package retry

import (
	"fmt"
	"time"

	"github.com/gracy-go/gracy/internal/ctxerr"
	"github.com/gracy-go/gracy/internal/hint"
	"github.com/gracy-go/gracy/layer"
	"github.com/gracy-go/gracy/transport/verdict"
)

// wait returns how long to wait before the next attempt, or why waiting would be useless. h is the
// hint of the response if hinted is true.
func (s *series) wait(a *layer.Attempt, o Outcome, h hint.Hint, hinted bool) (d time.Duration, why string) {
	if hinted && h.Wait > s.maxHint {
		return 0, fmt.Sprintf("hint %s is above MaxHint %s", h.Wait, s.maxHint)
	}
	if s.call.Offline() {
		return 0, ""
	}
	deadline, bounded := s.req.Context().Deadline()
	left := time.Until(deadline)
	if hinted && bounded && h.Wait >= left {
		return 0, fmt.Sprintf("hint %s would end past the deadline (%s left)", h.Wait, left.Round(time.Millisecond))
	}
	before, made := s.obeyed, s.made
	if hinted && s.missedShortly(h) {
		before, made = 0, 1 // a short wait is enough, even if the hint is 0
	}
	s.asked, s.obeyed = h.Wait, h.Wait
	switch {
	case !hinted:
		p := a.Pauser()
		if d = s.delay(o, p, made); p != nil {
			p.Pause(d)
		}
	case a.TakeHint():
		longest := s.maxHint
		if bounded {
			longest = min(longest, left-hintSpread-1)
		}
		d = s.obey(a, o, h, min(2*before, longest), made)
	default: // an inner layer waits for it
		d = s.delays[o.Response.StatusCode]
	}
	if bounded && d >= left {
		return 0, fmt.Sprintf("backoff %s would end past the deadline (%s left)", d.Round(time.Millisecond), left.Round(time.Millisecond))
	}
	if p := a.Pauser(); p != nil && bounded {
		if until := p.Until(); until.After(deadline) { // the attempt would be rejected
			return 0, fmt.Sprintf("pause %s would end past the deadline (%s left)", time.Until(until).Round(time.Millisecond), left.Round(time.Millisecond))
		}
	}
	return d, ""
}

// obey returns the wait for a hint. If a hint was obeyed and the request was throttled again, the
// wait is at least atLeast, unless a function of the user's decides about waits.
func (s *series) obey(a *layer.Attempt, o Outcome, h hint.Hint, atLeast time.Duration, made int) time.Duration {
	_, set := s.delays[o.Response.StatusCode]
	if atLeast > h.Wait && s.backoff == nil {
		a.AddNote(fmt.Sprintf("hint %s was too short before: waiting at least %s", h.Wait, atLeast.Round(time.Millisecond)))
		h = hint.Hint{Wait: atLeast}
		s.obeyed = atLeast
	}
	d := spread(h, s.rand())
	if set || s.backoff != nil || h.Wait == 0 {
		d = max(d, s.delay(o, nil, made))
	}
	return d
}

// shortMiss is by how much a request that obeyed a hint may have been too early for the server.
const shortMiss = time.Second

// missedShortly reports whether the latest attempt obeyed a hint but came slightly too early for
// the server, as the next hint shows.
func (s *series) missedShortly(next hint.Hint) bool {
	return s.asked > 0 && next.Wait <= shortMiss && 2*next.Wait <= s.asked
}

// delay returns the wait of the policy after made attempts. If p holds back the other requests of
// this process meanwhile, they need no jitter against each other, and the wait grows with the
// number of times that any of them was throttled.
func (s *series) delay(o Outcome, p layer.Pauser, made int) time.Duration {
	if o.Response != nil {
		if d, ok := s.delays[o.Response.StatusCode]; ok {
			return d
		}
	}
	switch {
	case s.backoff != nil:
		if d := s.backoff(s.fault.base, s.fault.max, s.made-1, o.Response); d >= 0 {
			return d
		}
		return s.fault.max // a negative wait has overflowed
	case o.Verdict == verdict.Throttled && p != nil:
		return s.throttle.spread(s.throttle.ceiling(p.Throttled()), s.rand())
	case o.Verdict == verdict.Throttled, inProgress(o):
		return s.throttle.wait(made, s.rand())
	}
	return s.fault.wait(made, s.rand())
}

// sleep waits in the row of the new attempt. Holds of outer layers are suspended during the wait.
func (s *series) sleep(a *layer.Attempt, d time.Duration) error {
	ctx := s.req.Context()
	if d > 0 {
		a.Suspend()
		from := time.Now()
		t := time.NewTimer(d)
		defer t.Stop()
		select {
		case <-t.C:
		case <-ctx.Done():
		}
		a.AddWait(layer.Backoff, time.Since(from))
	}
	if ctx.Err() != nil {
		s.call.SetStopReason("canceled during backoff")
		return ctxerr.Of(ctx)
	}
	return a.Reacquire(ctx)
}
