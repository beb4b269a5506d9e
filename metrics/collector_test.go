package metrics

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"

	"github.com/gracy-go/gracy/internal/route"
	"github.com/gracy-go/gracy/internal/rttest"
	"github.com/gracy-go/gracy/layer"
	"github.com/gracy-go/gracy/transport"
)

// exercise makes calls that give each family except hedges at least one series.
func exercise(t *testing.T, r *Recorder) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		wait := testLayer(func(c *layer.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
			if c.Count() == 1 {
				for w := range layer.Wait(waitKinds - 1) {
					c.Attempt().AddWait(w, 250*time.Millisecond)
				}
			}
			time.Sleep(40 * time.Millisecond)
			resp, err := next.RoundTrip(req)
			if req.Method == "HEAD" {
				c.Attempt().SetReplayed(0)
			}
			c.Emit(layer.Event{Kind: layer.Recorded})
			return resp, err
		})
		rt := r.Wrap(retrying(2, 2*time.Second).Wrap(wait.Wrap(rttest.Sequence(rttest.Respond(503, ""), rttest.Respond(200, "hello"), rttest.Respond(500, ""), rttest.Respond(500, ""), rttest.Respond(404, "")))))
		for _, method := range []string{"GET", "POST", "HEAD"} {
			if err := send(t.Context(), t, rt, method, "/r"); err != nil {
				t.Fatal(err)
			}
		}
	})
}

func TestCollectorPassesTheLinterOfPrometheus(t *testing.T) {
	r := New("test")
	exercise(t, r)
	registry := prometheus.NewPedanticRegistry()
	if err := registry.Register(r); err != nil {
		t.Fatal(err)
	}
	problems, err := testutil.GatherAndLint(registry)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range problems {
		t.Errorf("%s: %s", p.Metric, p.Text)
	}
}

