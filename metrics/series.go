package metrics

import (
	"math"
	"sync/atomic"
	"time"

	"github.com/gracy-go/gracy/internal/route"
	"github.com/gracy-go/gracy/layer"
)

// An outcome is how a call ended.
type outcome uint8

const (
	accepted  outcome = iota // the response was accepted
	status                   // the status of the response was not accepted
	throttled                // the server responded that there were too many requests
	check                    // the status was accepted, and the response failed the check of the caller
	broken                   // the transport failed: there was no response
	timeout                  // a time limit ended before there was a response
	canceled                 // the caller canceled the call
	rejected                 // one of our layers did not send the request
	outcomes
)

func (o outcome) String() string {
	return [outcomes]string{"ok", "status", "throttled", "check", "transport", "timeout", "canceled", "rejected"}[o]
}

// A reason is why an attempt followed another.
type reason uint8

const (
	afterStatus reason = iota
	afterThrottled
	afterCheck
	afterError
	reasons
)

func (r reason) String() string {
	return [reasons]string{"status", "throttled", "check", "transport"}[r]
}

const waitKinds = 4

// plainCodes is the number of statuses that a plain call may have, from 200 on.
const plainCodes = 7

// series holds the counts for one method and route. Everything in it is atomic. What few routes
// need is allocated when it is first needed.
type series struct {
	method, route string
	number        uint16       // among those of the store; not a count
	name          *route.Shown // of the call that made it; nil of a sum and of the overflow
	named         string       // the route of that call, of which route is the label

	calls     [outcomes]codes
	durations [outcomes]lazy
	exemplars [outcomes]exemplars
	sent      codes
	replayed  codes
	attempt   lazy
	plain     [plainCodes]lazy // calls that were plain, by status from 200 on: each of them is in calls, durations, sent and attempt as well

	aborts, hedges, exhausted, throttled, recorded atomic.Uint64
	retries                                        [reasons]atomic.Uint64
	waits                                          [waitKinds]atomic.Int64
	bytesIn, bytesOut, bodyTime, recordedTime      atomic.Int64
	bodiesBroken, bodiesLeaked                     atomic.Uint64
	first, last                                    atomic.Int64 // nanoseconds since the start of the store

	picture picture // of the last scrape, guarded by the recorder; it is not a count, so sums leave it out
}

// A lazy histogram is made at its first observation.
type lazy struct{ atomic.Pointer[histogram] }

func (l *lazy) observe(d time.Duration) { l.get().observe(d) }

func (l *lazy) get() *histogram {
	if h := l.Load(); h != nil {
		return h
	}
	return l.first()
}

func (l *lazy) first() *histogram {
	l.CompareAndSwap(nil, newHistogram())
	return l.Load()
}

func newSeries(method, route string) *series {
	s := &series{method: method, route: route}
	s.first.Store(math.MaxInt64)
	s.last.Store(math.MinInt64)
	return s
}

// BodyEnd implements layer.BodyEnder. It counts the bytes and the time of a response body.
func (s *series) BodyEnd(a *layer.Attempt) {
	s.bytesIn.Add(a.Bytes())
	s.bodyTime.Add(int64(a.BodyTime()))
}

// row returns the figures of the series. start is when its store started to count.
func (s *series) row(client string, start time.Time) Row {
	var room [1 + plainCodes]*histogram
	plain := s.plains(room[:0]).count()
	r := Row{
		Client: client, Method: s.method, Route: s.route,
		Rejected:  s.calls[rejected].total(),
		Canceled:  s.calls[canceled].total(),
		Successes: s.calls[accepted].total() + plain,
		Attempts:  s.sent.total() + plain,
		Replayed:  s.replayed.total(),
		Aborts:    s.aborts.Load(),
		Exhausted: s.exhausted.Load(),
		Hedges:    s.hedges.Load(),
		Throttled: s.throttled.Load(),
		Recorded:  s.recorded.Load(),
		Waits: Waits{
			Queue:   time.Duration(s.waits[layer.Queue].Load()),
			Quota:   time.Duration(s.waits[layer.Quota].Load()),
			Pause:   time.Duration(s.waits[layer.Pause].Load()),
			Backoff: time.Duration(s.waits[layer.Backoff].Load()),
		},
		BytesIn:      s.bytesIn.Load(),
		BytesOut:     s.bytesOut.Load(),
		BodyTime:     time.Duration(s.bodyTime.Load()),
		BodiesBroken: s.bodiesBroken.Load(),
		BodiesLeaked: s.bodiesLeaked.Load(),
		RecordedTime: time.Duration(s.recordedTime.Load()),
		Latency:      s.times(room[:0], accepted).latency(),
	}
	for _, o := range [...]outcome{status, throttled, check, broken, timeout} {
		r.Failures += s.calls[o].total()
		r.FailureLatency = r.FailureLatency.Add(s.times(room[:0], o).latency())
	}
	r.Failures += r.Rejected
	r.Calls = r.Successes + r.Failures + r.Canceled
	for n, class := range [...]*uint64{&r.Status1xx, &r.Status2xx, &r.Status3xx, &r.Status4xx, &r.Status5xx} {
		*class = s.sent.class(n+1) + s.replayed.class(n+1)
	}
	r.Status2xx += plain
	for i := range s.retries {
		r.Retries += s.retries[i].Load()
	}
	if first := s.first.Load(); first != math.MaxInt64 {
		r.First = start.Add(time.Duration(first))
		r.Last = start.Add(time.Duration(max(s.last.Load(), first)))
	}
	r.Rate = rate(r.Calls, r.First, r.Last)
	return r
}

// plains adds the histograms of plain calls to a group.
func (s *series) plains(g group) group {
	for i := range s.plain {
		g = g.with(&s.plain[i])
	}
	return g
}

// times appends the durations of the calls with an outcome to an empty group.
func (s *series) times(g group, o outcome) group {
	g = g.with(&s.durations[o])
	if o == accepted {
		g = s.plains(g)
	}
	return g
}

// attempts appends the durations of the attempts to an empty group.
func (s *series) attempts(g group) group { return s.plains(g.with(&s.attempt)) }
