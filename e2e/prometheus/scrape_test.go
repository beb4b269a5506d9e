package prometheus

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"math"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.opentelemetry.io/otel/trace"

	"github.com/gracy-go/gracy"
	"github.com/gracy-go/gracy/metrics"
	"github.com/gracy-go/gracy/report"
	"github.com/gracy-go/gracy/transport"
)

// The log of the server, the snapshot of the program, Prometheus, the spans of OpenTelemetry and
// the page of a report must have the same counts.
func TestPrometheusCountsWhatTheServerCounts(t *testing.T) {
	t.Parallel()
	program(t, "prometheus")
	stats := metrics.New("shop")
	stats.SetExemplars(func(context.Context) prometheus.Labels { return prometheus.Labels{"trace_id": "4bf92f3577b34da6"} })
	w := newWorkload(t, newAPI(t), stats)
	s := start(t, serve(t, stats))
	for range 2 {
		w.run(120)
		s.await(`sum(gracy_requests_total)`, float64(w.calls))
		_, requests := w.api.written()
		s.await(`sum(gracy_attempts_total)`, float64(requests))
	}
	log, requests := w.api.written()
	got, err := s.value(`sum by (route, code) (gracy_attempts_total)`, "route", "code")
	if err != nil {
		t.Fatal(err)
	}
	if !maps.Equal(got, log) {
		t.Errorf("Prometheus has %v, the log of the server %v", got, log)
	}
	if got := w.sent(); !maps.Equal(got, log) {
		t.Errorf("the CLIENT spans are %v, the log of the server %v", got, log)
	}
	total := stats.Snapshot().Total
	page := readBack(t, stats)
	if got, want := asJSON(t, page.Snapshot().Total), asJSON(t, total); got != want {
		t.Errorf("the page has %s, the snapshot %s", got, want)
	}
	if got := attempts(page.Timeline()); !maps.Equal(got, log) {
		t.Errorf("the calls of the page are %v, the log of the server %v", got, log)
	}
	for expr, want := range map[string]uint64{
		`sum(gracy_requests_total)`:               total.Calls,
		`sum(gracy_requests_total{outcome="ok"})`: total.Successes,
		`sum(gracy_attempts_total)`:               total.Attempts,
		`sum(gracy_attempts_total{code=~"5.."})`:  total.Status5xx,
		`sum(gracy_retries_total)`:                total.Retries,
		`sum(gracy_retries_exhausted_total)`:      total.Exhausted,
		`sum(gracy_aborts_total)`:                 total.Aborts,
		`sum(gracy_throttled_total)`:              total.Throttled,
		`sum(gracy_replay_total{result="hit"})`:   total.Replayed,
		`sum(gracy_response_body_bytes_total)`:    uint64(total.BytesIn), //nolint:gosec // of bodies
		`sum(histogram_count(gracy_request_duration_seconds)) or sum(gracy_request_duration_seconds_count)`: total.Latency.Count + total.FailureLatency.Count,
	} {
		got, err := s.value(expr)
		if err != nil || got[""] != float64(want) || want == 0 {
			t.Errorf("%s is %v, the snapshot says %d (%v)", expr, got, want, err)
		}
	}
	if found, err := s.exemplars(`gracy_request_duration_seconds_bucket`); err != nil || !strings.Contains(found, `"trace_id":"4bf92f3577b34da6"`) {
		t.Errorf("exemplars: %s (%v)", found, err)
	}
	t.Logf("%d calls, %v requests in the log of the server, Prometheus %d", w.calls, requests, s.major)
}

// sent returns the requests that have a CLIENT span, by route and status.
func (w *workload) sent() map[string]float64 {
	counts := map[string]float64{}
	for _, span := range w.spans.Ended() {
		if span.SpanKind() != trace.SpanKindClient {
			continue
		}
		route, code := "", "none"
		for _, a := range span.Attributes() {
			switch a.Key {
			case "url.template":
				route = a.Value.AsString()
			case "http.response.status_code":
				code = strconv.FormatInt(a.Value.AsInt64(), 10)
			}
		}
		counts[route+" "+code]++
	}
	return counts
}

