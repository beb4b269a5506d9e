package metrics

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/gracy-go/gracy/transport"
)

// result is what came back from below.
type result struct {
	attempt  *transport.Attempt // the one that was answered, or ran last
	verdict  transport.Verdict
	status   int
	answered bool
	timeout  bool
	open     bool          // the row of the attempt was not closed yet
	elapsed  time.Duration // of the attempt, waits included
}

// judge reads the result of a call. The row of its last attempt is still open if no layer further in
// makes attempts.
func judge(c *transport.Call, resp *http.Response, err error) result {
	if err != nil || resp == nil {
		r := result{
			attempt: c.Attempt(),
			verdict: transport.Judge(c.Request(), nil, err, transport.Expect{}),
			timeout: timedOut(err),
		}
		r.clock()
		return r
	}
	r := result{attempt: transport.AttemptOf(resp), status: resp.StatusCode, answered: true}
	if r.attempt == nil || r.attempt.Call() != c {
		r.attempt = c.Attempt()
	}
	r.clock()
	switch e := c.Expect(); {
	case r.attempt.Ended():
		r.verdict = r.attempt.Verdict()
	case e.Check != nil:
		// The check has to be run once by somebody who still has the answer.
		r.verdict = r.attempt.End(resp, nil)
	default:
		r.verdict = transport.Judge(c.Request(), resp, nil, e)
	}
	return r
}

func (r *result) clock() {
	if r.open = !r.attempt.Ended(); r.open {
		r.elapsed = time.Since(r.attempt.Start())
		return
	}
	r.elapsed = r.attempt.Elapsed()
}

// timedOut reports whether err is the end of some time limit, ours, the caller's or the network's.
func timedOut(err error) bool {
	t, ok := errors.AsType[interface {
		error
		Timeout() bool
	}](err)
	return ok && t.Timeout() || errors.Is(err, context.DeadlineExceeded)
}

func (r result) outcome() outcome {
	switch {
	case r.verdict == transport.OK:
		return accepted
	case r.answered && r.attempt.Ended() && r.attempt.Err() != nil:
		return check
	case r.answered && r.verdict == transport.Throttled:
		return throttled
	case r.answered:
		return status
	case r.verdict == transport.Refused:
		return refused
	case r.timeout:
		return timeout
	case r.verdict == transport.Canceled:
		return canceled
	}
	return broken
}

// since is the time from the beginning of the call to now. Where the last attempt has only just come
// back, its own time says it, which saves a reading of the clock.
func (r result) since(begun time.Time) time.Duration {
	if r.verdict == transport.OK || r.open {
		return r.attempt.Start().Sub(begun) + r.elapsed
	}
	return time.Since(begun)
}
