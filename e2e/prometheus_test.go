package e2e

import (
	"fmt"
	"io"
	"maps"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"

	"github.com/gracy-go/gracy/internal/fault"
	"github.com/gracy-go/gracy/metrics"
	"github.com/gracy-go/gracy/retry"
)

// scrape returns what Prometheus reads: the metric families by name.
func scrape(t *testing.T, stats *metrics.Recorder) map[string]*dto.MetricFamily {
	t.Helper()
	registry := prometheus.NewPedanticRegistry()
	if err := registry.Register(stats); err != nil {
		t.Fatal(err)
	}
	server, err := fault.Start(promhttp.HandlerFor(registry, promhttp.HandlerOpts{ErrorHandling: promhttp.HTTPErrorOnError}))
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := server.Close(); err != nil {
			t.Error(err)
		}
	}()
	base := &http.Transport{DisableKeepAlives: true}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL+"/metrics", nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := base.RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != 200 {
		b, _ := io.ReadAll(resp.Body)
		t.Fatalf("the scrape is a %d: %s", resp.StatusCode, b)
	}
	parser := expfmt.NewTextParser(model.LegacyValidation)
	families, err := parser.TextToMetricFamilies(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return families
}

// series returns the values of a counter or gauge by the named labels, or the counts
// of a histogram. Every series must have the recorder's name as its label client.
func series(t *testing.T, f map[string]*dto.MetricFamily, name, client string, by ...string) map[string]float64 {
	t.Helper()
	out := map[string]float64{}
	for _, m := range f[name].GetMetric() {
		labels := map[string]string{}
		for _, l := range m.GetLabel() {
			labels[l.GetName()] = l.GetValue()
		}
		if labels["client"] != client {
			t.Errorf("%s has the client %q, want %q", name, labels["client"], client)
		}
		var key []string
		for _, l := range by {
			key = append(key, labels[l])
		}
		k := strings.Join(key, " ")
		switch {
		case m.GetCounter() != nil:
			out[k] += m.GetCounter().GetValue()
		case m.GetGauge() != nil:
			out[k] += m.GetGauge().GetValue()
		case m.GetHistogram() != nil:
			out[k] += float64(m.GetHistogram().GetSampleCount())
		}
	}
	return out
}

func sum(m map[string]float64) (total float64) {
	for v := range maps.Values(m) {
		total += v
	}
	return total
}