func TestCollectorWritesTheDocumentedSeries(t *testing.T) {
	r := New("test")
	exercise(t, r)
	registry := prometheus.NewPedanticRegistry()
	if err := registry.Register(r); err != nil {
		t.Fatal(err)
	}
	const golden = `
# HELP gracy_requests_total Calls that have returned, each counted once however many attempts it took, by final status and outcome.
# TYPE gracy_requests_total counter
gracy_requests_total{client="test",code="200",method="GET",outcome="ok",route="/r"} 1
gracy_requests_total{client="test",code="404",method="HEAD",outcome="status",route="/r"} 1
gracy_requests_total{client="test",code="500",method="POST",outcome="status",route="/r"} 1
# HELP gracy_attempts_total Requests sent, further attempts included.
# TYPE gracy_attempts_total counter
gracy_attempts_total{client="test",code="200",method="GET",route="/r"} 1
gracy_attempts_total{client="test",code="500",method="POST",route="/r"} 2
gracy_attempts_total{client="test",code="503",method="GET",route="/r"} 1
# HELP gracy_retries_total Attempts made because the one before had failed, by the reason of the failure.
# TYPE gracy_retries_total counter
gracy_retries_total{client="test",method="GET",reason="status",route="/r"} 1
gracy_retries_total{client="test",method="POST",reason="status",route="/r"} 1
# HELP gracy_retries_exhausted_total Calls that still failed when no further attempt was allowed.
# TYPE gracy_retries_exhausted_total counter
gracy_retries_exhausted_total{client="test",method="POST",route="/r"} 1
# HELP gracy_throttled_total Calls that waited for a quota or a pause.
# TYPE gracy_throttled_total counter
gracy_throttled_total{client="test",method="GET",route="/r"} 1
gracy_throttled_total{client="test",method="HEAD",route="/r"} 1
gracy_throttled_total{client="test",method="POST",route="/r"} 1
# HELP gracy_replay_total Responses taken from a recording (hit) or put into one (recorded).
# TYPE gracy_replay_total counter
gracy_replay_total{client="test",method="GET",result="recorded",route="/r"} 2
gracy_replay_total{client="test",method="HEAD",result="hit",route="/r"} 1
gracy_replay_total{client="test",method="HEAD",result="recorded",route="/r"} 1
gracy_replay_total{client="test",method="POST",result="recorded",route="/r"} 2
# HELP gracy_response_body_bytes_total Bytes of response bodies that were read.
# TYPE gracy_response_body_bytes_total counter
gracy_response_body_bytes_total{client="test",method="GET",route="/r"} 5
gracy_response_body_bytes_total{client="test",method="HEAD",route="/r"} 0
gracy_response_body_bytes_total{client="test",method="POST",route="/r"} 0
# HELP gracy_in_flight Calls that wait for the headers of their response.
# TYPE gracy_in_flight gauge
gracy_in_flight{client="test"} 0
# HELP gracy_waiting Attempts that wait before they are sent, by the kind of wait.
# TYPE gracy_waiting gauge
gracy_waiting{client="test",kind="backoff"} 0
gracy_waiting{client="test",kind="pause"} 0
gracy_waiting{client="test",kind="queue"} 0
gracy_waiting{client="test",kind="quota"} 0
# HELP gracy_routes_overflow_total Calls counted under the route "other" because there were too many routes.
# TYPE gracy_routes_overflow_total counter
gracy_routes_overflow_total{client="test"} 0
# HELP gracy_concurrency_wait_seconds Waits for a slot of a concurrency limit; attempts that did not wait are left out.
# TYPE gracy_concurrency_wait_seconds histogram
gracy_concurrency_wait_seconds_bucket{client="test",le="0.01"} 0
gracy_concurrency_wait_seconds_bucket{client="test",le="0.05"} 0
gracy_concurrency_wait_seconds_bucket{client="test",le="0.1"} 0
gracy_concurrency_wait_seconds_bucket{client="test",le="0.25"} 3
gracy_concurrency_wait_seconds_bucket{client="test",le="0.5"} 3
gracy_concurrency_wait_seconds_bucket{client="test",le="1"} 3
gracy_concurrency_wait_seconds_bucket{client="test",le="2.5"} 3
gracy_concurrency_wait_seconds_bucket{client="test",le="10"} 3
gracy_concurrency_wait_seconds_bucket{client="test",le="60"} 3
gracy_concurrency_wait_seconds_bucket{client="test",le="+Inf"} 3
gracy_concurrency_wait_seconds_sum{client="test"} 0.75
gracy_concurrency_wait_seconds_count{client="test"} 3
# HELP gracy_request_duration_seconds Time of calls up to the headers of their response, waits and further attempts included; replayed calls are left out.
# TYPE gracy_request_duration_seconds histogram
gracy_request_duration_seconds_bucket{client="test",method="GET",outcome="ok",route="/r",le="0.01"} 0
gracy_request_duration_seconds_bucket{client="test",method="GET",outcome="ok",route="/r",le="0.05"} 0
gracy_request_duration_seconds_bucket{client="test",method="GET",outcome="ok",route="/r",le="0.1"} 0
gracy_request_duration_seconds_bucket{client="test",method="GET",outcome="ok",route="/r",le="0.25"} 0
gracy_request_duration_seconds_bucket{client="test",method="GET",outcome="ok",route="/r",le="0.5"} 0
gracy_request_duration_seconds_bucket{client="test",method="GET",outcome="ok",route="/r",le="1"} 0
gracy_request_duration_seconds_bucket{client="test",method="GET",outcome="ok",route="/r",le="2.5"} 1
gracy_request_duration_seconds_bucket{client="test",method="GET",outcome="ok",route="/r",le="10"} 1
gracy_request_duration_seconds_bucket{client="test",method="GET",outcome="ok",route="/r",le="60"} 1
gracy_request_duration_seconds_bucket{client="test",method="GET",outcome="ok",route="/r",le="+Inf"} 1
gracy_request_duration_seconds_sum{client="test",method="GET",outcome="ok",route="/r"} 2.08
gracy_request_duration_seconds_count{client="test",method="GET",outcome="ok",route="/r"} 1
`
	families := []string{
		"gracy_requests_total", "gracy_attempts_total", "gracy_retries_total", "gracy_retries_exhausted_total",
		"gracy_throttled_total", "gracy_replay_total", "gracy_response_body_bytes_total", "gracy_in_flight", "gracy_waiting",
		"gracy_routes_overflow_total", "gracy_concurrency_wait_seconds",
	}
	durations := strings.Index(golden, "# HELP gracy_request_duration_seconds")
	if err := testutil.GatherAndCompare(registry, strings.NewReader(golden[:durations]), families...); err != nil {
		t.Error(err)
	}
	// POST has a histogram of its own, so the histogram of one successful GET is compared alone.
	fresh := New("test")
	synctest.Test(t, func(t *testing.T) {
		rt := fresh.Wrap(rttest.Func(func(req *http.Request) (*http.Response, error) {
			time.Sleep(2080 * time.Millisecond)
			return rttest.Response(req, 200, ""), nil
		}))
		if err := send(t.Context(), t, rt, "GET", "/r"); err != nil {
			t.Fatal(err)
		}
	})
	if err := testutil.CollectAndCompare(fresh, strings.NewReader(golden[durations:]), "gracy_request_duration_seconds"); err != nil {
		t.Error(err)
	}
}

