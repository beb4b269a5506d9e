package metrics

import (
	"iter"
	"maps"
	"net/http"
	"slices"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"
)

// The library of Prometheus sorts the metrics of a name by the values of their labels, which it follows through three pointers each.
// Metrics that come in that order are not moved. Series come by route, and route is the last of their labels, so it is enough to
// put the metrics into groups by the others, which have ranks, and to sort the groups.

// A family is what the metrics of one name have in common. place distinguishes those of a recorder.
type family struct {
	*prometheus.Desc

	name, help string
	place      uint64
}

// A tag is a label, with the rank of its value among those of the same name. Values by which nothing is sorted have the rank 0.
type tag struct {
	pair *dto.LabelPair
	rank uint64
}

// A batch is the metrics of a family whose labels but the route have the same ranks, by route.
type batch struct {
	family  *family
	metrics []prometheus.Metric
}

// rankBits are enough for any rank, and four times that many and those of a place for a number.
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

// sorted yields what was added, family by family.
func (c *collection) sorted() iter.Seq[*batch] {
	return func(yield func(*batch) bool) {
		for _, key := range slices.Sorted(maps.Keys(c.batches)) {
			if !yield(c.batches[key]) {
				return
			}
		}
	}
}

// send sends what was added.
func (c *collection) send(out chan<- prometheus.Metric) {
	for b := range c.sorted() {
		for _, m := range b.metrics {
			out <- m
		}
	}
}

// ranked fills in the labels of a name.
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

// codeRank has numbers before words, as they are sorted as texts.
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
