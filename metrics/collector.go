package metrics

import (
	"runtime"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/gracy-go/gracy/internal/built"
	"github.com/gracy-go/gracy/internal/figure"
	"github.com/gracy-go/gracy/layer"
)

const module = "github.com/gracy-go/gracy"

// descs describes the metrics of one recorder. All have the client as a constant label, so that one
// registry can hold several recorders.
type descs struct {
	requests, duration, attempts, attemptDuration, retries, exhausted, hedges   *family
	throttled, quotaWait, queueWait, backoffWait, replay                        *family
	received, sent, bodyTime, inFlight, waiting, overflow, aborts, build, start *family
	ruleWaits, ruleTime, denied, pauses, leaked, broken                         *family
	figures                                                                     [figure.Kinds]*family
	version                                                                     string

	outcomes [outcomes]tag
	reasons  [reasons]tag
	kinds    [waitKinds]tag
	results  [2]tag // hit, recorded
}

// hit and recorded are indexes into results.
const hit, recorded = 0, 1

func newDescs(client string) *descs {
	constant := prometheus.Labels{"client": client}
	place := uint64(0)
	desc := func(name, help string, labels ...string) *family {
		place++
		name = "gracy_" + name
		return &family{prometheus.NewDesc(name, help, labels, constant), name, help, place}
	}
	d := &descs{
		requests: desc("requests_total",
			"Calls that have returned, each counted once however many attempts it took, by final status and outcome.",
			"method", "route", "code", "outcome"),
		duration: desc("request_duration_seconds",
			"Time of calls up to the headers of their response, waits and further attempts included; replayed calls are left out.",
			"method", "route", "outcome"),
		attempts: desc("attempts_total",
			"Requests sent, further attempts included.", "method", "route", "code"),
		attemptDuration: desc("attempt_duration_seconds",
			"Time of single attempts to the headers of the response, without their waits, with their hooks.", "method", "route"),
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
		ruleWaits: desc("rule_waits_total",
			"Waits of attempts for a limit (kind queue) or for a quota (kind quota), by its rule.", "kind", "rule"),
		ruleTime: desc("rule_wait_seconds_total",
			"Time of the waits that gracy_rule_waits_total counts.", "kind", "rule"),
		denied: desc("retry_budget_denied_total",
			"Calls that failed without a further attempt because the retry budget of their host was empty."),
		pauses: desc("pauses_total",
			"Pauses that a server asked for, each time one began or became longer."),
		leaked: desc("bodies_leaked_total",
			"Response bodies that were never closed and whose slot came back when the garbage collector found them."),
		broken: desc("bodies_broken_total",
			"Response bodies that ended with an error after their call had returned, and so was counted by its status."),
		figures: [figure.Kinds]*family{
			figure.SlotsInUse: desc("concurrency_slots_in_use",
				"Slots of a concurrency limit that are in use, of all its keys.", "rule"),
			figure.Slots: desc("concurrency_slots",
				"Slots that a concurrency limit has, of all its keys that are in use.", "rule"),
			figure.Paused: desc("paused",
				"Hosts and routes to which few or no requests are sent now, since their server asked for a pause."),
			figure.TapeMissed: desc("tape_misses_total",
				"Calls for which a tape had no response."),
			figure.TapeWithheld: desc("tape_withheld_total",
				"Exchanges kept off a tape because of a secret."),
			figure.TapeFailed: desc("tape_failed_total",
				"Exchanges lost to failed writes of a tape."),
			figure.TapePending: desc("tape_pending",
				"Exchanges on their way to the storage of a tape."),
		},
		version: versionLabel(built.Version(module)),
	}
	ranked(d.outcomes[:], "outcome", func(i int) string { return outcome(i).String() })
	ranked(d.reasons[:], "reason", func(i int) string { return reason(i).String() })
	ranked(d.kinds[:], "kind", func(i int) string { return layer.Wait(i).String() })
	ranked(d.results[:], "result", func(i int) string { return [...]string{hit: "hit", recorded: "recorded"}[i] })
	return d
}

// Describe implements prometheus.Collector.
func (r *Recorder) Describe(out chan<- *prometheus.Desc) {
	d := r.descs
	for _, desc := range []*family{
		d.requests, d.duration, d.attempts, d.attemptDuration, d.retries, d.exhausted, d.hedges, d.aborts,
		d.throttled, d.quotaWait, d.queueWait, d.backoffWait, d.replay, d.received, d.sent, d.bodyTime,
		d.inFlight, d.waiting, d.overflow, d.start, d.build, d.ruleWaits, d.ruleTime, d.denied, d.pauses, d.leaked, d.broken,
	} {
		out <- desc.Desc
	}
	for _, desc := range d.figures {
		out <- desc.Desc
	}
}

// Collect implements prometheus.Collector. It may run during calls and delays none of them.
func (r *Recorder) Collect(out chan<- prometheus.Metric) { r.collect().send(out) }

// collect makes the metrics of one scrape.
func (r *Recorder) collect() *collection {
	d, st := r.descs, r.store.Load()
	c := newCollection(r.client, st.start, r.shownBuckets())
	all := st.folded()
	c.room = 8 + len(all)/4 // few have more than four methods
	var leaked, broken uint64
	r.scrape.Lock()
	for _, s := range all {
		d.collect(c, s)
		leaked += s.bodiesLeaked.Load()
		broken += s.bodiesBroken.Load()
	}
	r.scrape.Unlock()
	c.picture = nil
	c.wait(d.quotaWait, &st.waits[layer.Quota], d.kinds[layer.Quota])
	c.wait(d.quotaWait, &st.waits[layer.Pause], d.kinds[layer.Pause])
	c.wait(d.queueWait, &st.waits[layer.Queue])
	c.wait(d.backoffWait, &st.waits[layer.Backoff])
	for w := range layer.Wait(waitKinds) {
		c.gauge(d.waiting, float64(r.waiting[w].Load()), d.kinds[w])
	}
	c.gauge(d.inFlight, float64(r.inFlight.Load()))
	c.counter(d.overflow, float64(st.overflow.Load()))
	st.rules.each(func(k rule, n ruleCounts) {
		rule := tag{pair: pair("rule", k.text)}
		c.counter(d.ruleWaits, float64(n.waits), d.kinds[k.how], rule)
		c.counter(d.ruleTime, seconds(n.time), d.kinds[k.how], rule)
	})
	c.counter(d.denied, float64(st.denied.Load()))
	c.counter(d.pauses, float64(st.pauses.Load()))
	c.counter(d.leaked, float64(leaked))
	c.counter(d.broken, float64(broken))
	for _, f := range r.sources.read() {
		d.figure(c, f)
	}
	c.gauge(d.start, float64(st.start.UnixMilli())/1e3)
	c.gauge(d.build, 1, tag{pair: pair("goversion", runtime.Version())}, tag{pair: pair("version", d.version)})
	return c
}

// figure adds a figure of another layer, which has counted since that layer was made.
func (d *descs) figure(c *collection, f figure.Figure) {
	desc, v := d.figures[f.Kind], float64(f.Value)
	switch {
	case f.Kind.Counted():
		c.ageless(desc, v)
	case f.Kind == figure.SlotsInUse, f.Kind == figure.Slots:
		c.gauge(desc, v, tag{pair: pair("rule", f.Rule)})
	default:
		c.gauge(desc, v)
	}
}

func (d *descs) collect(c *collection, s *series) {
	method, route := c.of(s)
	plain := []tag{method, route}
	var room [1 + plainCodes]*histogram
	own := make(group, 1)
	var plainly reading // most calls are plain, so they are read once
	counts := plainly.plain(s)
	for o := range outcomes {
		read, more := (*reading)(nil), (*[plainCodes]uint64)(nil)
		if o == accepted {
			read, more = &plainly, &counts
		}
		s.calls[o].each(more, func(code int, n uint64) {
			c.counter(d.requests, float64(n), c.code(code), method, d.outcomes[o], route)
		})
		times, labels := s.times(room[:0], o), [...]tag{method, d.outcomes[o], route}
		switch {
		case s.exemplars[o].Load() == nil:
			c.histogram(d.duration, times, read, own[:0].with(&s.durations[o]), labels[:]...)
		case len(times) > 0: // exemplars are written into the buckets
			c.add(d.duration, labels[:], s.exemplars[o].with(c.distribution(&mark{shape: c.shape(d.duration, labels[:])}, times)))
		}
	}
	s.sent.each(&counts, func(code int, n uint64) {
		c.counter(d.attempts, float64(n), c.code(code), method, route)
	})
	c.histogram(d.attemptDuration, s.attempts(room[:0]), &plainly, own[:0].with(&s.attempt), plain...)
	for r := range reasons {
		if n := s.retries[r].Load(); n > 0 {
			c.counter(d.retries, float64(n), method, d.reasons[r], route)
		}
	}
	c.nonZero(d.exhausted, s.exhausted.Load(), plain...)
	c.nonZero(d.hedges, s.hedges.Load(), plain...)
	c.nonZero(d.aborts, s.aborts.Load(), plain...)
	c.nonZero(d.throttled, s.throttled.Load(), plain...)
	if n := s.replayed.total(); n > 0 {
		c.counter(d.replay, float64(n), method, d.results[hit], route)
	}
	if n := s.recorded.Load(); n > 0 {
		c.counter(d.replay, float64(n), method, d.results[recorded], route)
	}
	c.counter(d.received, float64(s.bytesIn.Load()), plain...)
	if n := s.bytesOut.Load(); n > 0 {
		c.counter(d.sent, float64(n), plain...)
	}
	c.counter(d.bodyTime, seconds(time.Duration(s.bodyTime.Load())), plain...)
}
