package metrics

import (
	"math"
	"math/rand/v2"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	dto "github.com/prometheus/client_model/go"

	"github.com/gracy-go/gracy/internal/route"
	"github.com/gracy-go/gracy/internal/rttest"
)

// linesOf returns the lines that a route has in the text of a scrape.
func linesOf(t *testing.T, r *Recorder, route string) (lines []string) {
	t.Helper()
	registry := prometheus.NewPedanticRegistry()
	registry.MustRegister(r)
	w := httptest.NewRecorder()
	promhttp.HandlerFor(registry, promhttp.HandlerOpts{}).ServeHTTP(w, httptest.NewRequest("GET", "/metrics", nil))
	for line := range strings.Lines(w.Body.String()) {
		if strings.Contains(line, `route="`+route+`"`) {
			lines = append(lines, line)
		}
	}
	return lines
}

// Series are what a server costs money for. This counts those of a route with one method and
// status.
func TestARouteHasFewLines(t *testing.T) {
	for b, most := range map[Buckets]int{0: 30, ClassicBuckets: 30, NativeBuckets: 15, ClassicBuckets | NativeBuckets: 30} {
		for _, method := range []string{"GET", "POST"} {
			r := New("test")
			r.SetBuckets(b)
			if err := send(t.Context(), t, r.Wrap(rttest.Respond(200, "x")), method, "/r"); err != nil {
				t.Fatal(err)
			}
			lines := linesOf(t, r, "/r")
			t.Logf("buckets %d: %d lines", b, len(lines))
			if len(lines) > most || len(lines) < 8 {
				t.Errorf("buckets %d: %d lines of a route, want at most %d:\n%s", b, len(lines), most, strings.Join(lines, ""))
			}
		}
	}
}

// expand returns the counts of the exponential buckets of a message by index.
func expand(h *dto.Histogram) map[int]uint64 {
	counts, index, count, k := map[int]uint64{}, 0, int64(0), 0
	for _, span := range h.GetPositiveSpan() {
		index += int(span.GetOffset())
		for range span.GetLength() {
			count += h.GetPositiveDelta()[k]
			if count > 0 {
				counts[index] = uint64(count)
			}
			k, index = k+1, index+1
		}
	}
	return counts
}

// only returns the one histogram of attempts.
func only(t *testing.T, r *Recorder) *dto.Histogram {
	t.Helper()
	return gather(t, r)["gracy_attempt_duration_seconds"].GetMetric()[0].GetHistogram()
}

func TestNativeBucketsAreThoseOfTheSnapshot(t *testing.T) {
	for name, samples := range distributions() {
		r := New("test")
		r.SetBuckets(NativeBuckets | ClassicBuckets)
		s, _ := r.store.Load().find("GET", route.Named("/r"))
		for _, d := range samples {
			s.attempt.observe(d)
		}
		h, l := only(t, r), s.attempts(nil).latency()
		want := map[int]uint64{}
		for _, b := range l.Buckets {
			if b.Index >= lowest {
				want[b.Index] = b.Count
			}
		}
		got := expand(h)
		if len(got) != len(want) {
			t.Errorf("%s: %d buckets, want %d", name, len(got), len(want))
		}
		sum := h.GetZeroCount()
		for i, n := range got {
			sum += n
			if want[i] != n {
				t.Errorf("%s: %d in bucket %d, want %d", name, n, i, want[i])
			}
		}
		if sum != l.Count || h.GetSampleCount() != l.Count || math.Abs(h.GetSampleSum()-l.Sum.Seconds()) > 1e-9*l.Sum.Seconds() {
			t.Errorf("%s: %d in the buckets, count %d, sum %v of %d, %v", name, sum, h.GetSampleCount(), h.GetSampleSum(), l.Count, l.Sum)
		}
		if len(h.GetBucket()) != len(classicBounds) {
			t.Errorf("%s: %d classic buckets", name, len(h.GetBucket()))
		}
	}
}

func TestOnlyTheBucketsAskedForAreShown(t *testing.T) {
	r := New("test")
	s, _ := r.store.Load().find("GET", route.Named("/r"))
	s.attempt.observe(time.Second)
	for _, tc := range []struct {
		set             Buckets
		classic, native bool
	}{{NativeBuckets, false, true}, {ClassicBuckets, true, false}, {NativeBuckets | ClassicBuckets, true, true}, {0, true, false}, {64, true, false}} {
		r.SetBuckets(tc.set)
		h := only(t, r)
		if classic := len(h.GetBucket()) > 0; classic != tc.classic {
			t.Errorf("%d: classic %v", tc.set, classic)
		}
		if native := h.Schema != nil && len(h.GetPositiveSpan()) > 0; native != tc.native {
			t.Errorf("%d: native %v", tc.set, native)
		}
	}
}

// What was read of plain calls and the rest together are what all histograms hold.
func TestAReadingInPartsIsWhole(t *testing.T) {
	for name, samples := range distributions() {
		s := newSeries("GET", "/r")
		want := [plainCodes]uint64{}
		for i, d := range samples {
			switch k := i % 4; k {
			case 0:
				s.durations[accepted].observe(d)
			default:
				s.plain[k].observe(d)
				want[k]++
			}
		}
		var parts, whole reading
		if got := parts.plain(s); got != want {
			t.Errorf("%s: %v plain calls, want %v", name, got, want)
		}
		parts.add(group(nil).with(&s.durations[accepted]))
		whole.add(s.times(nil, accepted))
		if parts != whole || whole.count != uint64(len(samples)) {
			t.Errorf("%s: in parts %v, as a whole %v, of %d", name, parts, whole, len(samples))
		}
	}
}

// A histogram is read while others write it. A server rejects one whose buckets hold more than its
// count.
func TestAHistogramThatGrowsIsSound(t *testing.T) {
	r := New("test")
	s, _ := r.store.Load().find("GET", route.Named("/r"))
	s.attempt.observe(time.Second)
	var writers sync.WaitGroup
	for w := range 3 {
		writers.Go(func() {
			rnd := rand.New(rand.NewPCG(uint64(w), 1))
			for range 5000 {
				s.attempt.observe(time.Duration(rnd.ExpFloat64() * 1e8))
			}
		})
	}
	for i := range 200 {
		r.SetBuckets([]Buckets{NativeBuckets | ClassicBuckets, ClassicBuckets, NativeBuckets}[i%3])
		h := only(t, r)
		cumulative := []uint64{0}
		for _, b := range h.GetBucket() {
			cumulative = append(cumulative, b.GetCumulativeCount())
		}
		if cumulative = append(cumulative, h.GetSampleCount()); !slices.IsSorted(cumulative) {
			t.Fatalf("classic buckets fall: %v", cumulative)
		}
		if h.Schema == nil {
			continue
		}
		sum := h.GetZeroCount()
		for _, n := range expand(h) {
			sum += n
		}
		if sum != h.GetSampleCount() {
			t.Fatalf("%d in the native buckets, count %d", sum, h.GetSampleCount())
		}
	}
	writers.Wait()
}
