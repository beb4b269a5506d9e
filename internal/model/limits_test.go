package model_test

import (
	"slices"
	"time"

	"github.com/gracy-go/gracy/concurrency"
	"github.com/gracy-go/gracy/throttle"
	"github.com/gracy-go/gracy/transport"
)

// off reports whether a call has an override.
func off(ec *edgeCall, what string) bool { return slices.Contains(ec.spec.overrides, what) }

// checkWindows checks every rule whose sends arrive when they are counted.
func (w *world) checkWindows() {
	for i, l := range w.p.layers {
		in := w.p.layers[i+1:]
		if l.kind != "throttle" || among(in, "retry", "fretry", "hedge", "bearer") || among(in, "replay") && slices.ContainsFunc(w.p.calls, func(c callSpec) bool { return c.pace > 0 }) {
			continue
		}
		if slices.ContainsFunc(in, func(l layerSpec) bool { return l.kind == "hook" && l.d > 0 }) {
			continue
		}
		for _, r := range l.rules {
			w.checkWindow(r)
		}
	}
}

// checkWindow checks that no window holds more than the limit of a rule.
func (w *world) checkWindow(r throttle.Rule) {
	var as []*arrival
	for _, a := range w.arrivals {
		if off(a.edge, "throttle.Off") || r.Host != "" && a.host != r.Host || r.Method != "" && a.req.Method != r.Method {
			continue
		}
		as = append(as, a)
	}
	cost := func(a *arrival) int {
		if r.Cost == nil {
			return 1
		}
		return r.Cost(a.req)
	}
	for j, a := range as {
		sum, open := 0, 0
		for _, b := range as[:j+1] {
			if b.at.After(a.at.Add(-r.Per)) {
				sum += cost(b)
			}
			until := b.headers.Add(r.Per)
			if b.err != nil {
				until = until.Add(time.Second)
			}
			if !b.returned || b.hseq > a.seq || until.After(a.at) {
				open += cost(b)
			}
		}
		if cost(a) > 0 && sum > r.Limit {
			w.fail("window: %d sends within %v, limit %d, at arrival %d", sum, r.Per, r.Limit, a.n)
		}
		if cost(a) > 0 && r.Mode == throttle.UntilResponse && open > r.Limit {
			w.fail("until response: %d sends within %v, limit %d, at arrival %d", open, r.Per, r.Limit, a.n)
		}
		if r.Mode == throttle.Paced && j > 0 && r.Cost == nil && !w.has("concurrency") && !off(a.edge, "slots") && a.at.Sub(as[j-1].at) < r.Per/time.Duration(r.Limit) {
			w.fail("paced: %v after the one before, %v is one in %v, at arrival %d", a.at.Sub(as[j-1].at), r.Limit, r.Per, a.n)
		}
	}
}

// checkPauses checks that a 429 with a hint holds back its origin, once its call has returned: until
// then its body may be read for what it says of a limit.
func (w *world) checkPauses() {
	for i, l := range w.p.layers {
		in := w.p.layers[i+1:]
		if l.kind != "throttle" || l.pause.Max < 0 || among(in, "retry", "fretry", "hedge", "bearer", "replay", "perattempt", "hook") {
			continue
		}
		for _, a := range w.arrivals {
			if a.status != 429 || off(a.edge, "throttle.Off") || slices.Contains(a.edge.spec.expect, 429) || a.spec.hint == 0 || a.endSeq < 0 {
				continue
			}
			hint := a.spec.hint
			if m := l.pause.Max; m > 0 {
				hint = min(hint, m)
			} else {
				hint = min(hint, 90*time.Second)
			}
			until := a.headers.Add(hint)
			for _, b := range w.arrivals {
				if b.seq < a.hseq || !b.at.After(a.edge.end) || off(b.edge, "throttle.Off") || b.host != a.host {
					continue
				}
				if l.pause.Scope == transport.ScopeRoute && (b.req.Method != a.req.Method || b.req.URL.Path != a.req.URL.Path) {
					continue
				}
				if b.at.Before(until) {
					w.fail("pause: arrival %d is %v before the end of the pause of arrival %d", b.n, until.Sub(b.at), a.n)
				}
			}
		}
	}
}

// slotKey returns which requests share the slots of a limit. Of a limit per route it is the path, so
// that some shared slots are not seen as such.
func slotKey(l concurrency.Limit, a *arrival) string {
	switch l.Scope {
	case transport.ScopeAll:
		return ""
	case transport.ScopeHost:
		return a.host
	}
	return a.host + a.req.Method + a.req.URL.Path
}

// checkSlots checks every limit that no hedge is inside of.
func (w *world) checkSlots() {
	for i, l := range w.p.layers {
		if l.kind != "concurrency" || among(w.p.layers[i+1:], "hedge") || w.has("hedge") && w.has("retry") {
			continue
		}
		for _, lim := range l.limits {
			w.checkLimit(lim, func(a *arrival) bool {
				return !off(a.edge, "concurrency.Off") && !off(a.edge, "slots")
			})
		}
	}
	if w.has("concurrency") && !w.has("hedge") {
		w.checkLimit(concurrency.Limit{Max: 1, Scope: transport.ScopeAll}, func(a *arrival) bool {
			return off(a.edge, "slots")
		})
	}
}

// checkLimit checks that no more than Max requests that count are in flight.
func (w *world) checkLimit(lim concurrency.Limit, counts func(*arrival) bool) {
	for _, a := range w.arrivals {
		if !counts(a) || lim.Host != "" && lim.Host != a.host || lim.Method != "" && lim.Method != a.req.Method {
			continue
		}
		sum := 0
		for _, b := range w.arrivals {
			if !counts(b) || lim.Host != "" && lim.Host != b.host || lim.Method != "" && lim.Method != b.req.Method || slotKey(lim, a) != slotKey(lim, b) {
				continue
			}
			if b.seq <= a.seq && (!b.ended || b.endSeq > a.seq) {
				if lim.Weight != nil {
					sum += lim.Weight(b.req)
				} else {
					sum++
				}
			}
		}
		if sum > lim.Max {
			w.fail("slots: %d in flight, limit %d, at arrival %d", sum, lim.Max, a.n)
		}
	}
}
