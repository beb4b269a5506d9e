package metrics

import (
	"context"
	"maps"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/gracy-go/gracy/internal/route"
	"github.com/gracy-go/gracy/layer"
	"github.com/gracy-go/gracy/transport/verdict"
)

// maxRoutes is how many routes a recorder counts apart. A route has at most ten series, one for
// each method.
const maxRoutes = 200

type key struct{ method, route string }

// An index finds the series of a key. It is immutable: adding a series makes a new index.
type index struct {
	series map[key]*series
	list   []*series // by their numbers
	routes map[string]bool
}

// A store is everything that Reset clears.
type store struct {
	owner    *route.Owner // the key of what the recorder keeps at the names of routes
	round    uint64       // the number of this store among those of its recorder
	start    time.Time
	index    atomic.Pointer[index]
	overflow atomic.Uint64
	waits    [waitKinds]lazy
	rules    rules
	denied   atomic.Uint64        // retries for which there was no budget
	pauses   atomic.Uint64        // pauses begun or made longer
	kept     atomic.Pointer[ring] // nil keeps no call
	mu       sync.Mutex           // mu guards the replacement of index; reading needs no lock
}

func newStore(owner *route.Owner, round uint64) *store {
	s := &store{owner: owner, round: round, start: time.Now()}
	s.index.Store(&index{series: map[key]*series{}, routes: map[string]bool{}})
	return s
}

// began returns when the store started to count, by the clock as it is at now. That clock may have
// been set since, and the machine may have slept. If neither has happened it is always the same.
func (s *store) began(now time.Time) time.Time {
	at := now.Add(-now.Sub(s.start))
	if at.Round(0).Sub(s.start.Round(0)).Abs() < time.Second {
		return s.start
	}
	return at
}

// A place is what a recorder keeps at the name of a route for one method, to find the series again:
// the round of the store, the number of the series in its index, and whether that is the overflow. It
// holds neither, since the name may live longer than the recorder.
type place struct{ atomic.Uint64 }

// numberBits is more than the number of series takes, and one for the overflow.
const numberBits = 16

// find returns the series of a method and a route, and whether it is the overflow. A name that was
// seen before costs neither a hash nor a lock.
func (s *store) find(m string, name *route.Name) (*series, bool) {
	p, _ := name.Kept(s.owner, m, "").(*place)
	if p != nil {
		if at := p.Load(); at>>numberBits == s.round {
			return s.index.Load().list[at>>1%(1<<(numberBits-1))], at&1 == 1
		}
	}
	sr, over := s.look(method(m), name)
	at := s.round<<numberBits | uint64(sr.number)<<1
	if over {
		at |= 1
	}
	switch {
	case p != nil:
		p.Store(at)
	case m == "" || m == sr.method: // other methods have no bound
		p = &place{}
		p.Store(at)
		name.Keep(s.owner, m, "", p)
	}
	return sr, over
}

// look finds the series in the index. It takes no lock for a known route, nor for an unknown one
// once the maximum is reached.
func (s *store) look(m string, name *route.Name) (found *series, over bool) {
	if found = s.index.Load().series[key{m, name.Route}]; found != nil {
		return found, false
	}
	shown := label(name.Route)
	ix := s.index.Load()
	over = !ix.routes[shown] && len(ix.routes) >= maxRoutes
	if over {
		shown = otherRoute
	}
	if found = ix.series[key{m, shown}]; found != nil {
		return found, over
	}
	return s.add(m, shown, name)
}

// add returns the series of a method and label. It makes the series unless another call was first.
func (s *store) add(m, shown string, name *route.Name) (added *series, over bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	ix := s.index.Load()
	over = !ix.routes[shown] && len(ix.routes) >= maxRoutes
	if over {
		shown = otherRoute
	}
	if added = ix.series[key{m, shown}]; added != nil {
		return added, over
	}
	added = newSeries(m, shown)
	if !over {
		added.name, added.named = name.Shown(), name.Route
	}
	added.number = uint16(len(ix.list)) //nolint:gosec // ten for each route
	next := &index{series: maps.Clone(ix.series), list: append(slices.Clip(ix.list), added), routes: ix.routes}
	next.series[key{m, shown}] = added
	if !over && !ix.routes[shown] {
		next.routes = maps.Clone(ix.routes)
		next.routes[shown] = true
	}
	s.index.Store(next)
	return added, over
}

