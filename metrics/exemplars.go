package metrics

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// exemplarEvery is how long an exemplar stays at least: a server keeps one a scrape.
const exemplarEvery = time.Second

// SetExemplars has gracy_request_duration_seconds point to single calls: labels returns those of a call by the context of
// the request that the recorder was given, such as the id of its trace, and nothing if there is no trace to be found later. It is called when a call has returned, at
// most once a second for each bucket that returned something, and must be safe for concurrent use. Nil, the default, is for
// none. What it returns is not masked. Exemplars are in the formats OpenMetrics and protobuf alone; labels that
// these do not allow, such as more than 128 characters, are left out.
func (r *Recorder) SetExemplars(labels func(ctx context.Context) prometheus.Labels) {
	if labels == nil {
		r.exemplars.Store(nil)
		return
	}
	r.exemplars.Store(&labels)
}

// exemplars are the latest exemplars of a histogram, by classic bucket.
type exemplars [len(classicBounds) + 1]atomic.Pointer[prometheus.Exemplar]

// exemplify keeps the call as an exemplar of its duration.
func (h *histogram) exemplify(ctx context.Context, elapsed time.Duration, labels func(context.Context) prometheus.Labels) {
	at, now := &h.exemplars[classicIndex(elapsed)], time.Now()
	if e := at.Load(); e != nil && now.Sub(e.Timestamp) < exemplarEvery {
		return
	}
	if l := labels(ctx); len(l) > 0 {
		at.Store(&prometheus.Exemplar{Value: elapsed.Seconds(), Labels: l, Timestamp: now})
	}
}

// with returns the metric with the exemplars. Each is looked at alone, so that one that is not allowed
// does not cost the others.
func (e *exemplars) with(m prometheus.Metric) prometheus.Metric {
	var all []prometheus.Exemplar
	for i := range e {
		if x := e[i].Load(); x != nil {
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
	for i := range o {
		if x, old := o[i].Load(), e[i].Load(); x != nil && (old == nil || old.Timestamp.Before(x.Timestamp)) {
			e[i].Store(x)
		}
	}
}
