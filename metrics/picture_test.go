package metrics

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"

	"github.com/gracy-go/gracy/internal/route"
)

// forget makes the next scrape make everything anew.
func forget(r *Recorder) {
	for _, s := range r.store.Load().index.Load().series {
		s.picture = picture{}
	}
}

// texts returns what a registry shows of a recorder.
func texts(t *testing.T, from prometheus.Gatherer) (texts []string) {
	t.Helper()
	families, err := from.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range families {
		texts = append(texts, f.String())
	}
	return texts
}

// Whatever happens between two scrapes, the second shows the same as a scrape that makes everything
// anew.
func TestAScrapeShowsWhatIsCounted(t *testing.T) {
	r := New("test")
	registry := prometheus.NewPedanticRegistry()
	registry.MustRegister(r)
	random := rand.New(rand.NewPCG(3, 5))
	pick := func(n int) int { return random.IntN(n) }
	labels := func(context.Context) prometheus.Labels { return prometheus.Labels{"trace_id": "1"} }
	things := []func(s *series){
		func(*series) {}, func(*series) {},
		func(s *series) { s.calls[pick(int(outcomes))].add([]int{0, 100, 200, 204, 503, 999}[pick(6)]) },
		func(s *series) { s.sent.add([]int{0, 100, 200, 204, 503, 999}[pick(6)]) },
		func(s *series) { s.durations[pick(int(outcomes))].observe(time.Duration(pick(3)) * time.Second) },
		func(s *series) { s.plain[pick(plainCodes)].observe(time.Duration(pick(3)) * time.Second) },
		func(s *series) { s.attempt.observe(0) },
		func(s *series) { s.retries[pick(int(reasons))].Add(1) },
		func(s *series) { s.bytesIn.Add(10) },
		func(s *series) { s.bytesOut.Add(10) },
		func(s *series) { s.exhausted.Add(1) },
		func(s *series) { s.replayed.add(200) },
		func(s *series) {
			if o := outcome(pick(int(outcomes))); s.durations[o].Load() != nil {
				s.exemplars[o].keep(t.Context(), time.Second, labels)
			}
		},
		func(*series) {
			r.SetBuckets([]Buckets{ClassicBuckets, ClassicBuckets, NativeBuckets, NativeBuckets | ClassicBuckets}[pick(4)])
		},
	}
	kept := 0
	for step := range 200 {
		for range pick(6) {
			s, _ := r.store.Load().find([]string{"GET", "POST"}[pick(2)], route.Named([]string{"/a", "/b"}[pick(2)]))
			things[pick(len(things))](s)
		}
		got := texts(t, registry)
		for _, s := range r.store.Load().index.Load().series {
			for _, m := range s.picture.marks {
				if m.metric != nil {
					kept++
				}
			}
		}
		if step%10 == 9 {
			forget(r)
			if want := texts(t, registry); !slices.Equal(got, want) {
				t.Fatalf("step %d:\n%s\nwant\n%s", step, got, want)
			}
		}
	}
	if kept < 500 {
		t.Errorf("only %d metrics were kept", kept)
	}
}

// What was gathered does not change while more is counted, and metrics of idle series are sent
// again.
func TestWhatIsGatheredStays(t *testing.T) {
	r := New("test")
	busy, _ := r.store.Load().find("GET", route.Named("/busy"))
	idle, _ := r.store.Load().find("GET", route.Named("/idle"))
	count := func(s *series) {
		s.calls[accepted].add(200)
		s.durations[accepted].observe(time.Second)
	}
	count(idle)
	var before []prometheus.Metric
	var messages []*dto.Metric
	var values []string
	for scrape := range 6 {
		count(busy)
		now := sent(t, r)
		for i, m := range messages {
			if m.String() != values[i] {
				t.Errorf("what was gathered has become %v, it was %s", m, values[i])
			}
		}
		messages, values = nil, nil
		again := 0
		for _, m := range now {
			message := written(t, m)
			messages, values = append(messages, message), append(values, message.String())
			if slices.Contains(before, m) {
				again++
			}
		}
		// Of the idle series that is its calls, durations, bytes and body times, and of the busy
		// one those of bodies.
		if scrape > 1 && again != 6 {
			t.Errorf("scrape %d sends %d metrics again", scrape, again)
		}
		before = now
		// A kept value from a slab would keep the whole slab alive.
		for _, m := range busy.picture.marks {
			if (m.desc == r.descs.requests.Desc || m.desc == r.descs.duration.Desc) && m.metric != nil {
				t.Errorf("scrape %d keeps what changes: %v", scrape, m.metric)
			}
		}
	}
}

// Changing what was gathered does not change the next scrape.
func TestWhatIsGatheredCanBeChanged(t *testing.T) {
	r := New("test")
	exercise(t, r)
	registry := prometheus.NewPedanticRegistry()
	registry.MustRegister(r)
	want := texts(t, registry)
	changes := map[string]func(*dto.Metric){
		"the value":         func(m *dto.Metric) { *m.GetCounter().Value = 7 },
		"the counter":       func(m *dto.Metric) { m.Counter.Value = new(float64) },
		"the list":          func(m *dto.Metric) { m.Histogram.Bucket = nil },
		"a bucket":          func(m *dto.Metric) { m.Histogram.Bucket[2] = &dto.Bucket{} },
		"a count":           func(m *dto.Metric) { *m.Histogram.Bucket[2].CumulativeCount = 1000 },
		"an exemplar":       func(m *dto.Metric) { m.Histogram.Bucket[2].Exemplar = &dto.Exemplar{} },
		"the count":         func(m *dto.Metric) { m.Histogram.SampleCount = new(uint64) },
		"the sum":           func(m *dto.Metric) { *m.Histogram.SampleSum = -1 },
		"the kind":          func(m *dto.Metric) { m.Histogram.Schema = new(int32) },
		"the list of names": func(m *dto.Metric) { m.Label = append(m.Label, pair("zone", "a")) },
	}
	for name, change := range changes {
		for _, from := range []prometheus.Gatherer{registry, r} {
			for range 3 {
				_ = texts(t, from)
			}
			changed := 0
			for _, f := range gathered(t, from) {
				*f.Name, f.Help, *f.Type = "changed", nil, dto.MetricType_SUMMARY
				for _, m := range f.GetMetric() {
					if (m.Histogram != nil) == (name != "the value" && name != "the counter") && (m.Histogram != nil || m.Counter != nil) {
						change(m)
						changed++
					}
				}
			}
			if got := texts(t, from); changed < 3 || fmt.Sprint(got) != fmt.Sprint(want) {
				t.Errorf("%T: %s of %d metrics was changed, and the next scrape shows\n%s\nwant\n%s", from, name, changed, got, want)
			}
		}
	}
}
