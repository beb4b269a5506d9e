package metrics

import (
	"slices"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"
)

// A picture is what the last scrape showed of a series. A metric that had the same value twice is
// kept and sent again as long as the value stays. One that changes at each scrape is not kept,
// because a metric that was sent must not change: whoever gathered it may still read it.
type picture struct {
	method, route *dto.LabelPair
	marks         []mark
}

// A mark is what the last scrape showed of one metric.
type mark struct {
	shape

	value  float64           // of a counter, or the sum of a histogram
	count  uint64            // of a histogram
	metric prometheus.Metric // nil while it changes
}

// of starts the metrics of a series. It returns the labels that they have in common.
func (c *collection) of(s *series) (method, route tag) {
	c.picture, c.at = &s.picture, 0
	if c.picture.route == nil {
		c.picture.method, c.picture.route = pair("method", s.method), pair("route", s.route)
	}
	return tag{c.picture.method, methodRank(s.method)}, tag{pair: c.picture.route}
}

// mark returns the mark of the next metric. The metrics of a series come in the same order at each
// scrape. More may be added in time, and none disappears.
func (c *collection) mark(f *family, tags []tag) *mark {
	p := c.picture
	if p == nil {
		return &mark{shape: c.shape(f, tags)}
	}
	if c.at == len(p.marks) || !p.marks[c.at].is(f, tags) {
		p.marks = slices.Insert(p.marks, c.at, mark{shape: c.shape(f, tags)})
	}
	c.at++
	return &p.marks[c.at-1]
}

// is reports whether a metric has this name and these labels.
func (s *shape) is(f *family, tags []tag) bool {
	if s.desc != f.Desc || len(s.labels) != 1+len(tags) {
		return false
	}
	for i, t := range tags {
		if p := s.labels[1+i]; p != t.pair && p.GetValue() != t.pair.GetValue() {
			return false
		}
	}
	return true
}
