package metrics

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/gracy-go/gracy/internal/ctxerr"
	"github.com/gracy-go/gracy/layer"
	"github.com/gracy-go/gracy/transport"
	"github.com/gracy-go/gracy/transport/verdict"
)

// result is what came back from below.
type result struct {
	attempt *layer.Attempt // the one that was answered, or ran last
	verdict verdict.Verdict
	resp    *http.Response // nil without an answer
	timeout bool
}

// judge reads the result of a call. Where no layer further in makes attempts, it closes the row.
func judge(c *layer.Call, resp *http.Response, err error) result {
	a := c.Attempt().For(resp)
	r := result{attempt: a, verdict: a.End(resp, err), resp: resp}
	if resp == nil {
		r.timeout = timedOut(err)
		if a.Status() != 0 { // answered, but the caller left before the next attempt
			r.verdict = verdict.Judge(c.Request(), nil, err, transport.Expect{})
		}
	}
	return r
}

// timedOut reports whether err is the end of some time limit, ours, the caller's or the network's.
func timedOut(err error) bool {
	return ctxerr.IsTimeout(err) || errors.Is(err, context.DeadlineExceeded)
}

func (r result) outcome() outcome {
	switch {
	case r.resp == nil && r.timeout && r.verdict != verdict.Rejected:
		return timeout
	case r.verdict == verdict.OK:
		return accepted
	case r.verdict == verdict.Rejected:
		return refused
	case r.verdict == verdict.Canceled:
		return canceled
	case r.resp == nil:
		return broken
	case r.attempt.Err() != nil:
		return check
	case r.verdict == verdict.Throttled:
		return throttled
	}
	return status
}

// since is the time from the beginning of the call to now. Where the last attempt has only just come
// back, its own time says it, which saves a reading of the clock.
func (r result) since(begun time.Time) time.Duration {
	if r.verdict == verdict.OK {
		return r.attempt.Start().Sub(begun) + r.attempt.Elapsed()
	}
	return time.Since(begun)
}
