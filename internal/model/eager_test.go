package model_test

import (
	"slices"
	"time"

	"github.com/gracy-go/gracy/throttle"
	"github.com/gracy-go/gracy/transport"
)

// checkEager checks that nobody waits without a reason.
func (w *world) checkEager() {
	for i, l := range w.p.layers {
		in := w.p.layers[i+1:]
		switch {
		case w.has("hedge", "fretry", "bearer", "hook", "replay"), among(in, "retry", l.kind), among(w.p.layers[:i], l.kind):
		case l.kind == "concurrency" && len(l.limits) == 1 && !w.has("throttle"):
			w.eagerSlots(i)
		case l.kind == "throttle" && len(l.rules) == 1 && !w.has("concurrency"):
			w.eagerQuota(i)
		}
	}
}

// eagerSlots checks that a request waits for a slot only while all are in use.
func (w *world) eagerSlots(i int) {
	lim := w.p.layers[i].limits[0]
	if lim.Weight != nil || lim.Adaptive != nil {
		return
	}
	for _, a := range w.arrivals {
		if off(a.edge, "concurrency.Off") || off(a.edge, "slots") || lim.Host != "" && lim.Host != a.host || lim.Method != "" && lim.Method != a.req.Method {
			continue
		}
		q := w.rowOf(a).Wait(transport.Queue)
		if q == 0 {
			continue
		}
		times := []time.Time{a.at.Add(-q)}
		for _, b := range w.arrivals {
			for _, t := range []time.Time{b.at, b.end} {
				if t.After(a.at.Add(-q)) && t.Before(a.at) {
					times = append(times, t)
				}
			}
		}
		for _, t := range times {
			n := 0
			for _, b := range w.arrivals {
				if slotKey(lim, a) == slotKey(lim, b) && !off(b.edge, "concurrency.Off") && !off(b.edge, "slots") && !b.at.After(t) && b.end.After(t) &&
					(lim.Host == "" || lim.Host == b.host) && (lim.Method == "" || lim.Method == b.req.Method) {
					n++
				}
			}
			if n < lim.Max && lim.Scope != transport.ScopeRoute {
				w.fail("slots: arrival %d waits at %v with %d of %d in flight", a.n, t.Sub(w.start), n, lim.Max)
			}
		}
	}
}

// eagerQuota checks that a request that waited for the window of a rule is sent at the instant at which
// the window has room.
func (w *world) eagerQuota(i int) {
	l := w.p.layers[i]
	r := l.rules[0]
	if r.Mode != throttle.Window || r.Cost != nil {
		return
	}
	for _, a := range w.arrivals {
		if l.pause.Max >= 0 && (l.pause.OnEmpty || slices.Contains([]int{403, 429, 503}, a.status)) {
			return // there may have been a pause
		}
	}
	margin := min(r.Per/50, 50*time.Millisecond)
	if r.Margin == throttle.NoMargin {
		margin = 0
	}
	var as []*arrival
	for _, a := range w.arrivals {
		if !off(a.edge, "throttle.Off") && (r.Host == "" || r.Host == a.host) && (r.Method == "" || r.Method == a.req.Method) {
			as = append(as, a)
		}
	}
	for j, a := range as {
		q := w.rowOf(a).Wait(transport.Quota)
		if q == 0 {
			continue
		}
		if j < r.Limit {
			w.fail("quota: arrival %d waits %v as number %d of %d", a.n, q, j+1, r.Limit)
			continue
		}
		if want := as[j-r.Limit].at.Add(r.Per + margin); !a.at.Equal(want) {
			w.fail("quota: arrival %d is sent at %v, want %v", a.n, a.at.Sub(w.start), want.Sub(w.start))
		}
	}
}
