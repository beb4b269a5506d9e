package prometheus

import (
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"go.opentelemetry.io/otel/metric/noop"
	"go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"github.com/gracy-go/gracy"
	"github.com/gracy-go/gracy/concurrency"
	"github.com/gracy-go/gracy/metrics"
	"github.com/gracy-go/gracy/otel"
	"github.com/gracy-go/gracy/replay"
	"github.com/gracy-go/gracy/retry"
	"github.com/gracy-go/gracy/throttle"
	"github.com/gracy-go/gracy/transport"
)

// serve serves the metrics of recorders, and returns the host and port.
func serve(t *testing.T, recorders ...*metrics.Recorder) string {
	t.Helper()
	registry := prometheus.NewPedanticRegistry()
	for _, r := range recorders {
		registry.MustRegister(r)
	}
	s := httptest.NewServer(promhttp.HandlerFor(registry, promhttp.HandlerOpts{ErrorHandling: promhttp.HTTPErrorOnError, EnableOpenMetrics: true}))
	t.Cleanup(s.Close)
	return strings.TrimPrefix(s.URL, "http://")
}

// An api is a server with faults, which logs the status of each response.
type api struct {
	*httptest.Server

	mu       sync.Mutex // mu guards the fields below
	log      map[string]float64
	requests int
}

func newAPI(t *testing.T) *api {
	t.Helper()
	a := &api{log: map[string]float64{}}
	a.Server = httptest.NewServer(http.HandlerFunc(a.respond))
	t.Cleanup(a.Close)
	return a
}

// written returns the log by route and status, and how many requests there were.
func (a *api) written() (log map[string]float64, requests int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	return maps.Clone(a.log), a.requests
}

// respond has a fault for three of twelve requests: 503, 429, or a connection that is closed. A
// path of /down/ always gets a 503.
func (a *api) respond(w http.ResponseWriter, r *http.Request) {
	a.mu.Lock()
	a.requests++
	n, status := a.requests, http.StatusOK
	switch {
	case strings.HasPrefix(r.URL.Path, "/down/"), n%12 == 3:
		status = http.StatusServiceUnavailable
	case n%12 == 6:
		status = http.StatusTooManyRequests
		w.Header().Set("Retry-After-Ms", "20")
	case n%12 == 9:
		status = 0
	case strings.HasSuffix(r.URL.Path, "/9"):
		status = http.StatusNotFound
	}
	_, rest, _ := strings.Cut(r.URL.Path, "/")
	kind, _, _ := strings.Cut(rest, "/")
	code := strconv.Itoa(status)
	if status == 0 {
		code = "none"
	}
	a.log["/"+kind+"/{id} "+code]++
	a.mu.Unlock()
	if status == 0 {
		panic(http.ErrAbortHandler)
	}
	w.WriteHeader(status)
	_, _ = io.WriteString(w, "body")
}

// A workload is a program whose client has every layer.
type workload struct {
	t     *testing.T
	api   *api
	stats *metrics.Recorder
	rt    http.RoundTripper
	spans *tracetest.SpanRecorder
	calls int
}

func newWorkload(t *testing.T, a *api, stats *metrics.Recorder) *workload {
	t.Helper()
	tape, err := replay.Open(filepath.Join(t.TempDir(), "tape.json"), replay.Options{Reuse: true, PassThrough: []string{"GET /orders/{id}", "GET /down/{id}"}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := tape.Close(); err != nil {
			t.Error(err)
		}
	})
	base := &http.Transport{DisableKeepAlives: true} // on a kept connection net/http sends a request again by itself
	budget := retry.NewBudget(retry.BudgetConfig{Ratio: 0.2, Reserve: 5})
	spans := tracetest.NewSpanRecorder()
	tel := otel.New(otel.Config{TracerProvider: trace.NewTracerProvider(trace.WithSpanProcessor(spans)), MeterProvider: noop.NewMeterProvider()})
	stats.KeepCalls(metrics.DefaultCalls)
	w := &workload{t: t, api: a, stats: stats, spans: spans, rt: gracy.Around(base, tel, stats, retry.New(retry.Policy{Delay: 2 * time.Millisecond, Budget: budget}),
		transport.Routes("/orders/{id}", "/items/{id}", "/down/{id}"), tape, concurrency.New(concurrency.Limit{Max: 2}),
		throttle.New(throttle.MustRate("100/s")), tel.Attempts())}
	t.Cleanup(func() { runtime.KeepAlive(w) }) // limits that are in no stack any more are not shown
	return w
}

// run makes n calls, four at a time.
func (w *workload) run(n int) {
	w.t.Helper()
	var workers sync.WaitGroup
	for worker := range 4 {
		workers.Go(func() {
			for i := worker; i < n; i += 4 {
				path := fmt.Sprintf("/%s/%d", []string{"orders", "orders", "items", "down"}[i/4%4], i%20)
				req, err := http.NewRequestWithContext(w.t.Context(), http.MethodGet, w.api.URL+path, nil)
				if err != nil {
					w.t.Error(err)
					return
				}
				resp, err := w.rt.RoundTrip(req)
				if err != nil {
					continue
				}
				_, _ = io.Copy(io.Discard, resp.Body)
				_ = resp.Body.Close()
			}
		})
	}
	workers.Wait()
	w.calls += n
}

// trip is a base that is a function.
type trip func(*http.Request) (*http.Response, error)

func (f trip) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }
