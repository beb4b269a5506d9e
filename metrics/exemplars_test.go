package metrics

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/gracy-go/gracy/internal/rttest"
	"github.com/gracy-go/gracy/layer"
)

type traceKey struct{}

// traceOf is a user's function: it returns the ID of the trace in the context, if it is sampled.
func traceOf(ctx context.Context) prometheus.Labels {
	if id, ok := ctx.Value(traceKey{}).(string); ok {
		return prometheus.Labels{"trace_id": id}
	}
	return nil
}

// pointers returns the exemplars of call durations in a scrape as OpenMetrics, by bound.
func pointers(t *testing.T, r *Recorder) map[string]string {
	t.Helper()
	registry := prometheus.NewPedanticRegistry()
	registry.MustRegister(r)
	req := httptest.NewRequest(http.MethodGet, "/metrics", nil)
	req.Header.Set("Accept", "application/openmetrics-text; version=1.0.0")
	w := httptest.NewRecorder()
	promhttp.HandlerFor(registry, promhttp.HandlerOpts{EnableOpenMetrics: true}).ServeHTTP(w, req)
	if w.Code != http.StatusOK || !strings.HasSuffix(w.Body.String(), "# EOF\n") {
		t.Errorf("%d: %s", w.Code, w.Body)
	}
	found := map[string]string{}
	for line := range strings.Lines(w.Body.String()) {
		if series, exemplar, ok := strings.Cut(line, ` # {trace_id="`); ok {
			_, le, _ := strings.Cut(series, `le="`)
			le, _, _ = strings.Cut(le, `"`)
			found[le], _, _ = strings.Cut(exemplar, `"`)
		}
	}
	return found
}

func TestExemplarsPointToCalls(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := New("test")
		r.SetExemplars(traceOf)
		latency := time.Duration(0)
		rt := r.Wrap(rttest.Func(func(req *http.Request) (*http.Response, error) {
			time.Sleep(latency)
			return rttest.Response(req, 200, ""), nil
		}))
		call := func(d time.Duration, id string) {
			t.Helper()
			ctx := t.Context()
			latency = d
			if id != "" {
				ctx = context.WithValue(ctx, traceKey{}, id)
			}
			if err := send(ctx, t, rt, "GET", "/r"); err != nil {
				t.Fatal(err)
			}
		}
		call(30*time.Millisecond, "")
		if got := pointers(t, r); len(got) != 0 {
			t.Errorf("without a trace: %v", got)
		}
		call(30*time.Millisecond, "one")
		call(31*time.Millisecond, "two") // within the second of the first
		call(2*time.Second, "three")
		call(2*time.Minute, "four")
		call(200*time.Millisecond, strings.Repeat("x", 200)) // is not allowed
		if got := pointers(t, r); len(got) != 3 || got["0.05"] != "one" || got["2.5"] != "three" || got["+Inf"] != "four" {
			t.Errorf("got %v", got)
		}
		call(30*time.Millisecond, "five")
		if got := pointers(t, r); got["0.05"] != "five" {
			t.Errorf("a minute later %v", got)
		}
		r.SetExemplars(nil)
		r.Reset()
		call(30*time.Millisecond, "six")
		if got := pointers(t, r); len(got) != 0 {
			t.Errorf("off: %v", got)
		}
	})
}

func TestNativeHistogramsHaveExemplars(t *testing.T) {
	r := New("test")
	r.SetBuckets(NativeBuckets)
	r.SetExemplars(traceOf)
	ctx := context.WithValue(t.Context(), traceKey{}, "one")
	if err := send(ctx, t, r.Wrap(rttest.Respond(200, "")), "GET", "/r"); err != nil {
		t.Fatal(err)
	}
	h := gather(t, r)["gracy_request_duration_seconds"].GetMetric()[0].GetHistogram()
	if e := h.GetExemplars(); len(e) != 1 || e[0].GetLabel()[0].GetValue() != "one" {
		t.Errorf("exemplars %v", e)
	}
}

func TestTheSumOfExemplarsHasTheLatest(t *testing.T) {
	one, other := latest{}, latest{}
	at := time.Now()
	one[1].Store(&prometheus.Exemplar{Value: 1, Timestamp: at})
	one[2].Store(&prometheus.Exemplar{Value: 2, Timestamp: at})
	other[1].Store(&prometheus.Exemplar{Value: 3, Timestamp: at.Add(1)})
	other[2].Store(&prometheus.Exemplar{Value: 4, Timestamp: at.Add(-1)})
	other[3].Store(&prometheus.Exemplar{Value: 5, Timestamp: at})
	var to, from, none exemplars
	to.Store(&one)
	from.Store(&other)
	to.sum(&from)
	to.sum(&none)
	none.sum(&to)
	for i, want := range map[int]float64{1: 3, 2: 2, 3: 5} {
		if got := one[i].Load().Value; got != want || none.Load()[i].Load().Value != want {
			t.Errorf("%d: %v, want %v", i, got, want)
		}
	}
}

// A layer outside of the recorder may have begun the trace.
func TestExemplarsOfATraceThatALayerBegan(t *testing.T) {
	r := New("test")
	r.SetExemplars(traceOf)
	inner := r.Wrap(rttest.Func(func(req *http.Request) (*http.Response, error) { return rttest.Response(req, 200, ""), nil }))
	outer := testLayer(func(_ *layer.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
		return next.RoundTrip(req.WithContext(context.WithValue(req.Context(), traceKey{}, "a-trace")))
	})
	if err := send(t.Context(), t, outer.Wrap(inner), "GET", "/"); err != nil {
		t.Fatal(err)
	}
	if got := pointers(t, r); got["0.01"] != "a-trace" {
		t.Errorf("the exemplars are %v", got)
	}
}
