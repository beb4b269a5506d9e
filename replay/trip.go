package replay

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/gracy-go/gracy/internal/ctxerr"
	"github.com/gracy-go/gracy/layer"
	"github.com/gracy-go/gracy/layer/bodies"
	"github.com/gracy-go/gracy/replay/store"
	"github.com/gracy-go/gracy/transport/verdict"
)

// layerName is how Explain and events show the layer.
const layerName = "replay"

var errNoURL = errors.New("replay: request without a URL")

// Wrap puts the tape in front of next. Nil means http.DefaultTransport. Many stacks may use one
// tape. A tape that was opened with Off does nothing, and neither does a nil one.
func (t *Tape) Wrap(next http.RoundTripper) http.RoundTripper {
	if t.IsOff() {
		return layer.Wrap(layerName, t, next, nil)
	}
	return layer.Wrap(layerName, t, next, t.trip)
}

func (t *Tape) trip(c *layer.Call, req *http.Request, next http.RoundTripper) (resp *http.Response, err error) {
	mode := t.mode(req.Context())
	if mode == Off || t.passes.Match(c, req) {
		return next.RoundTrip(req)
	}
	if err := t.unusable(req, mode); err != nil {
		switch {
		case mode == ModeReplay:
			return layer.Reject(req, err)
		case t.opts.RejectUnsafe && !safe(req.Method):
			return layer.Reject(req, rejection{ErrUnsafe})
		}
		return next.RoundTrip(req)
	}
	req, done := bodies.Guard(req) // capture reads a body of GetBody ahead
	defer func() {
		bodies.Failed(req, err)
		done()
	}()
	p, err := t.capturer.capture(req, mode)
	if err != nil {
		closeAhead(req, req.Body)
		unsent := req.WithContext(req.Context())
		unsent.Body = nil // it is closed
		return layer.Reject(unsent, err)
	}
	var f found
	if mode != ModeRecord && p.record != nil {
		ctx := req.Context()
		f = t.find(ctx, p, mode)
		switch {
		case f.err != nil && ctx.Err() != nil:
			return layer.Reject(req, ctxerr.Of(ctx)) // the tape has no fault
		case f.err != nil:
			t.errs.report(f.err)
			if mode == ModeReplay {
				return layer.Reject(req, rejection{f.err})
			}
		case f.x != nil:
			return t.play(c, req, f.x)
		case f.stale != nil && t.opts.Expired.serves(mode):
			return t.playStale(c, req, f.stale)
		case t.opts.Expired.rejects(mode, f.why):
			t.counts.missed.Add(1)
			return t.opts.reject(c, req, t.miss(ctx, c, p, f))
		default:
			t.counts.missed.Add(1)
		}
	}
	if t.opts.RejectUnsafe && !safe(req.Method) {
		return layer.Reject(req, rejection{ErrUnsafe})
	}
	if mode == ModeSmart && t.counts.replayed.Load() > 0 {
		// A tape that has replayed nothing has given nobody a mask.
		if place := t.masker.maskIn(p); place != "" {
			return t.opts.reject(c, req, t.masker.maskedMiss(c, p, f, place))
		}
	}
	fallback := f.stale != nil && t.opts.Expired == ExpiredFallback
	resp, err = t.live(c, p, next, mode, f.why == MissIncomplete, fallback)
	if err != nil && fallback && !errors.Is(err, verdict.ErrRejected) && !ctxerr.CallerGone(req) {
		return t.playStale(c, req, f.stale)
	}
	return resp, err
}

// mode returns the mode of a call: that of the tape, or an override.
func (t *Tape) mode(ctx context.Context) Mode {
	o, ok := layer.Setting[override](ctx)
	m := Mode(o)
	switch {
	case !ok:
		return t.opts.Mode
	case t.opts.Mode == ModeReplay && m != ModeReplay:
		return Off // a tape for replay is never written
	}
	return m
}

// unusable returns why the tape cannot serve a request, or nil.
func (t *Tape) unusable(req *http.Request, mode Mode) error {
	switch {
	case t.writer.closed.Load():
		return rejection{ErrClosed}
	case req.URL == nil:
		return rejection{errNoURL}
	case mode == ModeReplay:
		return req.Context().Err() // a base transport would not send it either
	}
	return nil
}

// play returns the outcome of an exchange. It closes the body of the request.
func (t *Tape) play(c *layer.Call, req *http.Request, x *store.Exchange) (*http.Response, error) {
	count := t.counts.replayed.Add(1)
	t.sequences.markServed(x.ID)
	c.SetOffline()
	a := layer.AttemptFrom(req.Context())
	if a != nil {
		a.SetReplayed(x.FirstByte)
		if x.Masked {
			a.AddNote("replayed with secrets in the body masked")
		}
	}
	if req.Body != nil {
		_ = req.Body.Close()
	}
	if err := t.opts.pace().headers(req.Context(), x); err != nil {
		return nil, err
	}
	x, err := t.beforeReplay(req, x)
	if err != nil {
		return nil, err
	}
	if x, err = t.masker.unpacked(req, t.writer, x); err != nil {
		return nil, err
	}
	var resp *http.Response
	if x.Response != nil {
		h := x.Response.Header
		if !t.unshared {
			h = h.Clone()
		}
		resp = rebuild(x.Response, h, req, x.Start)
		t.giveBody(resp, x)
	}
	if c.Wants(layer.Replayed) {
		c.Emit(layer.Event{Kind: layer.Replayed, Layer: layerName, Attempt: a, Response: resp, Count: count})
	}
	if resp == nil {
		f := *x.Fault
		return nil, &f
	}
	return resp, nil
}

// live sends the request and records the outcome. again says that the responses on the tape did not
// end. With fallback, a failure is not recorded, since an old recording replaces it.
func (t *Tape) live(c *layer.Call, p *captured, next http.RoundTripper, mode Mode, again, fallback bool) (*http.Response, error) {
	start := time.Now()
	r := &recording{
		tape: t, call: c, attempt: layer.AttemptFrom(p.send.Context()),
		request: p, mode: mode, again: again, fallback: fallback, start: start, id: t.ids.next(start),
	}
	resp, err := next.RoundTrip(p.send)
	r.first = time.Since(start)
	if err != nil {
		if t.opts.Errors && !t.opts.DiscardBad && !ctxerr.CallerGone(p.send) && !errors.Is(err, verdict.ErrRejected) {
			r.fail(err)
		}
		return nil, err
	}
	switch {
	case resp.StatusCode == http.StatusSwitchingProtocols:
		t.counts.skipped.Add(1)
		r.unrecorded("the connection was upgraded")
		return resp, nil
	case t.opts.discardsLive(resp):
		t.counts.skipped.Add(1)
		return resp, nil
	}
	r.respond(resp)
	return resp, nil
}
