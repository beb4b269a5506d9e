package model_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/gracy-go/gracy/layer/bodies"
	"github.com/gracy-go/gracy/timeout"
	"github.com/gracy-go/gracy/transport/verdict"
)

// checkReceived checks what the callers got, and when.
func (w *world) checkReceived() {
	for _, ec := range w.edges {
		id := fmt.Sprintf("call %d.%d", ec.spec.id, ec.hop)
		if !ec.returned {
			w.fail("%s: never returned", id)
			continue
		}
		if ec.err != nil {
			w.checkError(id, ec)
		} else {
			w.checkResponse(id, ec)
		}
		if t := w.endOf(ec); !t.IsZero() && ec.end.After(t) && ec.spec.pace == 0 {
			w.fail("%s: returned %v after its context ended", id, ec.end.Sub(t))
		}
		w.checkTotal(id, ec)
	}
}

// total returns the limit of a call by the outermost timeout layer, 0 if there is none, and its place.
func (w *world) total(ec *edgeCall) (d time.Duration, i int) {
	i = w.index("timeout")
	if i < 0 || off(ec, "timeout.Off") {
		return 0, i
	}
	switch d = w.p.layers[i].cfg.Total; {
	case d == 0:
		return 30 * time.Second, i
	case d < 0:
		return 0, i
	}
	return d, i
}

// checkTotal checks that no call takes longer than its limit, and that no request is sent after it. A
// base that waits for a request body may return later, and the body of a 403 or 429 is read for up to
// a second once the headers are there.
func (w *world) checkTotal(id string, ec *edgeCall) {
	total, i := w.total(ec)
	if total == 0 || w.p.layers[i].cfg.FromUpload || ec.spec.pace > 0 || w.has("hedge", "bearer", "hook") || among(w.p.layers[:i], "retry", "concurrency", "throttle", "fretry", "perattempt") {
		return
	}
	took := ec.end.Sub(ec.start)
	if ec.status == 403 || ec.status == 429 {
		took -= time.Second
	}
	if took > total {
		w.fail("%s: took %v, total %v", id, took, total)
	}
	for _, a := range ec.arrivals {
		if at := a.at.Sub(ec.start); at > total {
			w.fail("%s: arrival %d after %v, total %v", id, a.n, at, total)
		}
	}
}

// limited reports whether a limit may have ended the call before t.
func (w *world) limited(ec *edgeCall, t time.Time) bool {
	for _, l := range w.p.layers {
		switch {
		case l.kind == "timeout" && !t.Before(ec.start.Add(min(l.cfg.Total, l.cfg.Idle))):
			return true
		case l.kind == "timeout" && (l.cfg.Total == 0 || l.cfg.Idle == 0) && !t.Before(ec.start.Add(30*time.Second)):
			return true
		case l.kind == "perattempt" && !t.Before(ec.start.Add(l.d)):
			return true
		}
	}
	return false
}

// endOf is when the context of a call ended because of the caller.
func (w *world) endOf(ec *edgeCall) time.Time {
	var t time.Time
	at := w.start.Add(ec.spec.at)
	if ec.spec.deadline > 0 {
		t = at.Add(ec.spec.deadline)
	}
	if ec.spec.cancelAt > 0 {
		if c := at.Add(ec.spec.cancelAt); t.IsZero() || c.Before(t) {
			t = c
		}
	}
	return t
}

// checkError checks that an error says what happened.
func (w *world) checkError(id string, ec *edgeCall) {
	err := ec.err
	if ec.ctxErr != nil && errors.Is(err, ec.ctxErr) {
		return
	}
	if t := w.endOf(ec); !t.IsZero() && !ec.end.Before(t) && !ec.end.Equal(t) && !w.limited(ec, t) && !errors.Is(err, verdict.ErrRejected) {
		w.fail("%s: error %v of an ended context", id, err)
	}
	ok := errors.Is(err, verdict.ErrRejected)
	for _, a := range ec.arrivals {
		ok = ok || a.err != nil && errors.Is(err, a.err)
		ok = ok || a.endErr != nil && errors.Is(err, a.endErr)
	}
	if w.has("timeout") {
		ok = ok || errors.Is(err, timeout.ErrTotal) || errors.Is(err, timeout.ErrIdle)
	}
	if w.has("perattempt") {
		ok = ok || errors.Is(err, timeout.ErrAttempt)
	}
	ok = ok || errors.Is(err, errSource) || errors.Is(err, bodies.ErrNotReplayable) || strings.Contains(err.Error(), "was not kept") || errors.Is(err, errAfter)
	if !ok {
		w.fail("%s: unknown error %T %v", id, err, err)
	}
	if errors.Is(err, verdict.ErrRejected) {
		if !w.has("hook", "bearer", "throttle", "concurrency", "retry") {
			w.fail("%s: rejected by nobody: %v", id, err)
		}
		if !w.has("retry", "fretry", "bearer", "hedge") && len(ec.arrivals) > 0 && !errors.Is(err, errAfter) {
			w.fail("%s: rejected and sent: %v", id, err)
		}
	}
	var tm interface{ Timeout() bool }
	if errors.Is(err, context.DeadlineExceeded) && errors.As(err, &tm) && !tm.Timeout() {
		w.fail("%s: %T is no timeout", id, err)
	}
}

// checkResponse checks that a response is that of the last request of its call, to the last byte.
func (w *world) checkResponse(id string, ec *edgeCall) {
	n, err := strconv.Atoi(ec.resp.Header.Get("X-Serial"))
	if err != nil || n >= len(w.arrivals) {
		w.fail("%s: no serial", id)
		return
	}
	a := w.arrivals[n]
	if a.edge != ec {
		w.fail("%s: the response of another call", id)
	}
	if a != ec.last() && !w.has("hedge") && (!w.has("retry") || ec.spec.body == "none" || ec.spec.body == "nobody") {
		w.fail("%s: not the last response", id)
	}
	if a.status != ec.status {
		w.fail("%s: status %d, sent %d", id, ec.status, a.status)
	}
	for i, b := range ec.read {
		if b != pattern(a.n, i) {
			w.fail("%s: wrong byte %d of %d", id, i, len(ec.read))
			break
		}
	}
	if ec.readErr == io.EOF { //nolint:errorlint // a body ends with the bare io.EOF
		if len(ec.read) != a.spec.size || a.spec.breakAt >= 0 {
			w.fail("%s: %d bytes and EOF, sent %d, break at %d", id, len(ec.read), a.spec.size, a.spec.breakAt)
		}
	} else if ec.readErr != nil {
		idle := w.has("timeout") && errors.Is(ec.readErr, timeout.ErrIdle)
		ctx := ec.readCtxErr != nil && errors.Is(ec.readErr, ec.readCtxErr)
		broke := a.spec.breakAt >= 0 && errors.Is(ec.readErr, errBroken)
		aside := strings.Contains(ec.readErr.Error(), "bodies:")
		if !idle && !ctx && !broke && !aside {
			w.fail("%s: body error %v", id, ec.readErr)
		}
		if broke && len(ec.read) != a.spec.breakAt && !aside {
			w.fail("%s: %d bytes before the break at %d", id, len(ec.read), a.spec.breakAt)
		}
	}
	if ec.resp.Request == nil {
		w.fail("%s: response without request", id)
	}
}
