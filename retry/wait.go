package retry

import (
	"fmt"
	"time"

	"github.com/gracy-go/gracy/internal/ctxerr"
	"github.com/gracy-go/gracy/internal/hint"
	"github.com/gracy-go/gracy/layer"
	"github.com/gracy-go/gracy/transport/verdict"
)

// wait returns how long to wait before the next attempt, or why to wait would be
// of no use.
func (s *series) wait(a *layer.Attempt, o Outcome) (d time.Duration, why string) {
	asked, hinted := hint.FromResponse(o.Response, time.Now())
	if hinted && asked > s.maxHint {
		return 0, fmt.Sprintf("hint %s is above %s", asked, s.maxHint)
	}
	if s.call.Offline() {
		return 0, ""
	}
	deadline, bounded := s.req.Context().Deadline()
	left := time.Until(deadline)
	if hinted && bounded && asked >= left {
		return 0, fmt.Sprintf("hint %s is past the deadline in %s", asked, left.Round(time.Millisecond))
	}
	mine := hinted && a.TakeHint() // otherwise an inner layer waits for it
	if d = s.delay(o, hinted && !mine); mine {
		d = max(d, spread(asked, s.rand()))
	}
	if bounded && d >= left {
		return 0, fmt.Sprintf("backoff %s is past the deadline in %s", d.Round(time.Millisecond), left.Round(time.Millisecond))
	}
	return d, ""
}

// delay returns the wait of the policy. Where an inner layer pauses, as the server
// asked, only a delay that was set for the status remains.
func (s *series) delay(o Outcome, paused bool) time.Duration {
	if o.Response != nil {
		if d, ok := s.delays[o.Response.StatusCode]; ok {
			return d
		}
	}
	switch {
	case paused:
		return 0
	case s.backoff != nil:
		if d := s.backoff(s.fault.base, s.fault.max, s.made-1, o.Response); d >= 0 {
			return d
		}
		return s.fault.max // a negative wait is one that overflowed
	case o.Verdict == verdict.Throttled:
		return s.throttle.wait(s.made, s.rand())
	}
	return s.fault.wait(s.made, s.rand())
}

// sleep waits in the row of the new attempt. What outer layers hold is suspended
// for the time of the wait.
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