// plain counts a call of one attempt that a single duration describes: it was sent at once and its
// response was accepted. It reports whether it has counted the call. given is the request that the
// recorder got.
func (s *store) plain(c *layer.Call, given *http.Request, resp *http.Response, exemplar *func(context.Context) prometheus.Labels) bool {
	a := c.Attempt()
	if a.End(resp, nil) != verdict.OK {
		return false
	}
	code := a.Status() - http.StatusOK
	if code < 0 || code >= plainCodes || a.Status() != resp.StatusCode || !a.Sent() || a.Replayed() || a.Waited() != 0 {
		return false
	}
	req := c.Request()
	sr, over := s.find(req.Method, c.RouteName())
	if over {
		s.overflow.Add(1)
	}
	elapsed := a.Elapsed()
	sr.plain[code].get().observe(elapsed)
	if exemplar != nil {
		sr.exemplars[accepted].keep(given.Context(), elapsed, *exemplar)
	}
	if req.ContentLength > 0 {
		sr.bytesOut.Add(req.ContentLength)
	}
	a.Own(resp, s.ended(c, a.Number(), sr, accepted, a.Start(), elapsed))
	return true
}

// ended records when a call ran, and keeps the call if calls are kept. It returns what counts the
// body.
func (s *store) ended(c *layer.Call, entry int, sr *series, o outcome, start time.Time, elapsed time.Duration) layer.BodyEnder {
	at := int64(start.Sub(s.start))
	lower(&sr.first, at)
	raise(&sr.last, at+int64(elapsed))
	if k := s.kept.Load(); k != nil {
		return k.add(c, entry, sr, o, start, elapsed)
	}
	return sr
}

// count counts a finished call. entry is the number of its first attempt. exemplar is nil if there
// are no exemplars.
func (s *store) count(ctx context.Context, c *layer.Call, entry int, r result, exemplar *func(context.Context) prometheus.Labels) {
	req := c.Request()
	sr, over := s.find(req.Method, c.RouteName())
	if over {
		s.overflow.Add(1)
	}
	var start time.Time
	var sends int64
	var waited, replayed bool
	var before *layer.Attempt
	for a := range c.Attempts() {
		if a.Number() < entry {
			continue
		}
		if before == nil {
			start = a.Start()
		}
		if a.Sent() {
			sends++
		}
		waited = s.attempt(sr, a, before, r) || waited
		replayed = replayed || a.Replayed()
		before = a
	}
	elapsed := r.since(start)
	o := r.outcome()
	sr.calls[o].add(r.status())
	if !replayed {
		sr.durations[o].observe(elapsed)
		if exemplar != nil {
			sr.exemplars[o].keep(ctx, elapsed, *exemplar)
		}
	}
	if waited {
		sr.throttled.Add(1)
	}
	if req.ContentLength > 0 && sends > 0 {
		sr.bytesOut.Add(req.ContentLength * sends)
	}
	ender := s.ended(c, entry, sr, o, start, elapsed)
	if r.resp != nil {
		r.attempt.Own(r.resp, ender)
	}
}

// attempt counts one row of the ledger. It reports whether the row waited for a quota or a pause.
func (s *store) attempt(sr *series, a, before *layer.Attempt, r result) (waited bool) {
	code, v := a.Status(), a.Verdict()
	late, headers := v == verdict.Canceled && timedOut(a.Call(), v, a.Err()), a.Elapsed()
	for w := range layer.Wait(waitKinds) {
		if d := a.Wait(w); d > 0 {
			sr.waits[w].Add(int64(d))
			s.waits[w].observe(d)
			headers -= d
			waited = waited || w == layer.Quota || w == layer.Pause
		}
	}
	switch {
	case a.Replayed():
		sr.replayed.add(code)
		sr.recordedTime.Add(int64(a.RecordedTime()))
	case a.Sent():
		sr.sent.add(code)
		if v != verdict.Unjudged {
			sr.attempt.observe(headers)
		}
		if code == 0 && (late || v != verdict.Canceled && v != verdict.Unjudged) {
			sr.aborts.Add(1)
		}
		if a != r.attempt || r.resp == nil { // otherwise the end of the body counts them
			sr.bytesIn.Add(a.Bytes())
		}
	}
	switch a.Cause() {
	case layer.Retry:
		sr.retries[reasonOf(before)].Add(1)
	case layer.Hedge:
		sr.hedges.Add(1)
	case layer.First:
	}
	return waited
}

// reasonOf returns why another attempt followed a. a is nil if an outer layer made it.
func reasonOf(a *layer.Attempt) reason {
	switch {
	case a == nil:
		return afterStatus
	case a.Verdict() == verdict.Throttled:
		return afterThrottled
	case a.Status() == 0:
		return afterError
	case a.Err() != nil:
		return afterCheck
	}
	return afterStatus
}
