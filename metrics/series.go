package metrics

import (
	"math"
	"sync/atomic"
	"time"

	"github.com/gracy-go/gracy/layer"
)

// outcome is how a call ended.
type outcome uint8

const (
	accepted  outcome = iota // the answer was accepted
	status                   // an answer, of a status that is not accepted
	throttled                // an answer by which the server asked for fewer calls
	check                    // an accepted status whose body failed the caller's check
	broken                   // no answer
	timeout                  // no answer in time
	canceled                 // the caller gave up
	refused                  // one of our layers sent nothing
	outcomes
)

func (o outcome) String() string {
	return [outcomes]string{"ok", "status", "throttled", "check", "transport", "timeout", "canceled", "refused"}[o]
}

// reason is why an attempt followed another.
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

// series is what is counted for one method and route. Everything in it is atomic; what few routes
// need is made when it is first needed.
type series struct {
	method, route string

	calls     [outcomes]codes
	durations [outcomes]lazy
	sent      codes
	replayed  codes
	attempt   lazy

	aborts, hedges, exhausted, throttled, recorded atomic.Uint64
	retries                                        [reasons]atomic.Uint64
	waits                                          [waitKinds]atomic.Int64
	bytesIn, bytesOut, bodyTime                    atomic.Int64
	first, last                                    atomic.Int64 // since the beginning of the store
}

// lazy is a histogram made at its first observation.
type lazy struct{ atomic.Pointer[histogram] }

func (l *lazy) observe(d time.Duration) {
	h := l.Load()
	if h == nil {
		l.CompareAndSwap(nil, newHistogram())
		h = l.Load()
	}
	h.observe(d)
}

func newSeries(method, route string) *series {
	s := &series{method: method, route: route}
	s.first.Store(math.MaxInt64)
	s.last.Store(math.MinInt64)
	return s
}

// BodyEnd books the body of an answer.
func (s *series) BodyEnd(a *layer.Attempt) {
	s.bytesIn.Add(a.Bytes())
	s.bodyTime.Add(int64(a.BodyTime()))
}

// row reads the series. begin is the beginning of its store.
func (s *series) row(client string, begin time.Time) Row {
	r := Row{
		Client: client, Method: s.method, Route: s.route,
		Refused:   s.calls[refused].total(),
		Canceled:  s.calls[canceled].total(),
		Successes: s.calls[accepted].total(),
		Attempts:  s.sent.total(),
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
		BytesIn:  s.bytesIn.Load(),
		BytesOut: s.bytesOut.Load(),
		BodyTime: time.Duration(s.bodyTime.Load()),
		Latency:  s.durations[accepted].latency(),
	}
	for _, o := range [...]outcome{status, throttled, check, broken, timeout} {
		r.Failures += s.calls[o].total()
		r.FailureLatency = r.FailureLatency.Add(s.durations[o].latency())
	}
	r.Failures += r.Refused
	r.Calls = r.Successes + r.Failures + r.Canceled
	for n, class := range [...]*uint64{&r.Status1xx, &r.Status2xx, &r.Status3xx, &r.Status4xx, &r.Status5xx} {
		*class = s.sent.class(n+1) + s.replayed.class(n+1)
	}
	for i := range s.retries {
		r.Retries += s.retries[i].Load()
	}
	if first := s.first.Load(); first != math.MaxInt64 {
		r.First = begin.Add(time.Duration(first))
		r.Last = begin.Add(time.Duration(max(s.last.Load(), first)))
	}
	r.Rate = rate(r.Calls, r.First, r.Last)
	return r
}

func (l *lazy) latency() Latency { return l.Load().latency() }
