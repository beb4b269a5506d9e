package metrics

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"github.com/prometheus/client_golang/prometheus/testutil"
	dto "github.com/prometheus/client_model/go"
)

func TestGatherReturnsWhatARegistryReturns(t *testing.T) {
	for name, buckets := range map[string]Buckets{"classic": ClassicBuckets, "native": NativeBuckets, "both": ClassicBuckets | NativeBuckets} {
		r := New("test")
		r.SetBuckets(buckets)
		registry := prometheus.NewPedanticRegistry()
		registry.MustRegister(r)
		same := func(state string) {
			t.Helper()
			for range 3 { // metrics that stay the same are kept
				if own, want := texts(t, r), texts(t, registry); !slices.Equal(own, want) {
					t.Errorf("%s, %s: Gather returns\n%s\nand a registry\n%s", name, state, strings.Join(own, "\n"), strings.Join(want, "\n"))
				}
			}
		}
		same("new")
		exercise(t, r)
		same("in use")
		if len(texts(t, r)) < 15 {
			t.Errorf("%s: only %d families", name, len(texts(t, r)))
		}
		r.Reset()
		same("reset")
	}
}

// A server gets the same page to the byte, in both formats.
func TestAPageOfARecorderAloneIsThatOfARegistry(t *testing.T) {
	r := New("test")
	exercise(t, r)
	registry := prometheus.NewPedanticRegistry()
	registry.MustRegister(r)
	for _, accept := range []string{"text/plain", "application/openmetrics-text; version=1.0.0"} {
		page := func(from prometheus.Gatherer) string {
			req := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/metrics", nil)
			req.Header.Set("Accept", accept)
			w := httptest.NewRecorder()
			promhttp.HandlerFor(from, promhttp.HandlerOpts{EnableOpenMetrics: true}).ServeHTTP(w, req)
			return w.Header().Get("Content-Type") + "\n" + w.Body.String()
		}
		if own, want := page(r), page(registry); own != want || strings.Count(own, "\n") < 100 {
			t.Errorf("%s: the page is\n%s\nwant\n%s", accept, own, want)
		}
	}
	if problems, err := testutil.GatherAndLint(r); err != nil || len(problems) > 0 {
		t.Errorf("%v, %v", problems, err)
	}
}

// Beside a registry that has the recorder, its metrics would be there twice, which is an error.
// Beside another registry they are there once.
func TestARecorderBesideARegistry(t *testing.T) {
	r := New("test")
	has, other := prometheus.NewRegistry(), prometheus.NewRegistry()
	has.MustRegister(r)
	other.MustRegister(New("other"))
	if _, err := (prometheus.Gatherers{has, r}).Gather(); err == nil {
		t.Error("all metrics are there twice, without an error")
	}
	families, err := prometheus.Gatherers{other, r}.Gather()
	i := slices.IndexFunc(families, func(f *dto.MetricFamily) bool { return f.GetName() == "gracy_in_flight" })
	if err != nil || i < 0 || len(families[i].GetMetric()) != 2 {
		t.Errorf("%v, %v", families, err)
	}
}
