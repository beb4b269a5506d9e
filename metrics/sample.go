package metrics

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"
)

// A collection makes the metrics of one scrape and sends them. What the metrics of a series, or of all of them,
// have in common they share, and small ones are made by the dozen: a scrape of two hundred
// routes is ten thousand of them.
type collection struct {
	out     chan<- prometheus.Metric
	buckets Buckets
	client  *dto.LabelPair
	birth   *dto.Counter // has the time since when the counters count
	singles []single
	codes   map[int]*dto.LabelPair
}

func newCollection(out chan<- prometheus.Metric, client string, start time.Time, buckets Buckets) *collection {
	return &collection{
		out: out, buckets: buckets, client: pair("client", client), birth: birth(start), codes: map[int]*dto.LabelPair{},
	}
}

// birth returns a counter made at a time. Its field has a type of a module that
// nothing else here needs, so the library of Prometheus makes it.
func birth(at time.Time) *dto.Counter {
	var m dto.Metric
	d := prometheus.NewDesc("birth", "", nil, nil)
	if err := prometheus.MustNewConstMetricWithCreatedTimestamp(d, prometheus.CounterValue, 0, at).Write(&m); err != nil {
		return &dto.Counter{}
	}
	return m.GetCounter()
}

func pair(name, value string) *dto.LabelPair { return &dto.LabelPair{Name: &name, Value: &value} }

// code returns the label of a status code. A scrape has few different ones.
func (c *collection) code(code int) *dto.LabelPair {
	p := c.codes[code]
	if p == nil {
		p = pair("code", codeText(code))
		c.codes[code] = p
	}
	return p
}

// A single is a counter or a gauge.
type single struct {
	desc    *prometheus.Desc
	labels  []*dto.LabelPair
	value   float64
	counter dto.Counter
	gauge   *dto.Gauge
}

// Desc implements prometheus.Metric.
func (s *single) Desc() *prometheus.Desc { return s.desc }

// Write implements prometheus.Metric.
func (s *single) Write(out *dto.Metric) error {
	out.Label = s.labels
	if s.gauge != nil {
		out.Gauge = s.gauge
		return nil
	}
	out.Counter = &s.counter
	return nil
}

// slab is how many singles are made at once.
const slab = 64

func (c *collection) single(d *prometheus.Desc, v float64, labels []*dto.LabelPair) *single {
	if len(c.singles) == 0 {
		c.singles = make([]single, slab)
	}
	s := &c.singles[0]
	c.singles = c.singles[1:]
	s.desc, s.labels, s.value = d, labels, v
	return s
}

// counter sends a counter. The labels are sorted by name and have no room behind them, since whoever wraps
// the metric adds its own.
func (c *collection) counter(d *prometheus.Desc, v float64, labels ...*dto.LabelPair) {
	s := c.single(d, v, labels)
	s.counter.Value, s.counter.CreatedTimestamp = &s.value, c.birth.CreatedTimestamp
	c.out <- s
}

// ageless sends a counter of somebody else, that began at an unknown time.
func (c *collection) ageless(d *prometheus.Desc, v float64, labels ...*dto.LabelPair) {
	s := c.single(d, v, labels)
	s.counter.Value = &s.value
	c.out <- s
}

// nonZero leaves out a counter that is zero, which keeps a scrape small.
func (c *collection) nonZero(d *prometheus.Desc, n uint64, labels ...*dto.LabelPair) {
	if n > 0 {
		c.counter(d, float64(n), labels...)
	}
}

func (c *collection) gauge(d *prometheus.Desc, v float64, labels ...*dto.LabelPair) {
	s := c.single(d, v, labels)
	s.gauge = &dto.Gauge{Value: &s.value}
	c.out <- s
}
