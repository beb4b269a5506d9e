package replay

import (
	"errors"
	"net/http"
	"time"

	"github.com/gracy-go/gracy/layer"
	"github.com/gracy-go/gracy/transport/verdict"
)

// Wrap puts the tape in front of next; nil means http.DefaultTransport. A tape
// may be worn by many stacks. One that was opened with [Off] begins nothing.
func (t *Tape) Wrap(next http.RoundTripper) http.RoundTripper {
	if t.store == nil {
		return layer.Wrap("replay", t, next, nil)
	}
	return layer.Wrap("replay", t, next, t.trip)
}

func (t *Tape) trip(c *layer.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
	mode := t.opts.Mode
	if m, ok := layer.Setting[Mode](req.Context()); ok {
		mode = m
		if t.opts.Mode == Replay && m != Replay {
			mode = Off
		}
	}
	if mode == Off {
		return next.RoundTrip(req)
	}
	if t.closed.Load() {
		if mode == Replay {
			return layer.Reject(req, refused{ErrClosed})
		}
		return next.RoundTrip(req)
	}
	if req.URL == nil {
		if mode == Replay {
			return layer.Reject(req, refused{errNoURL})
		}
		return next.RoundTrip(req)
	}
	if mode == Replay {
		// A base would not send it either.
		if err := req.Context().Err(); err != nil {
			return layer.Reject(req, err)
		}
	}
	a, err := t.ask(req, mode)
	if err != nil {
		return layer.Reject(req, err)
	}
	if mode != Record && a.record != nil {
		x, reason, err := t.lookup(a.key, mode)
		switch {
		case x != nil:
			return t.play(c, req, x)
		case err != nil:
			t.report(err)
			if mode == Replay {
				return layer.Reject(req, refused{err})
			}
		case mode == Replay:
			t.missed.Add(1)
			return layer.Reject(req, t.miss(c, a, reason))
		default:
			t.missed.Add(1)
		}
	}
	return t.live(c, a, next, mode)
}

// play answers from an exchange. The body of the request is ours to close.
func (t *Tape) play(c *layer.Call, req *http.Request, x *Exchange) (*http.Response, error) {
	t.replayed.Add(1)
	t.markServed(x.ID)
	c.SetOffline()
	a := layer.AttemptFrom(req.Context())
	if a != nil {
		a.SetReplayed()
	}
	if req.Body != nil {
		_ = req.Body.Close()
	}
	var resp *http.Response
	if x.Response != nil {
		var broken error
		if x.Fault != nil {
			f := *x.Fault
			broken = &f
		}
		resp = x.Response.rebuild(req, broken)
	}
	if c.Wants(layer.Replayed) {
		c.Emit(layer.Event{Kind: layer.Replayed, Layer: "replay", Attempt: a, Response: resp})
	}
	if resp == nil {
		f := *x.Fault
		return nil, &f
	}
	return resp, nil
}

// live asks for real, and records.
func (t *Tape) live(c *layer.Call, a *asked, next http.RoundTripper, mode Mode) (*http.Response, error) {
	start := time.Now()
	r := &recording{t: t, c: c, asked: a, mode: mode, start: start, id: t.nextID(start)}
	if at := layer.AttemptFrom(a.send.Context()); at != nil {
		r.attempt = at
	}
	resp, err := next.RoundTrip(a.send)
	r.first = time.Since(start)
	if err != nil {
		if t.opts.Errors && !t.opts.DiscardBad && a.send.Context().Err() == nil && !errors.Is(err, verdict.ErrRejected) {
			r.failed(err)
		}
		return nil, err
	}
	if resp.StatusCode == http.StatusSwitchingProtocols || t.opts.refuses(resp) {
		t.skipped.Add(1)
		return resp, nil
	}
	r.answered(resp)
	return resp, nil
}

var errNoURL = errors.New("replay: request without a URL")

// refused marks an error of ours with which nothing was sent.
type refused struct{ error }

func (r refused) Unwrap() error { return r.error }

func (r refused) Is(target error) bool { return target == verdict.ErrRejected }
