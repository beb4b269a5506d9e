package metrics_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"github.com/prometheus/client_golang/prometheus/testutil"

	"github.com/gracy-go/gracy/metrics"
	"github.com/gracy-go/gracy/transport"
)

// A recorder is a layer. The second of two calls asks for a pokemon that does not exist.
func ExampleNew() {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/pokemon/missingno" {
			http.NotFound(w, r)
			return
		}
		fmt.Fprint(w, "pika")
	}))
	defer server.Close()

	stats := metrics.New("pokeapi")
	names := transport.Routes("GET /pokemon/{name}")
	client := &http.Client{Transport: stats.Wrap(names.Wrap(http.DefaultTransport))}
	for _, name := range []string{"pikachu", "missingno"} {
		resp, err := client.Get(server.URL + "/pokemon/" + name)
		if err != nil {
			fmt.Println(err)
			return
		}
		_, _ = io.Copy(io.Discard, resp.Body)
		_ = resp.Body.Close()
	}

	for _, row := range stats.Snapshot().Rows {
		fmt.Println(row.Method, row.Route, "calls:", row.Calls, "successes:", row.Successes, "4xx:", row.Status4xx)
	}
	// Output: GET /pokemon/{name} calls: 2 successes: 1 4xx: 1
}

// A recorder is a Prometheus collector. Nothing registers it but its user.
func ExampleRecorder_Collect() {
	stats := metrics.New("pokeapi")
	registry := prometheus.NewRegistry()
	registry.MustRegister(stats)

	inFlight, err := testutil.GatherAndCount(registry, "gracy_in_flight")
	fmt.Println(inFlight, err)
	// Output: 1 <nil>
}

// A recorder can also be served to Prometheus alone, or beside a registry in prometheus.Gatherers.
func ExampleRecorder_Gather() {
	stats := metrics.New("pokeapi")
	page := httptest.NewServer(promhttp.HandlerFor(stats, promhttp.HandlerOpts{}))
	defer page.Close()

	resp, err := http.Get(page.URL)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer resp.Body.Close()
	for line := bufio.NewScanner(resp.Body); line.Scan(); {
		if strings.HasPrefix(line.Text(), "gracy_in_flight{") {
			fmt.Println(line.Text())
		}
	}
	// Output: gracy_in_flight{client="pokeapi"} 0
}

// Snapshots of several recorders add up, with the quantiles of all calls.
func ExampleMerge() {
	one, two := metrics.New("one"), metrics.New("two")
	both := metrics.Merge(one.Snapshot(), two.Snapshot())
	fmt.Println(both.Client, both.Total.Calls)
	// Output: one, two 0
}

// The last calls are kept for a report that shows them one by one.
func ExampleRecorder_KeepCalls() {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "pika") }))
	defer server.Close()
	stats := metrics.New("pokeapi")
	stats.KeepCalls(metrics.DefaultCalls)
	client := &http.Client{Transport: stats.Wrap(http.DefaultTransport)}
	resp, err := client.Get(server.URL + "/pokemon")
	if err != nil {
		fmt.Println(err)
		return
	}
	_, _ = io.Copy(io.Discard, resp.Body)
	_ = resp.Body.Close()

	for _, call := range stats.Timeline().Calls {
		fmt.Println(call.Method, call.Route, call.Outcome, call.Attempts[0].Status, call.Attempts[0].Bytes, "bytes")
	}
	// Output: GET /pokemon ok 200 4 bytes
}

// The counts of the last minute, say, are the difference of two snapshots.
func ExampleSnapshot_Since() {
	stats := metrics.New("pokeapi")
	before := stats.Snapshot()
	// ... a minute of calls
	window := stats.Snapshot().Since(before)
	fmt.Println(window.Total.Calls, window.Total.Latency.P99)
	// Output: 0 0s
}

// A server that takes native histograms gets quantiles within 2.2 %, and a third of the series.
func ExampleRecorder_SetBuckets() {
	stats := metrics.New("pokeapi")
	stats.SetBuckets(metrics.NativeBuckets)
	prometheus.NewRegistry().MustRegister(stats)
	// Output:
}

// A registry, a handler and labels for all series take one line each. All of them belong to the
// Prometheus library.
func Example_labelsAndHandler() {
	stats := metrics.New("pokeapi")
	registry := prometheus.NewRegistry()
	prometheus.WrapRegistererWith(prometheus.Labels{"region": "eu"}, registry).MustRegister(stats)
	handler := promhttp.HandlerFor(registry, promhttp.HandlerOpts{EnableOpenMetrics: true})

	w := httptest.NewRecorder()
	handler.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	for line := range strings.Lines(w.Body.String()) {
		if strings.HasPrefix(line, "gracy_in_flight") {
			fmt.Print(line)
		}
	}
	// Output: gracy_in_flight{client="pokeapi",region="eu"} 0
}

type traceKey struct{}

// A dashboard can lead from a slow bucket to the trace of a call in it. With OpenTelemetry the function asks trace.SpanContextFromContext.
func ExampleRecorder_SetExemplars() {
	stats := metrics.New("pokeapi")
	stats.SetExemplars(func(ctx context.Context) prometheus.Labels {
		if id, ok := ctx.Value(traceKey{}).(string); ok {
			return prometheus.Labels{"trace_id": id}
		}
		return nil
	})
	// Output:
}
