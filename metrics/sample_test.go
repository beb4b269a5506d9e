package metrics

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	dto "github.com/prometheus/client_model/go"

	"github.com/gracy-go/gracy/internal/race"
	"github.com/gracy-go/gracy/internal/route"
	"github.com/gracy-go/gracy/internal/rttest"
)

// wide returns a recorder of as many routes as it keeps apart, with four methods and three outcomes each.
func wide() *Recorder {
	r := New("test")
	for i := range maxRoutes {
		for _, m := range []string{"GET", "POST", "PUT", "DELETE"} {
			s, _ := r.store.Load().find(m, route.Named(fmt.Sprintf("/things/%d/parts", i)))
			for o, code := range map[outcome]int{accepted: 200, status: 503, broken: 0} {
				s.calls[o].add(code)
				s.sent.add(code)
				for k := range 5 {
					s.durations[o].observe(time.Duration(k+1) * 30 * time.Millisecond)
					s.attempt.observe(time.Duration(k+1) * 30 * time.Millisecond)
				}
			}
			s.bytesIn.Add(100)
			s.bodyTime.Add(100)
		}
	}
	return r
}

// gather returns the metrics of a collector by name, from a registry that checks them.
func gather(t *testing.T, collectors ...prometheus.Collector) map[string]*dto.MetricFamily {
	t.Helper()
	registry := prometheus.NewPedanticRegistry()
	registry.MustRegister(collectors...)
	return gathered(t, registry)
}

func gathered(t *testing.T, from prometheus.Gatherer) map[string]*dto.MetricFamily {
	t.Helper()
	families, err := from.Gather()
	if err != nil {
		t.Fatal(err)
	}
	byName := map[string]*dto.MetricFamily{}
	for _, f := range families {
		byName[f.GetName()] = f
	}
	return byName
}

// A counter that was made after a scrape must not look as if it had always been at its value.
func TestCountersSaySinceWhenTheyCount(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := New("test")
		check := func(want time.Time) {
			t.Helper()
			n := 0
			for _, f := range gather(t, r) {
				for _, m := range f.GetMetric() {
					for _, made := range []interface{ AsTime() time.Time }{m.GetCounter().GetCreatedTimestamp(), m.GetHistogram().GetCreatedTimestamp()} {
						if made := made.AsTime(); made.Unix() != 0 {
							n++
							if !made.Equal(want) {
								t.Errorf("%s was made at %v, want %v", f.GetName(), made, want)
							}
						}
					}
				}
			}
			if n < 6 {
				t.Errorf("%d times in all", n)
			}
		}
		start := time.Now()
		time.Sleep(time.Minute)
		call := func() {
			if err := send(t.Context(), t, r.Wrap(rttest.Respond(200, "x")), "GET", "/r"); err != nil {
				t.Fatal(err)
			}
		}
		call()
		check(start)
		time.Sleep(time.Minute)
		r.Reset()
		reset := time.Now()
		time.Sleep(time.Minute)
		call()
		check(reset)
	})
}

// Constant labels are added by a registerer, to metrics that share theirs.
func TestLabelsAreAddedByWhoeverRegisters(t *testing.T) {
	r := New("test")
	exercise(t, r)
	registry := prometheus.NewPedanticRegistry()
	prometheus.WrapRegistererWith(prometheus.Labels{"a": "1", "region": "eu", "zone": "b"}, registry).MustRegister(r)
	var scrapes sync.WaitGroup
	for range 4 {
		scrapes.Go(func() {
			for range 5 {
				for name, f := range gathered(t, registry) {
					for _, m := range f.GetMetric() {
						labels := m.GetLabel()
						if labels[0].GetValue() != "1" || labels[len(labels)-1].GetName() != "zone" {
							t.Errorf("%s: %v", name, labels)
						}
					}
				}
			}
		})
	}
	scrapes.Wait()
	if f := gather(t, r)["gracy_requests_total"]; len(f.GetMetric()[0].GetLabel()) != 5 {
		t.Errorf("labels of another registry: %v", f)
	}
}

// A scrape makes an object for every ten metrics, whether all or none have changed since the last.
// The Prometheus library makes some six for each.
func TestAScrapeAllocatesLittle(t *testing.T) {
	if race.Enabled {
		t.Skip("the race detector allocates")
	}
	r, sent := wide(), 0
	out := make(chan prometheus.Metric)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for range out {
			sent++
		}
	}()
	r.Collect(out)
	r.Collect(out) // which keeps what has not changed
	idle := testing.AllocsPerRun(1, func() { r.Collect(out) })
	busy := testing.AllocsPerRun(1, func() {
		for _, s := range r.store.Load().index.Load().series {
			for o, code := range map[outcome]int{accepted: 200, status: 503, broken: 0} {
				s.calls[o].add(code)
				s.sent.add(code)
				s.durations[o].observe(time.Second)
				s.attempt.observe(time.Second)
			}
			s.bytesIn.Add(1)
			s.bodyTime.Add(1)
		}
		r.Collect(out)
	})
	close(out)
	<-done
	n := float64(sent / 6) // AllocsPerRun runs it once more
	if idle/n > 0.1 || busy/n > 0.1 || n < 9_000 {
		t.Errorf("%.2f and %.2f allocations a metric, of %.0f", idle/n, busy/n, n)
	}
}

// BenchmarkScrape reads 200 routes by four methods and three outcomes.
func BenchmarkScrape(b *testing.B) {
	for name, buckets := range map[string]Buckets{"classic": ClassicBuckets, "native": NativeBuckets} {
		for format, accept := range map[string]string{"text": "text/plain", "protobuf": "application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited"} {
			b.Run(name+", "+format, func(b *testing.B) {
				r := wide()
				r.SetBuckets(buckets)
				registry := prometheus.NewRegistry()
				registry.MustRegister(r)
				h := promhttp.HandlerFor(registry, promhttp.HandlerOpts{DisableCompression: true})
				req := httptest.NewRequest(http.MethodGet, "/metrics", nil)
				req.Header.Set("Accept", accept)
				b.ReportAllocs()
				for b.Loop() {
					w := httptest.NewRecorder()
					h.ServeHTTP(w, req)
					b.ReportMetric(float64(w.Body.Len()), "body-bytes")
				}
			})
		}
	}
}

// BenchmarkCollect is our part of a scrape.
func BenchmarkCollect(b *testing.B) {
	r := wide()
	out := make(chan prometheus.Metric, 64)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for range out {
		}
	}()
	b.ReportAllocs()
	for b.Loop() {
		r.Collect(out)
	}
	close(out)
	<-done
}
