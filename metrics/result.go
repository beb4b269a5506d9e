package metrics

import (
	"net/http"
	"time"

	"github.com/gracy-go/gracy/internal/ctxerr"
	"github.com/gracy-go/gracy/layer"
	"github.com/gracy-go/gracy/transport/verdict"
)

// A result is what the inner round tripper returned for one call.
type result struct {
	attempt *layer.Attempt // the attempt that got the response, or the last one
	verdict verdict.Verdict
	resp    *http.Response // nil if the call ended in an error
	timeout bool           // whether the error is the end of a time limit
}

// judge returns the result of a call that began with the attempt own. It closes the row of the last
// attempt unless an inner layer has.
func judge(own *layer.Attempt, resp *http.Response, err error) result {
	a, c := own.For(resp), own.Call()
	r := result{attempt: a, verdict: a.End(resp, err), resp: resp}
	if resp == nil {
		r.timeout = timedOut(c, r.verdict, err)
	}
	return r
}

// timedOut reports whether a time limit was reached: one of a layer, the caller's or the network's.
// The context is asked too, since a deadline with a cause has that as its error.
func timedOut(c *layer.Call, v verdict.Verdict, err error) bool {
	return ctxerr.ByLimit(err) || v == verdict.Canceled && ctxerr.TimedOut(c.Request().Context())
}

// status returns the status of the call: that of the last attempt, unless an outer layer has
// replaced its response.
func (r result) status() int {
	if r.resp != nil {
		return r.resp.StatusCode
	}
	return r.attempt.Status()
}

func (r result) outcome() outcome {
	switch {
	case r.resp == nil && r.timeout && r.verdict != verdict.Rejected:
		return timeout
	case r.verdict == verdict.OK:
		return accepted
	case r.verdict == verdict.Rejected:
		return rejected
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

// since returns the time from start to now. If the last attempt has just returned, its own time is
// used, which saves a reading of the clock.
func (r result) since(start time.Time) time.Duration {
	if r.verdict == verdict.OK {
		return r.attempt.Start().Sub(start) + r.attempt.Elapsed()
	}
	return time.Since(start)
}
