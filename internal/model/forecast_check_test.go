package model_test

import (
	"errors"
	"fmt"
	"time"

	"github.com/gracy-go/gracy/timeout"
)

// checkRetries compares the requests of each call with what docs/retry.md says: when another one
// follows, when none may, and how long the wait is.
func (w *world) checkRetries() {
	i := w.index("retry")
	if i < 0 || w.has("hedge", "fretry", "bearer", "hook", "replay") || among(w.p.layers[i+1:], "retry") {
		return
	}
	for _, ec := range w.edges {
		id := fmt.Sprintf("call %d.%d", ec.spec.id, ec.hop)
		if ec.spec.whole > 0 || !ec.returned {
			continue
		}
		p, sure := w.policyOf(ec, w.p.layers[i])
		rows := 0
		for _, c := range ec.trace.Calls() {
			rows += c.Count()
		}
		deadline, known := w.endOf(ec), time.Time{} // known is that of the context, which a cancel is not
		if ec.spec.deadline > 0 {
			known = w.start.Add(ec.spec.at + ec.spec.deadline)
		}
		if total, j := w.total(ec); total > 0 && j < i {
			deadline, known = earlier(deadline, ec.start.Add(total)), earlier(known, ec.start.Add(total))
		}
		for k, a := range ec.arrivals {
			f := w.forecast(ec, p, k)
			if k+1 < len(ec.arrivals) {
				b := ec.arrivals[k+1]
				if f.never {
					w.fail("%s: attempt after arrival %d, although: %s", id, a.n, f.why)
				}
				if d := b.at.Sub(a.headers); d < f.least {
					w.fail("%s: arrival %d only %v after arrival %d, at least %v", id, b.n, d, a.n, f.least)
				}
				slack := 60 * time.Millisecond
				if a.status == 429 || a.status == 403 {
					slack += time.Second
				}
				if d := b.at.Sub(a.headers); f.most > 0 && !w.has("throttle", "concurrency") && d > f.most+slack && ec.spec.pace == 0 && a.spec.lateClose == 0 {
					w.fail("%s: arrival %d %v after arrival %d, at most %v", id, b.n, d, a.n, f.most)
				}
				continue
			}
			if !known.IsZero() && a.headers.Add(f.least).After(known) && f.least > 0 && ec.err != nil && ec.end.Equal(known) {
				w.fail("%s: waits after arrival %d until its deadline", id, a.n)
			}
			late := !deadline.IsZero() && (f.most == 0 || !ec.end.Add(f.most+2*time.Second).Before(deadline) || w.has("throttle", "concurrency"))
			if f.must && sure && rows == len(ec.arrivals) && !late && !w.limitEnded(ec) {
				w.fail("%s: no attempt after arrival %d (status %d, error %v)", id, a.n, a.status, a.err)
			}
		}
	}
}

// earlier returns the earlier of two times, of which the first may be zero.
func earlier(a, b time.Time) time.Time {
	if a.IsZero() || b.Before(a) {
		return b
	}
	return a
}

// limitEnded reports whether the call was ended from outside of retry.
func (w *world) limitEnded(ec *edgeCall) bool {
	if j := w.index("perattempt"); j >= 0 && j < w.index("retry") {
		return true
	}
	return ec.ctxErr != nil || errors.Is(ec.err, timeout.ErrTotal) || errors.Is(ec.err, timeout.ErrIdle) || ec.spec.pace > 0
}