// Six hundred calls are made on three routes, and a quarter of their requests meet a fault. A
// scrape is compared with the counts of the server and of the callers.
func TestAScrapeAgreesWithTheServer(t *testing.T) {
	const calls, workers = 600, 6
	routes := []string{"GET /berries/{id}", "GET /pokemon/{name}", "PUT /teams/{id}"}
	paths := []string{"/berries/", "/pokemon/p", "/teams/"}
	body := strings.Repeat("x", 500)
	inner := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Length", strconv.Itoa(len(body)))
		if strings.HasSuffix(r.URL.Path, "7") {
			w.WriteHeader(404)
		}
		_, _ = io.WriteString(w, body)
	})
	w := startFaultServer(t, inner, fault.Plan{Seed: 7, Mix: []fault.Chance{
		{P: 0.10, Fault: fault.Status(503)},
		{P: 0.05, Fault: fault.Status(500)},
		{P: 0.05, Fault: fault.Status(429, "Retry-After-Ms", "1")},
		{P: 0.03, Fault: fault.Reset()},
		{P: 0.02, Fault: fault.Empty()},
	}}, routes...)
	// Without kept connections net/http sends no request again by itself.
	policy := retry.Policy{Delay: retry.NoDelay, Budget: retry.NoBudget()}
	s := newStack(t, stackConfig{policy: policy, base: &http.Transport{DisableKeepAlives: true}, routes: routes})

	var mu sync.Mutex
	got := map[string]int{} // the calls by route and status, as the callers saw them
	errs := map[string]int{}
	var read int64
	var wg sync.WaitGroup
	for worker := range workers {
		wg.Go(func() {
			for i := worker; i < calls; i += workers {
				r := i % len(routes)
				method, _, _ := strings.Cut(routes[r], " ")
				var payload io.Reader
				if method == http.MethodPut {
					payload = strings.NewReader("a team")
				}
				req, err := http.NewRequestWithContext(t.Context(), method, w.URL+paths[r]+strconv.Itoa(i), payload)
				if err != nil {
					t.Error(err)
					return
				}
				resp, err := s.client.Do(req)
				if err != nil {
					mu.Lock()
					errs[routes[r]]++
					mu.Unlock()
					continue
				}
				n, err := io.Copy(io.Discard, resp.Body)
				resp.Body.Close()
				if err != nil {
					t.Error(err)
				}
				mu.Lock()
				got[fmt.Sprint(routes[r], " ", resp.StatusCode)]++
				read += n
				mu.Unlock()
			}
		})
	}
	wg.Wait()

	f := scrape(t, s.stats)
	name := t.Name()
	same := func(what string, got, want map[string]float64) {
		t.Helper()
		if !maps.Equal(got, want) || len(want) == 0 {
			t.Errorf("%s: scraped %v, want %v", what, got, want)
		}
	}

	// As many attempts by route as requests arrived, whatever their outcome.
	arrived := map[string]float64{}
	for route, n := range w.log.Requests() {
		arrived[route] = float64(n)
	}
	same("attempts by route", series(t, f, "gracy_attempts_total", name, "method", "route"), arrived)
	// As many attempts by status as the server sent; "none" is an attempt without response.
	responded := map[string]float64{}
	for route, by := range w.log.Statuses() {
		for status, n := range by {
			responded[route+" "+strconv.Itoa(status)] += float64(n)
		}
	}
	bySeries := series(t, f, "gracy_attempts_total", name, "method", "route", "code")
	broken := 0.0
	for k, n := range bySeries {
		if strings.HasSuffix(k, " none") {
			broken += n
			delete(bySeries, k)
		}
	}
	same("attempts by status", bySeries, responded)
	counts := w.faults.Counts()
	if want := float64(counts[fault.KindReset] + counts[fault.KindEmpty]); broken != want || want == 0 {
		t.Errorf("attempts without a response: %v, want %v", broken, want)
	}
	if aborts := sum(series(t, f, "gracy_aborts_total", name)); aborts != broken {
		t.Errorf("aborts %v, want %v", aborts, broken)
	}

	// Calls, as their callers saw them.
	seen := map[string]float64{}
	for k, n := range got {
		seen[k] = float64(n)
	}
	for route, n := range errs {
		seen[route+" none"] = float64(n)
	}
	same("calls", series(t, f, "gracy_requests_total", name, "method", "route", "code"), seen)
	total := float64(w.log.Total())
	if n := sum(series(t, f, "gracy_requests_total", name)); n != calls {
		t.Errorf("%v calls, want %d", n, calls)
	}
	if n := sum(series(t, f, "gracy_retries_total", name)); n != total-calls || n == 0 {
		t.Errorf("%v retries, want %v", n, total-calls)
	}
	for histogram, want := range map[string]float64{"gracy_request_duration_seconds": calls, "gracy_attempt_duration_seconds": total} {
		if n := sum(series(t, f, histogram, name)); n != want {
			t.Errorf("%s: %v observations, want %v", histogram, n, want)
		}
	}
	failedBytes := 0.0
	for _, k := range []int{500, 503, 429} {
		for _, by := range w.log.Statuses() {
			failedBytes += float64(by[k] * (len(http.StatusText(k)) + 1))
		}
	}
	if n := sum(series(t, f, "gracy_response_body_bytes_total", name)); n < float64(read) || n > float64(read)+failedBytes {
		t.Errorf("%v bytes received; the callers read %d, and discarded responses had %v more", n, read, failedBytes)
	}
	if n := sum(series(t, f, "gracy_in_flight", name)); n != 0 {
		t.Errorf("%v in flight after the last call", n)
	}

	// The snapshot has the same numbers.
	snapshot := s.stats.Snapshot().Total
	if float64(snapshot.Attempts) != total || snapshot.Calls != calls || float64(snapshot.Aborts) != broken {
		t.Errorf("snapshot: %d attempts, %d calls, %d aborts", snapshot.Attempts, snapshot.Calls, snapshot.Aborts)
	}
	t.Logf("%d calls, %v requests at the server, %v retries, %v without response, %d families", calls, total, total-calls, broken, len(f))
	if f["gracy_build_info"] == nil {
		t.Error("no gracy_build_info")
	}
}
