package metrics

import (
	"cmp"
	"slices"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"
)

var _ prometheus.Gatherer = (*Recorder)(nil)

// Gather implements prometheus.Gatherer. It returns what a registry that holds only r returns,
// but faster, since nothing is checked and sorted again. promhttp.HandlerFor serves it as a page
// of its own. prometheus.Gatherers combines it with a registry that does not hold r, and with
// recorders whose client has another name. The error is nil. The result is shared with later
// calls and must not be changed. Gather may run during calls and delays none of them.
func (r *Recorder) Gather() ([]*dto.MetricFamily, error) { return r.collect().families() }

// families returns the metrics of the scrape, sorted as a registry does.
func (c *collection) families() (list []*dto.MetricFamily, err error) {
	n := 0
	for _, b := range c.batches {
		n += len(b.metrics)
	}
	messages, pointers := make([]dto.Metric, n), make([]*dto.Metric, 0, n)
	var of *family
	first := 0 // of its metrics
	for b := range c.sorted() {
		if b.family != of {
			of, first = b.family, len(pointers)
			name, help := of.name, of.help
			list = append(list, &dto.MetricFamily{Name: &name, Help: &help})
		}
		for _, m := range b.metrics {
			message := &messages[len(pointers)]
			if err := m.Write(message); err != nil {
				return nil, err
			}
			pointers = append(pointers, message)
		}
		f := list[len(list)-1]
		f.Type, f.Metric = kind(pointers[first]), pointers[first:len(pointers):len(pointers)]
	}
	slices.SortFunc(list, func(a, b *dto.MetricFamily) int { return cmp.Compare(a.GetName(), b.GetName()) })
	return list, nil
}

// kind returns the type of a metric.
func kind(m *dto.Metric) *dto.MetricType {
	switch {
	case m.Counter != nil:
		return dto.MetricType_COUNTER.Enum()
	case m.Gauge != nil:
		return dto.MetricType_GAUGE.Enum()
	}
	return dto.MetricType_HISTOGRAM.Enum()
}
