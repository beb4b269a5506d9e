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
	buckets Buckets
	client  *dto.LabelPair
	birth   *dto.Counter // has the time since when the counters count
	codes   map[int]tag
	groups  map[uint64][]prometheus.Metric
	room    int // of a group at first

	methods map[string]tag

	singles       slab[single]
	distributions slab[distribution]
	labelPairs    slab[labelPair]
	labelLists    slab[*dto.LabelPair]
}

func newCollection(client string, start time.Time, buckets Buckets) *collection {
	return &collection{
		buckets: buckets, client: pair("client", client), birth: birth(start),
		codes: map[int]tag{}, methods: map[string]tag{}, groups: map[uint64][]prometheus.Metric{},
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
func (c *collection) code(code int) tag {
	t, known := c.codes[code]
	if !known {
		t = tag{pair("code", codeText(code)), codeRank(code)}
		c.codes[code] = t
	}
	return t
}

// method returns the label of a method, of which there are ten.
func (c *collection) method(value string) tag {
	t, known := c.methods[value]
	if !known {
		t = tag{pair("method", value), methodRank(value)}
		c.methods[value] = t
	}
	return t
}

// routeLabel is for messages that point to it.
//
//nolint:gochecknoglobals // a constant
var routeLabel = "route"

// A labelPair is a label with its value, in one piece.
type labelPair struct {
	pair  dto.LabelPair
	value string
}

func (c *collection) route(value string) tag {
	p := &c.labelPairs.next(1)[0]
	p.value = value
	p.pair.Name, p.pair.Value = &routeLabel, &p.value
	return tag{pair: &p.pair}
}

// labels returns a list of its own for labels, which are sorted by name. It has no room behind it, since whoever wraps the metric adds
// its own.
func (c *collection) labels(tags []tag) []*dto.LabelPair {
	list := c.labelLists.next(1 + len(tags))
	list[0] = c.client
	for i, t := range tags {
		list[1+i] = t.pair
	}
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

func (c *collection) single(f *family, v float64, tags []tag) *single {
	s := &c.singles.next(1)[0]
	s.desc, s.labels, s.value = f.Desc, c.labels(tags), v
	return s
}

// counter adds a counter. The labels are sorted by name.
func (c *collection) counter(f *family, v float64, tags ...tag) {
	s := c.single(f, v, tags)
	s.counter.Value, s.counter.CreatedTimestamp = &s.value, c.birth.CreatedTimestamp
	c.add(f, tags, s)
}

// ageless adds a counter of somebody else, that began at an unknown time.
func (c *collection) ageless(f *family, v float64, tags ...tag) {
	s := c.single(f, v, tags)
	s.counter.Value = &s.value
	c.add(f, tags, s)
}

// nonZero leaves out a counter that is zero, which keeps a scrape small.
func (c *collection) nonZero(f *family, n uint64, tags ...tag) {
	if n > 0 {
		c.counter(f, float64(n), tags...)
	}
}

func (c *collection) gauge(f *family, v float64, tags ...tag) {
	s := c.single(f, v, tags)
	s.gauge = &dto.Gauge{Value: &s.value}
	c.add(f, tags, s)
}
