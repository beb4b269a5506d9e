package metrics

import (
	"runtime"
	"runtime/debug"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/gracy-go/gracy/layer"
)

const module = "github.com/gracy-go/gracy"

// descs describes the metrics of one recorder. All have the client as a constant label, so that several
// recorders fit into one registry.
type descs struct {
	requests, duration, attempts, attemptDuration, retries, exhausted, hedges   *prometheus.Desc
	throttled, quotaWait, queueWait, backoffWait, replay                        *prometheus.Desc
	received, sent, bodyTime, inFlight, waiting, overflow, aborts, build, start *prometheus.Desc
	version                                                                     string
}

func newDescs(client string) *descs {
	constant := prometheus.Labels{"client": client}
	desc := func(name, help string, labels ...string) *prometheus.Desc {
		return prometheus.NewDesc("gracy_"+name, help, labels, constant)
	}
	return &descs{
		requests: desc("requests_total",
			"Calls that have returned, each counted once however many attempts it took, by final status and outcome.",
			"method", "route", "code", "outcome"),
		duration: desc("request_duration_seconds",
			"Time of calls up to the headers of their response, waits and further attempts included; replayed calls are left out.",
			"method", "route", "outcome"),
		attempts: desc("attempts_total",
			"Requests sent, further attempts included.", "method", "route", "code"),
		attemptDuration: desc("attempt_duration_seconds",
			"Time of single attempts from the end of their waits to the headers of the response.", "method", "route"),
		retries: desc("retries_total",
			"Attempts made because the one before had failed, by the reason of the failure.", "method", "route", "reason"),
		exhausted: desc("retries_exhausted_total",
			"Calls that still failed when no further attempt was allowed.", "method", "route"),
		hedges: desc("hedges_total",
			"Attempts made because the one before was slow. No layer of gracy makes them; a layer from elsewhere may.", "method", "route"),
		aborts: desc("aborts_total",
			"Requests sent that got no response.", "method", "route"),
		throttled: desc("throttled_total",
			"Calls that waited for a quota or a pause.", "method", "route"),
		quotaWait: desc("throttle_wait_seconds",
			"Waits for a quota or a pause; attempts that did not wait are left out.", "kind"),
		queueWait: desc("concurrency_wait_seconds",
			"Waits for a slot of a concurrency limit; attempts that did not wait are left out."),
		backoffWait: desc("retry_wait_seconds",
			"Waits between two attempts."),
		replay: desc("replay_total",
			"Responses taken from a recording (hit) or put into one (recorded).", "method", "route", "result"),
		received: desc("response_body_bytes_total",
			"Bytes of response bodies that were read.", "method", "route"),
		sent: desc("request_body_bytes_total",
			"Bytes of request bodies of known length, once for each attempt sent.", "method", "route"),
		bodyTime: desc("response_body_seconds_total",
			"Time from the headers to the end of response bodies.", "method", "route"),
		inFlight: desc("in_flight",
			"Calls that wait for the headers of their response."),
		waiting: desc("waiting",
			"Attempts that wait before they are sent, by the kind of wait.", "kind"),
		overflow: desc("routes_overflow_total",
			`Calls counted under the route "other" because there were too many routes.`),
		start: desc("counting_since_timestamp_seconds",
			"When the counters of this client were last at zero."),
		build: desc("build_info",
			"The version of the library; always 1.", "version", "goversion"),
		version: version(),
	}
}

func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	for _, dep := range append(info.Deps, &info.Main) {
		if dep.Path == module && dep.Version != "" {
			return label(dep.Version)
		}
	}
	return "unknown"
}

// Describe implements prometheus.Collector.
func (r *Recorder) Describe(out chan<- *prometheus.Desc) {
	d := r.descs
	for _, desc := range []*prometheus.Desc{
		d.requests, d.duration, d.attempts, d.attemptDuration, d.retries, d.exhausted, d.hedges, d.aborts,
		d.throttled, d.quotaWait, d.queueWait, d.backoffWait, d.replay, d.received, d.sent, d.bodyTime,
		d.inFlight, d.waiting, d.overflow, d.start, d.build,
	} {
		out <- desc
	}
}

// Collect implements prometheus.Collector. It may run beside calls and delays none of them.
func (r *Recorder) Collect(out chan<- prometheus.Metric) {
	c := &collection{out: out}
	d, st := r.descs, r.store.Load()
	for _, s := range st.folded() {
		d.collect(c, s)
	}
	c.histogram(d.quotaWait, &st.waits[layer.Quota], layer.Quota.String())
	c.histogram(d.quotaWait, &st.waits[layer.Pause], layer.Pause.String())
	c.histogram(d.queueWait, &st.waits[layer.Queue])
	c.histogram(d.backoffWait, &st.waits[layer.Backoff])
	for w := range layer.Wait(waitKinds) {
		c.gauge(d.waiting, float64(r.waiting[w].Load()), w.String())
	}
	c.gauge(d.inFlight, float64(r.inFlight.Load()))
	c.counter(d.overflow, float64(st.overflow.Load()))
	c.gauge(d.start, float64(st.start.UnixMilli())/1e3)
	c.gauge(d.build, 1, d.version, runtime.Version())
}

func (d *descs) collect(c *collection, s *series) {
	for o := range outcomes {
		s.calls[o].each(func(code string, n uint64) {
			c.counter(d.requests, float64(n), s.method, s.route, code, o.String())
		})
		c.histogram(d.duration, &s.durations[o], s.method, s.route, o.String())
	}
	s.sent.each(func(code string, n uint64) {
		c.counter(d.attempts, float64(n), s.method, s.route, code)
	})
	c.histogram(d.attemptDuration, &s.attempt, s.method, s.route)
	for r := range reasons {
		c.nonZero(d.retries, s.retries[r].Load(), s.method, s.route, r.String())
	}
	c.nonZero(d.exhausted, s.exhausted.Load(), s.method, s.route)
	c.nonZero(d.hedges, s.hedges.Load(), s.method, s.route)
	c.nonZero(d.aborts, s.aborts.Load(), s.method, s.route)
	c.nonZero(d.throttled, s.throttled.Load(), s.method, s.route)
	c.nonZero(d.replay, s.replayed.total(), s.method, s.route, "hit")
	c.nonZero(d.replay, s.recorded.Load(), s.method, s.route, "recorded")
	c.counter(d.received, float64(s.bytesIn.Load()), s.method, s.route)
	c.counter(d.sent, float64(s.bytesOut.Load()), s.method, s.route)
	c.counter(d.bodyTime, float64(s.bodyTime.Load())/1e9, s.method, s.route)
}

// A collection sends constant metrics to one scrape.
type collection struct{ out chan<- prometheus.Metric }

func (c *collection) counter(d *prometheus.Desc, v float64, labels ...string) {
	c.out <- prometheus.MustNewConstMetric(d, prometheus.CounterValue, v, labels...)
}

func (c *collection) gauge(d *prometheus.Desc, v float64, labels ...string) {
	c.out <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, labels...)
}

// nonZero leaves out a counter that is zero, which keeps a scrape small.
func (c *collection) nonZero(d *prometheus.Desc, n uint64, labels ...string) {
	if n > 0 {
		c.counter(d, float64(n), labels...)
	}
}

func (c *collection) histogram(d *prometheus.Desc, l *lazy, labels ...string) {
	if h := l.Load(); h != nil {
		count, sum, buckets := h.classicCounts()
		c.out <- prometheus.MustNewConstHistogram(d, count, sum, buckets, labels...)
	}
}
