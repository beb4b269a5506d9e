package concurrency

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/gracy-go/gracy/internal/ctxerr"
	"github.com/gracy-go/gracy/layer"
	"github.com/gracy-go/gracy/transport/verdict"
)

// learn hands the outcome of a request to the adaptive limits among those that h
// holds slots of.
func (l *Limiter) learn(c *layer.Call, req *http.Request, resp *http.Response, err error, h held) {
	a := layer.AttemptFrom(req.Context()) // the last one, if an inner retry made more
	if a == nil {
		return
	}
	if a = a.For(resp); !a.Sent() || a.Replayed() {
		return
	}
	s := sample{kind: kindOf(c, resp, err), timeout: isTimeout(err), now: time.Now()}
	if s.kind == ignored {
		return
	}
	s.took = s.now.Sub(a.Start())
	for _, w := range []layer.Wait{layer.Queue, layer.Quota, layer.Pause, layer.Backoff} {
		s.took -= a.Wait(w)
	}
	s.took = max(s.took, 1)
	h.learn(s)
}

// kindOf returns what an outcome says about the number of slots.
func kindOf(c *layer.Call, resp *http.Response, err error) kind {
	switch {
	case err != nil:
		if isTimeout(err) {
			return dropped
		}
		return ignored
	case c.Expect().Accepts(resp.StatusCode):
		return succeeded
	case verdict.Status(resp.StatusCode).Overload:
		return dropped
	case resp.StatusCode >= http.StatusInternalServerError:
		return ignored // as likely a fault that takes no time
	}
	return succeeded
}

// isTimeout leaves out what the caller gave up and what we rejected.
func isTimeout(err error) bool {
	if err == nil || errors.Is(err, context.Canceled) || errors.Is(err, verdict.ErrRejected) {
		return false
	}
	return ctxerr.IsTimeout(err)
}

// learn hands a sample to the limits.
func (s *slots) learn(what sample) {
	for _, p := range s.parts {
		p.sem.learn(what)
	}
}

// learn hands a sample to the estimator. A timeout that came before a usual response
// could have, for a deadline that was nearly over, is none.
func (s *semaphore) learn(what sample) {
	s = s.live()
	e := s.estimator
	if e == nil || what.timeout && !e.late(what.took) {
		return
	}
	more := e.learn(what, inUse(s.state.Load()), s.limit.max.Load())
	e.limitProbe(s)
	if more {
		s.grow()
	}
}

// grow lets requests go that wait here: there may be more slots.
func (s *semaphore) grow() { s.limit.limiter.queue.serve(s) }

// late reports whether d is more than a response may take.
func (f *estimator) late(d time.Duration) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return float64(d) > f.Tolerance*float64(f.base)
}
