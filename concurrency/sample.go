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

// observe says to the adaptive limits among those of h what became of the request.
func observe(c *layer.Call, req *http.Request, resp *http.Response, err error, h hold) {
	a := layer.AttemptFrom(req.Context()).For(resp) // the last one, if an inner retry made more
	if !a.Sent() || a.Replayed() {
		return
	}
	what := sampleOf(c, resp, err)
	if what == ignored {
		return
	}
	took := time.Since(a.Start())
	for _, w := range []layer.Wait{layer.Queue, layer.Quota, layer.Pause, layer.Backoff} {
		took -= a.Wait(w)
	}
	h.observe(what, max(took, 1), isTimeout(err))
}

// sampleOf returns what an outcome means for the number of slots.
func sampleOf(c *layer.Call, resp *http.Response, err error) sample {
	switch {
	case err != nil:
		if isTimeout(err) {
			return dropped
		}
		return ignored
	case c.Expect().Accepts(resp.StatusCode):
		return good
	case verdict.Status(resp.StatusCode).Overload:
		return dropped
	case resp.StatusCode >= http.StatusInternalServerError:
		return ignored // as likely a fault that comes quickly
	}
	return good
}

// isTimeout reports whether the server was too slow. What the caller canceled and
// what a layer of ours rejected is left out.
func isTimeout(err error) bool {
	if err == nil || errors.Is(err, context.Canceled) || errors.Is(err, verdict.ErrRejected) {
		return false
	}
	return ctxerr.IsTimeout(err)
}
