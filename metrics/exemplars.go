package metrics

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// exemplarEvery is how long an exemplar stays at least: a server keeps one a scrape.
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

// exemplars are those of the calls of one outcome. Their room is made for the first one.
type exemplars struct{ atomic.Pointer[latest] }

// latest are the latest exemplars by classic bucket.
type latest [len(classicBounds) + 1]atomic.Pointer[prometheus.Exemplar]

// room returns the room of the exemplars.
func (e *exemplars) room() *latest {
	if l := e.Load(); l != nil {
		return l
	}
	e.CompareAndSwap(nil, new(latest))
	return e.Load()
}

// keep keeps a call as an exemplar of its duration.
func (e *exemplars) keep(ctx context.Context, elapsed time.Duration, labels func(context.Context) prometheus.Labels) {
	at, now := &e.room()[theScale.classic[theScale.slot(int64(elapsed))]], time.Now()
	if x := at.Load(); x != nil && now.Sub(x.Timestamp) < exemplarEvery {
		return
	}
	if l := labels(ctx); len(l) > 0 {
		at.Store(&prometheus.Exemplar{Value: elapsed.Seconds(), Labels: l, Timestamp: now})
	}
}

// with returns the metric with the exemplars. Each is looked at alone, so that one that is not allowed
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

// sum takes over the later exemplars of o.
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
