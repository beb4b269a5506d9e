package metrics

import (
	"cmp"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"

	"github.com/gracy-go/gracy/internal/route"
)

// varied returns a recorder whose series differ in every label.
func varied() *Recorder {
	r := New("test")
	for i, name := range []string{"/b", "/a", "/c/{x}", "/B"} {
		for _, m := range []string{"POST", "GET", "BREW", "DELETE", "CONNECT", "TRACE"} {
			s, _ := r.store.Load().find(m, route.Named(name))
			for o := range outcomes {
				for _, code := range []int{503, 200, 0, 999, 404, 100} {
					s.calls[o].add(code)
					s.sent.add(code)
				}
				s.durations[o].observe(time.Duration(i+1) * time.Second)
				s.attempt.observe(time.Second)
			}
			for why := range reasons {
				s.retries[why].Add(1)
			}
			s.replayed.add(200)
			s.recorded.Add(1)
			s.bytesOut.Add(1)
		}
	}
	return r
}

// sent returns what a scrape sends, in order.
func sent(t *testing.T, c prometheus.Collector) (metrics []prometheus.Metric) {
	t.Helper()
	out := make(chan prometheus.Metric)
	go func() {
		defer close(out)
		c.Collect(out)
	}()
	for m := range out {
		metrics = append(metrics, m)
	}
	return metrics
}

// written returns a metric as a message.
func written(t *testing.T, m prometheus.Metric) *dto.Metric {
	t.Helper()
	var out dto.Metric
	if err := m.Write(&out); err != nil {
		t.Fatal(err)
	}
	return &out
}

// byLabels compares metrics of a name as the Prometheus library does.
func byLabels(a, b *dto.Metric) int {
	return slices.CompareFunc(a.GetLabel(), b.GetLabel(), func(a, b *dto.LabelPair) int { return cmp.Compare(a.GetValue(), b.GetValue()) })
}

// The Prometheus library has nothing to sort.
func TestMetricsComeSorted(t *testing.T) {
	byName := map[*prometheus.Desc][]*dto.Metric{}
	n := 0
	for _, m := range sent(t, varied()) {
		byName[m.Desc()] = append(byName[m.Desc()], written(t, m))
		n++
	}
	for desc, metrics := range byName {
		if !slices.IsSortedFunc(metrics, byLabels) {
			t.Errorf("%s comes as %v", desc, metrics)
		}
	}
	if n < 4*6*(6*int(outcomes)+int(outcomes)) {
		t.Errorf("%d metrics", n)
	}
}

// Ranks are in the order of texts.
func TestRanksAreInTheOrderOfTexts(t *testing.T) {
	var codes []int
	for code := oddCode; code < 600; code++ {
		if code <= noCode || code >= 100 {
			codes = append(codes, code)
		}
	}
	slices.SortFunc(codes, func(a, b int) int { return cmp.Compare(codeText(a), codeText(b)) })
	if !slices.IsSortedFunc(codes, func(a, b int) int { return cmp.Compare(codeRank(a), codeRank(b)) }) {
		t.Errorf("the ranks of %v", codes)
	}
	methods := []string{"_OTHER", "TRACE", "PUT", "POST", "PATCH", "OPTIONS", "HEAD", "GET", "DELETE", "CONNECT"}
	slices.Sort(methods)
	for i, m := range methods {
		if methodRank(m) != uint64(i) || method(m) != m {
			t.Errorf("%s has the rank %d, want %d", m, methodRank(m), i)
		}
	}
	tags := make([]tag, 3)
	ranked(tags, "name", func(i int) string { return []string{"c", "a", "b"}[i] })
	if got := fmt.Sprintln(tags[0].rank, tags[1].rank, tags[2].rank, tags[0].pair.GetValue()); got != "2 0 1 c\n" {
		t.Errorf("got %s", got)
	}
	if most := codeRank(oddCode); most >= 1<<rankBits {
		t.Errorf("a rank of %d has no room", most)
	}
}
