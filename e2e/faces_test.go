package e2e

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"go.opentelemetry.io/otel/metric/noop"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"github.com/gracy-go/gracy"
	"github.com/gracy-go/gracy/internal/rttest"
	"github.com/gracy-go/gracy/layer"
	"github.com/gracy-go/gracy/logging"
	"github.com/gracy-go/gracy/metrics"
	"github.com/gracy-go/gracy/otel"
	"github.com/gracy-go/gracy/report"
	"github.com/gracy-go/gracy/retry"
	"github.com/gracy-go/gracy/transport"
	"github.com/gracy-go/gracy/transport/roundtriptest"
)

// faces shows the same calls in every way there is: report pages, a scrape, spans and log lines.
type faces struct {
	stats *metrics.Recorder
	page  *report.Page
	spans *tracetest.SpanRecorder
	lines bytes.Buffer
	chain func(base http.RoundTripper, inner ...transport.Layer) http.RoundTripper
}

func newFaces(t *testing.T) *faces {
	t.Helper()
	f := &faces{stats: metrics.New("api"), spans: tracetest.NewSpanRecorder()}
	f.page = report.Handler(f.stats)
	t.Cleanup(f.page.Close)
	tel := otel.New(otel.Config{TracerProvider: sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(f.spans)), MeterProvider: noop.NewMeterProvider()})
	log := logging.New(logging.Config{
		Logger:   slog.New(slog.NewJSONHandler(&f.lines, nil)),
		Response: logging.Event{Level: slog.LevelInfo, Template: "{METHOD} {URL} {LEDGER}"},
		Errors:   logging.Event{Level: slog.LevelError, Template: "{METHOD} {URL} {LEDGER}"},
		Retry:    logging.Event{Level: slog.LevelInfo, Template: "{URL} {RETRY_CAUSE}"},
	})
	f.chain = func(base http.RoundTripper, inner ...transport.Layer) http.RoundTripper {
		layers := append([]transport.Layer{tel, f.stats, log, retry.New(retry.Policy{Attempts: 2, Delay: retry.NoDelay})}, inner...)
		return gracy.Around(base, append(layers, tel.Attempts())...)
	}
	return f
}

// shown returns what each face shows.
func (f *faces) shown(t *testing.T) map[string]string {
	t.Helper()
	get := func(h http.Handler, path string) string {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil))
		if w.Code != http.StatusOK {
			t.Errorf("%s: %d", path, w.Code)
		}
		return w.Body.String()
	}
	var file, table bytes.Buffer
	if err := errors.Join(report.HTML(&file, f.stats), report.Table(&table, f.stats)); err != nil {
		t.Fatal(err)
	}
	registry := prometheus.NewPedanticRegistry()
	registry.MustRegister(f.stats)
	var spans strings.Builder
	for _, s := range f.spans.Ended() {
		fmt.Fprintln(&spans, s.Name(), s.Attributes(), s.Events(), s.Status())
	}
	return map[string]string{
		"file": file.String(), "table": table.String(), "page": get(f.page, "/"), "frame": get(f.page, "/frame.json"),
		"scrape": get(promhttp.HandlerFor(registry, promhttp.HandlerOpts{}), "/metrics"), "spans": spans.String(), "lines": f.lines.String(),
	}
}

func read(resp *http.Response, err error) {
	if err == nil {
		_, _ = io.Copy(io.Discard, resp.Body)
		_ = resp.Body.Close()
	}
}

// noter is a third-party layer that notes a text of its own, which may hold a secret.
type noter struct{ text string }

func (n noter) Wrap(next http.RoundTripper) http.RoundTripper {
	return layer.Wrap("noter", n, next, func(c *layer.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
		c.Attempt().AddNote(n.text)
		resp, err := next.RoundTrip(req)
		c.SetStopReason(n.text)
		return resp, err
	})
}

// A secret that a caller, a server or a third-party layer puts anywhere is shown in no face.
func TestASecretIsInNoFace(t *testing.T) {
	const planted = "sk_live_4eC39HqLyjWDarjtT1zdp7dc"
	f := newFaces(t)
	calls := 0
	for _, address := range []string{
		"http://api.test/u/" + planted + "?access_token=" + planted + "&page=" + planted, "http://user:" + planted + "@api.test/x",
		"http://api.test/bot" + planted + "/send",
	} {
		for _, route := range []string{"", "/u/" + planted} {
			for _, method := range []string{http.MethodPost, http.MethodGet, planted} {
				rt := f.chain(roundtriptest.Script(
					roundtriptest.Step{Status: 503, Header: http.Header{"X-Error": {planted}, "Location": {"/" + planted}}, Body: planted},
					roundtriptest.Step{Err: fmt.Errorf("dial %s: token=%s: %s", address, planted, planted)},
				), noter{"stopped by " + planted})
				ctx := t.Context()
				if route != "" {
					ctx = transport.WithRoute(ctx, route)
				}
				req, err := http.NewRequestWithContext(ctx, method, address, strings.NewReader(planted))
				if err != nil {
					t.Fatal(err)
				}
				req.Header.Set("Authorization", "Bearer "+planted)
				req.Header.Set("X-Custom", planted)
				read(rt.RoundTrip(req))
				calls++
			}
		}
	}
	if n := len(f.stats.Timeline().Calls); n != calls {
		t.Errorf("%d calls are kept of %d", n, calls)
	}
	shown := f.shown(t)
	for name, text := range shown {
		if at := strings.Index(text, planted[8:]); at >= 0 {
			t.Errorf("the %s has the secret: ...%s", name, text[max(0, at-150):at+60])
		}
		if name != "table" && !strings.Contains(text, "POST") {
			t.Errorf("the %s shows no call: %s", name, text)
		}
	}
	// The control: the rest of a text that holds a secret is shown.
	for _, name := range []string{"file", "frame", "lines"} {
		if !strings.Contains(shown[name], "stopped by") {
			t.Errorf("the %s has no word of why the call stopped, so that no secret could be in it", name)
		}
	}
}

// Series and pages are bounded, however many hosts and paths there are.
func TestFacesHaveABound(t *testing.T) {
	f := newFaces(t)
	rt := f.chain(rttest.Func(func(req *http.Request) (*http.Response, error) {
		return &http.Response{StatusCode: 200, Header: http.Header{}, Body: http.NoBody, Request: req}, nil
	}))
	for i := range 10_000 {
		address := fmt.Sprintf("http://h%d.test/%s/%d/%s", i, strings.Repeat(string(rune('a'+i%26)), i/26%90+1), i, strings.Repeat("long", i%99))
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
		if err != nil {
			t.Fatal(err)
		}
		read(rt.RoundTrip(req))
	}
	began := time.Now()
	shown := f.shown(t)
	t.Logf("shown in %v", time.Since(began))
	if n := len(f.stats.Snapshot().Rows); n > 201 {
		t.Errorf("there are %d rows, want at most 201", n)
	}
	if n := strings.Count(shown["scrape"], "\n"); n > 201*30+100 {
		t.Errorf("a scrape has %d lines", n)
	}
	for _, name := range []string{"file", "page", "frame"} {
		if n := len(shown[name]); n > 1<<20 {
			t.Errorf("the %s has %d bytes", name, n)
		}
	}
}
