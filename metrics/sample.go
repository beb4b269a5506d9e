package metrics

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"
)

// A collection makes the metrics of one scrape and sends them. A scrape of two hundred routes has
// ten thousand, so they share what they have in common, and their parts are allocated many at a
// time.
type collection struct {
	buckets Buckets
	client  *dto.LabelPair
	birth   *dto.Counter // has the time since when the counters count
	codes   map[int]tag
	batches map[uint64]*batch
	room    int // the first capacity of a batch

	picture *picture // of the current series, nil for metrics of the whole client
	at      int      // the index of the next mark

	singles       slab[single]
	distributions slab[distribution]
}

func newCollection(client string, start time.Time, buckets Buckets) *collection {
	return &collection{
		buckets: buckets, client: pair("client", client), birth: birth(start),
		codes: map[int]tag{}, batches: map[uint64]*batch{},
	}
}

// birth returns a counter made at a time. The type of that field is in a module that nothing else
// here needs, so the Prometheus library is asked to make it.
func birth(at time.Time) *dto.Counter {
	var m dto.Metric
	d := prometheus.NewDesc("birth", "", nil, nil)
	if err := prometheus.MustNewConstMetricWithCreatedTimestamp(d, prometheus.CounterValue, 0, at).Write(&m); err != nil {
		return &dto.Counter{}
	}
	return m.GetCounter()
}

func pair(name, value string) *dto.LabelPair { return &dto.LabelPair{Name: &name, Value: &value} }

// code returns the label of a status code. A scrape has few different codes.
func (c *collection) code(code int) tag {
	t, known := c.codes[code]
	if !known {
		t = tag{pair("code", codeText(code)), codeRank(code)}
		c.codes[code] = t
	}
	return t
}

// A slab allocates values many at once. All stay alive as long as one does, so what is kept beyond
// a scrape is not from a slab.
type slab[T any] struct{ left []T }

// slabSize is how many values are allocated at once.
const slabSize = 64

// next returns a value.
func (s *slab[T]) next() *T {
	if len(s.left) == 0 {
		s.left = make([]T, slabSize)
	}
	v := &s.left[0]
	s.left = s.left[1:]
	return v
}

// A shape is the name of a metric and its labels, sorted by name. The slice has no spare capacity,
// since whoever wraps the metric appends its own labels.
type shape struct {
	desc   *prometheus.Desc
	labels []*dto.LabelPair
}

// Desc implements prometheus.Metric.
func (s *shape) Desc() *prometheus.Desc { return s.desc }

// shape returns the shape of a metric of a family.
func (c *collection) shape(f *family, tags []tag) shape {
	labels := make([]*dto.LabelPair, 1+len(tags))
	labels[0] = c.client
	for i, t := range tags {
		labels[1+i] = t.pair
	}
	return shape{f.Desc, labels}
}

// A single is a counter or a gauge.
type single struct {
	shape

	value   float64
	counter dto.Counter
	gauge   *dto.Gauge
}

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

// counter adds a counter. The labels are sorted by name.
func (c *collection) counter(f *family, v float64, tags ...tag) {
	m := c.mark(f, tags)
	s, _ := m.metric.(*single)
	switch {
	case m.value != v:
		s = c.singles.next()
		m.metric, m.value = nil, v
	case s == nil || s.value != v || s.counter.Value != &s.value:
		s = &single{}
		m.metric = s
	default:
		c.add(f, tags, s)
		return
	}
	s.shape, s.value = m.shape, v
	s.counter.Value, s.counter.CreatedTimestamp = &s.value, c.birth.CreatedTimestamp
	c.add(f, tags, s)
}

// ageless adds a counter of another layer that started at an unknown time.
func (c *collection) ageless(f *family, v float64, tags ...tag) {
	s := &single{shape: c.shape(f, tags), value: v}
	s.counter.Value = &s.value
	c.add(f, tags, s)
}

// nonZero adds a counter unless it is zero, which keeps a scrape small.
func (c *collection) nonZero(f *family, n uint64, tags ...tag) {
	if n > 0 {
		c.counter(f, float64(n), tags...)
	}
}

func (c *collection) gauge(f *family, v float64, tags ...tag) {
	s := &single{shape: c.shape(f, tags), value: v}
	s.gauge = &dto.Gauge{Value: &s.value}
	c.add(f, tags, s)
}
