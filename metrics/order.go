package metrics

import (
	"iter"
	"maps"
	"net/http"
	"slices"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"
)

// The Prometheus library sorts the metrics of a name by the values of their labels, and follows
// three pointers to reach each. It does not move metrics that come in that order. Series come by
// route, and the route is their last label. So it is enough to group the metrics by their other
// labels, which have ranks, and to sort the groups.

// A family is the name of some metrics and what they have in common. place distinguishes the
// families of a recorder.
type family struct {
	*prometheus.Desc

	name, help string
	place      uint64
}

// A tag is a label and the rank of its value among the values of the same name. The rank is 0 if
// nothing is sorted by it.
type tag struct {
	pair *dto.LabelPair
	rank uint64
}

// A batch holds the metrics of a family whose labels have the same ranks. They are in order of
// route.
type batch struct {
	family  *family
	metrics []prometheus.Metric
}

// rankBits is the size of a rank. Four ranks and a place fit into one number.
const rankBits = 12

// add adds a metric to the scrape. The labels are sorted by name.
func (c *collection) add(f *family, tags []tag, m prometheus.Metric) {
	key := f.place
	for _, t := range tags {
		key = key<<rankBits | t.rank
	}
	b := c.batches[key]
	if b == nil {
		b = &batch{f, make([]prometheus.Metric, 0, c.room)}
		c.batches[key] = b
	}
	b.metrics = append(b.metrics, m)
}

// sorted yields the batches, family by family.
func (c *collection) sorted() iter.Seq[*batch] {
	return func(yield func(*batch) bool) {
		for _, key := range slices.Sorted(maps.Keys(c.batches)) {
			if !yield(c.batches[key]) {
				return
			}
		}
	}
}

// send sends the metrics.
func (c *collection) send(out chan<- prometheus.Metric) {
	for b := range c.sorted() {
		for _, m := range b.metrics {
			out <- m
		}
	}
}

// ranked fills in the labels of a name and their ranks.
func ranked(tags []tag, name string, text func(int) string) {
	values := make([]string, len(tags))
	for i := range tags {
		values[i] = text(i)
		tags[i].pair = pair(name, values[i])
	}
	slices.Sort(values)
	for i := range tags {
		rank, _ := slices.BinarySearch(values, text(i))
		tags[i].rank = uint64(rank) //nolint:gosec // an index
	}
}

// codeRank returns the rank of a code. Numbers come before words, as they do in a sort of texts.
func codeRank(code int) uint64 {
	switch code {
	case noCode:
		return 600
	case oddCode:
		return 601
	}
	return uint64(code) //nolint:gosec // 100 to 599
}

func methodRank(m string) uint64 {
	rank, _ := slices.BinarySearch([]string{
		http.MethodConnect, http.MethodDelete, http.MethodGet, http.MethodHead, http.MethodOptions, http.MethodPatch, http.MethodPost,
		http.MethodPut, http.MethodTrace, otherMethod,
	}, m)
	return uint64(rank) //nolint:gosec // an index
}
