package metrics

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"
)

// A collection makes the metrics of one scrape and sends them. What the metrics of a series, or of all of them,
// have in common they share, and their parts are made by the dozen: a scrape of two hundred
// routes is ten thousand of them.
type collection struct {
	out     chan<- prometheus.Metric
	buckets Buckets
	client  *dto.LabelPair
	birth   *dto.Counter // has the time since when the counters count
	codes   map[int]*dto.LabelPair
	methods map[string]*dto.LabelPair

	singles       slab[single]
	distributions slab[distribution]
	labelPairs    slab[labelPair]
	labelLists    slab[*dto.LabelPair]
}

func newCollection(out chan<- prometheus.Metric, client string, start time.Time, buckets Buckets) *collection {
	return &collection{
		out: out, buckets: buckets, client: pair("client", client), birth: birth(start),
		codes: map[int]*dto.LabelPair{}, methods: map[string]*dto.LabelPair{},
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

// routeLabel is for messages that point to it.
//
//nolint:gochecknoglobals // a constant
var routeLabel = "route"

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

// method returns the label of a method, of which there are ten.
func (c *collection) method(value string) *dto.LabelPair {
	p := c.methods[value]
	if p == nil {
		p = pair("method", value)
		c.methods[value] = p
	}
	return p
}

// A labelPair is a label with its value, in one piece.
type labelPair struct {
	pair  dto.LabelPair
	value string
}

func (c *collection) route(value string) *dto.LabelPair {
	p := &c.labelPairs.next(1)[0]
	p.value = value
	p.pair.Name, p.pair.Value = &routeLabel, &p.value
	return &p.pair
}

// labels returns a list of its own for labels, which are sorted by name. It has no room behind it, since whoever wraps the metric adds
// its own.
func (c *collection) labels(pairs []*dto.LabelPair) []*dto.LabelPair {
	list := c.labelLists.next(len(pairs))
	copy(list, pairs)
	return list
}

// A slab makes values many at once.
type slab[T any] struct{ left []T }

// slabSize is how many values are made at once.
const slabSize = 64

// next returns n values.
func (s *slab[T]) next(n int) []T {
	if len(s.left) < n {
		s.left = make([]T, max(n, slabSize))
	}
	values := s.left[:n:n]
	s.left = s.left[n:]
	return values
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

func (c *collection) single(d *prometheus.Desc, v float64, labels []*dto.LabelPair) *single {
	s := &c.singles.next(1)[0]
	s.desc, s.labels, s.value = d, c.labels(labels), v
	return s
}

// counter sends a counter. The labels are sorted by name.
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
