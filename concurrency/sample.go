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

// sample is what an outcome means for the number of slots.
type sample uint8

const (
	ignored sample = iota
	good           // the server keeps up: the time to headers counts
	dropped        // the server has too much to do
)

// observe passes what happened to the request to the adaptive limits among those of h.
func observe(c *layer.Call, req *http.Request, resp *http.Response, err error, h hold) {
	a := layer.AttemptFrom(req.Context()).For(resp) // the last one, if an inner retry made more
	if !a.Sent() || a.Replayed() {
		return
	}
	what := sampleOf(c, req, resp, err)
	if what == ignored {
		return
	}
	took := time.Since(a.Start())
	for _, w := range []layer.Wait{layer.Queue, layer.Quota, layer.Pause, layer.Backoff} {
		took -= a.Wait(w)
	}
	h.observe(what, max(took, 1), isTimeout(req.Context(), err))
}

// sampleOf returns what an outcome means for the number of slots.
func sampleOf(c *layer.Call, req *http.Request, resp *http.Response, err error) sample {
	switch {
	case err != nil:
		if isTimeout(req.Context(), err) {
			return dropped
		}
		return ignored
	case c.Expect().Accepts(resp.StatusCode):
		return good
	case verdict.Status(resp.StatusCode).Overload:
		return dropped
	case resp.StatusCode >= http.StatusInternalServerError:
		return ignored // just as likely a fault that comes quickly
	}
	return good
}

// isTimeout reports whether the server was too slow, judging by the context of the request too. It
// reports false if the caller canceled or a layer of ours rejected the request.
func isTimeout(ctx context.Context, err error) bool {
	if err == nil || errors.Is(err, verdict.ErrRejected) {
		return false
	}
	if cause := context.Cause(ctx); cause != nil && ctxerr.Is(err, cause) {
		return ctxerr.TimedOut(ctx)
	}
	return !errors.Is(err, context.Canceled) && ctxerr.IsTimeout(err)
}
