package concurrency

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/gracy-go/gracy/layer"
	"github.com/gracy-go/gracy/transport/verdict"
)

// learn tells the adaptive limits among those that h is of what became of the
// request.
func (l *Limiter) learn(c *layer.Call, req *http.Request, resp *http.Response, err error, h held) {
	row := layer.AttemptOf(resp)
	if row == nil || row.Call() != c {
		row = layer.AttemptFrom(req.Context()) // the last one, if a retry further in made more
	}
	if row == nil || !row.Sent() || row.Replayed() {
		return
	}
	d := time.Since(row.Start())
	for _, w := range []layer.Wait{layer.Queue, layer.Quota, layer.Pause, layer.Backoff} {
		d -= row.Wait(w)
	}
	d = max(d, 1)
	what := teaches(c, resp, err)
	if what == nothing {
		return
	}
	h.learn(what, d, isTimeout(err))
}

// teaches says what an outcome means for the number of slots.
func teaches(c *layer.Call, resp *http.Response, err error) lesson {
	switch {
	case err != nil:
		if isTimeout(err) {
			return dropped
		}
		return nothing
	case c.Expect().Accepts(resp.StatusCode):
		return answered
	}
	switch resp.StatusCode {
	case http.StatusTooManyRequests, http.StatusServiceUnavailable, http.StatusGatewayTimeout, 529:
		return dropped
	}
	if resp.StatusCode >= http.StatusInternalServerError {
		return nothing // as likely a fault that is quick to tell
	}
	return answered
}

// isTimeout leaves out what the caller gave up and what we refused.
func isTimeout(err error) bool {
	if err == nil || errors.Is(err, context.Canceled) || errors.Is(err, verdict.ErrRejected) {
		return false
	}
	var timeout interface{ Timeout() bool }
	return errors.As(err, &timeout) && timeout.Timeout()
}

func (g *several) learn(what lesson, d time.Duration, timeout bool) {
	for _, w := range g.wants {
		w.sem.learn(what, d, timeout)
	}
}

// learn passes a lesson to the finder. A timeout that came before a usual
// answer could have, for a deadline that was nearly over, is none.
func (s *semaphore) learn(what lesson, d time.Duration, timeout bool) {
	s = s.live()
	f := s.finder
	if f == nil || timeout && !f.late(d) {
		return
	}
	more := f.learn(what, d, inUse(s.state.Load()), s.limit.max.Load())
	f.limitProbe(s)
	if more {
		s.grow()
	}
}

// late reports whether d is more than an answer may take.
func (f *finder) late(d time.Duration) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return float64(d) > f.Tolerance*float64(f.base)
}

// Slots returns how many slots requests like req have now, the least of all
// limits that match it: Max, or what [Adaptive] found below it; 0 if none
// matches. The route of req is the one of its context's call.
func (l *Limiter) Slots(req *http.Request) int {
	c := layer.CallFrom(req.Context())
	var least int64
	for _, limit := range l.limits {
		if !limit.match.Match(c, req) {
			continue
		}
		n := limit.max.Load()
		if limit.Adaptive != nil && (c != nil || limit.Per != Route || limit.Key != nil) {
			k := limit.keyOf(c, req)
			limit.mu.RLock()
			s := limit.sems[k]
			limit.mu.RUnlock()
			if s != nil {
				n = s.room()
			} else {
				n = min(n, int64(limit.Adaptive.Start))
			}
		}
		if least == 0 || n < least {
			least = n
		}
	}
	return int(least)
}