// attempts returns the requests that calls have sent, by route and status.
func attempts(timeline metrics.Timeline) map[string]float64 {
	counts := map[string]float64{}
	for _, c := range timeline.Calls {
		for _, a := range c.Attempts {
			code := "none"
			if a.Status != 0 {
				code = strconv.Itoa(a.Status)
			}
			if a.Sent {
				counts[c.Route+" "+code]++
			}
		}
	}
	return counts
}

func asJSON(t *testing.T, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// readBack returns what the page of a report holds.
func readBack(t *testing.T, stats *metrics.Recorder) *report.Saved {
	t.Helper()
	path := filepath.Join(t.TempDir(), "report.html")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(report.HTML(f, stats), f.Close()); err != nil {
		t.Fatal(err)
	}
	saved, err := report.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	return saved
}

// Three recorders with different histograms see the same calls, whose durations are known. The
// calls are made in a bubble, so that they take no real time.
func TestQuantilesOfPrometheusAgainstTheTruth(t *testing.T) {
	t.Parallel()
	program(t, "prometheus")
	classic, native, both := metrics.New("classic"), metrics.New("native"), metrics.New("both")
	native.SetBuckets(metrics.NativeBuckets)
	both.SetBuckets(metrics.NativeBuckets | metrics.ClassicBuckets)
	var truth []float64
	synctest.Test(t, func(t *testing.T) {
		random := rand.New(rand.NewPCG(7, 7))
		base := trip(func(req *http.Request) (*http.Response, error) {
			d := time.Duration(80e6 * math.Exp(random.NormFloat64()*0.9))
			truth = append(truth, d.Seconds())
			time.Sleep(d)
			return &http.Response{StatusCode: 200, Header: http.Header{}, Body: http.NoBody, Request: req}, nil
		})
		rt := gracy.Around(base, classic, native, both)
		for range 5000 {
			req, err := http.NewRequestWithContext(transport.WithRoute(t.Context(), "/r"), http.MethodGet, "http://api.test/r", nil)
			if err != nil {
				t.Fatal(err)
			}
			resp, err := rt.RoundTrip(req)
			if err != nil {
				t.Fatal(err)
			}
			_ = resp.Body.Close()
		}
	})
	slices.Sort(truth)
	// Prometheus 2 takes all series of a metric for native ones if the first one is native, so
	// there are two targets.
	s := start(t, serve(t, classic), serve(t, native, both))
	s.await(`sum(gracy_requests_total)`, 15000)
	bounds := []float64{0, 0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 60}
	for q, text := range map[float64]string{0.5: "0.5", 0.9: "0.9", 0.95: "0.95", 0.99: "0.99"} {
		want := truth[int(math.Ceil(q*float64(len(truth))))-1]
		value := func(expr string) float64 {
			got, err := s.value(expr)
			if err != nil || len(got) != 1 {
				t.Errorf("%s: %v, %v", expr, got, err)
			}
			return got[""]
		}
		for _, client := range []string{"native", "both"} {
			got := value(`histogram_quantile(` + text + `, gracy_request_duration_seconds{client="` + client + `"})`)
			t.Logf("p%s of %s: %.4f s, truth %.4f s, %.2f %%", text, client, got, want, 100*math.Abs(got-want)/want)
			if math.Abs(got-want) > 0.025*want {
				t.Errorf("p%s of %s is %v, the truth is %v", text, client, got, want)
			}
		}
		got := value(`histogram_quantile(` + text + `, gracy_request_duration_seconds_bucket{client="classic"})`)
		i, _ := slices.BinarySearch(bounds, want)
		t.Logf("p%s of classic: %.4f s in (%v, %v]", text, got, bounds[i-1], bounds[i])
		if got < bounds[i-1] || got > bounds[i] {
			t.Errorf("p%s of classic is %v, outside of the bucket from %v to %v of the truth", text, got, bounds[i-1], bounds[i])
		}
	}
	// The comment of SetBuckets says which series a server keeps.
	ask := s.query
	if s.major > 2 {
		ask = s.value // value waits until there are series
	}
	got, err := ask(`gracy_request_duration_seconds_count{client="both"}`)
	if kept := len(got) > 0; err != nil || kept != (s.major > 2) {
		t.Errorf("Prometheus %d has the classic series of a metric with both: %v, %v", s.major, kept, err)
	}
}