func TestCollectorAndSnapshotAgree(t *testing.T) {
	r := New("test")
	exercise(t, r)
	registry := prometheus.NewPedanticRegistry()
	registry.MustRegister(r)
	families, err := registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	sums := map[string]float64{}
	for _, f := range families {
		for _, m := range f.GetMetric() {
			sums[f.GetName()] += m.GetCounter().GetValue() + float64(m.GetHistogram().GetSampleCount())
		}
	}
	total := r.Snapshot().Total
	for name, want := range map[string]uint64{
		"gracy_requests_total":            total.Calls,
		"gracy_attempts_total":            total.Attempts,
		"gracy_retries_total":             total.Retries,
		"gracy_retries_exhausted_total":   total.Exhausted,
		"gracy_throttled_total":           total.Throttled,
		"gracy_replay_total":              total.Replayed + total.Recorded,
		"gracy_response_body_bytes_total": uint64(total.BytesIn),
		"gracy_request_duration_seconds":  total.Latency.Count + total.FailureLatency.Count,
	} {
		if sums[name] != float64(want) || want == 0 {
			t.Errorf("%s sums to %v, the snapshot says %d", name, sums[name], want)
		}
	}
}

func TestRecordersOfDifferentNamesShareARegistry(t *testing.T) {
	registry := prometheus.NewPedanticRegistry()
	for _, name := range []string{"one", "two", "\xff"} {
		if err := registry.Register(New(name)); err != nil {
			t.Errorf("%q: %v", name, err)
		}
	}
	if err := registry.Register(New("one")); err == nil {
		t.Error("a second recorder of the same name was accepted: its series would be mixed up")
	}
	if _, err := registry.Gather(); err != nil {
		t.Error(err)
	}
}

// One label value that is not valid UTF-8 makes a whole scrape fail.
func TestInvalidLabelValuesAreMadeValid(t *testing.T) {
	r := New("te\xffst")
	for _, path := range []string{"/\xff", "/\xfe", "/\x00", "/\n\"\\"} {
		s, _ := r.store.Load().find("GE\xffT", route.Named(path))
		s.calls[accepted].add(200)
		s.durations[accepted].observe(1)
	}
	registry := prometheus.NewPedanticRegistry()
	registry.MustRegister(r)
	if _, err := registry.Gather(); err != nil {
		t.Error(err)
	}
}

func TestScrapesRunBesideCalls(t *testing.T) {
	const workers, each = 4, 400
	r := New("test")
	registry := prometheus.NewPedanticRegistry()
	registry.MustRegister(r)
	rt := r.Wrap(rttest.Respond(200, "x"))
	done := make(chan struct{})
	var scraper sync.WaitGroup
	scraper.Go(func() {
		for {
			if _, err := registry.Gather(); err != nil {
				t.Error(err)
			}
			select {
			case <-done:
				return
			default:
			}
		}
	})
	var wg sync.WaitGroup
	for w := range workers {
		wg.Go(func() {
			for i := range each {
				ctx := transport.WithRoute(context.Background(), fmt.Sprintf("/%d/%d", w, i%100))
				req, _ := http.NewRequestWithContext(ctx, "GET", "http://api.test/", nil)
				if err := readAll(rt.RoundTrip(req)); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	close(done)
	scraper.Wait()
	s := r.Snapshot()
	if s.Total.Calls != workers*each || s.Overflow != workers*each/2 {
		t.Errorf("%d calls, %d of them overflowed", s.Total.Calls, s.Overflow)
	}
}
