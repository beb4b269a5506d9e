package metrics

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// exemplarEvery is how long an exemplar is kept at least. A server stores one for each scrape.
const exemplarEvery = time.Second

// SetExemplars links gracy_request_duration_seconds to single calls. labels returns the labels of
// a call, such as the ID of its trace, from the context of the request that the recorder was
// given, or nothing if there is no trace to be found later. It is called when a call has
// returned, at most once a second for each bucket for which it returned something, and must be
// safe for concurrent use. Nil, the default, means no exemplars. Its result is not masked. Only
// the formats OpenMetrics and protobuf have exemplars. Labels that these do not allow, such as
// more than 128 characters, are left out.
func (r *Recorder) SetExemplars(labels func(ctx context.Context) prometheus.Labels) {
	if labels == nil {
		r.exemplars.Store(nil)
		return
	}
	r.exemplars.Store(&labels)
}

// exemplars are the exemplars of the calls with one outcome, allocated when the first is kept.
type exemplars struct{ atomic.Pointer[latest] }

// latest holds the latest exemplar of each classic bucket.
type latest [len(classicBounds) + 1]atomic.Pointer[prometheus.Exemplar]

// room returns where the exemplars are stored.
func (e *exemplars) room() *latest {
	if l := e.Load(); l != nil {
		return l
	}
	e.CompareAndSwap(nil, new(latest))
	return e.Load()
}

// keep stores a call as an exemplar of its duration, unless the last one is too recent.
func (e *exemplars) keep(ctx context.Context, elapsed time.Duration, labels func(context.Context) prometheus.Labels) {
	at, now := &e.room()[theScale.classic[theScale.slot(int64(elapsed))]], time.Now()
	if x := at.Load(); x != nil && now.Sub(x.Timestamp) < exemplarEvery {
		return
	}
	if l := labels(ctx); len(l) > 0 {
		at.Store(&prometheus.Exemplar{Value: elapsed.Seconds(), Labels: l, Timestamp: now})
	}
}

// with returns the metric with the exemplars. Each is tried alone, so that one that is not valid
// does not cost the others.
func (e *exemplars) with(m prometheus.Metric) prometheus.Metric {
	latest := e.Load()
	if latest == nil {
		return m
	}
	var all []prometheus.Exemplar
	for i := range latest {
		if x := latest[i].Load(); x != nil {
			if _, err := prometheus.NewMetricWithExemplars(m, *x); err == nil {
				all = append(all, *x)
			}
		}
	}
	if len(all) == 0 {
		return m
	}
	with, err := prometheus.NewMetricWithExemplars(m, all...)
	if err != nil {
		return m
	}
	return with
}

// sum takes each exemplar of o that is later.
func (e *exemplars) sum(o *exemplars) {
	from := o.Load()
	if from == nil {
		return
	}
	to := e.room()
	for i := range from {
		if x, old := from[i].Load(), to[i].Load(); x != nil && (old == nil || old.Timestamp.Before(x.Timestamp)) {
			to[i].Store(x)
		}
	}
}
