package collector

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/baggage"
	"go.opentelemetry.io/otel/trace"

	"github.com/gracy-go/gracy"
	"github.com/gracy-go/gracy/auth"
	"github.com/gracy-go/gracy/concurrency"
	"github.com/gracy-go/gracy/hook"
	"github.com/gracy-go/gracy/logging"
	"github.com/gracy-go/gracy/metrics"
	"github.com/gracy-go/gracy/otel"
	"github.com/gracy-go/gracy/redact"
	"github.com/gracy-go/gracy/replay"
	"github.com/gracy-go/gracy/retry"
	"github.com/gracy-go/gracy/throttle"
	"github.com/gracy-go/gracy/timeout"
	"github.com/gracy-go/gracy/transport"
)

// Two secrets that must not arrive anywhere. The first is registered as a literal, and the second
// is recognized only by the name of its header or parameter.
const (
	registered = "hunter2registered"
	named      = "hunter2named"
)

// A workload is a program whose client has every layer.
type workload struct {
	t      *testing.T
	api    *api
	sdk    *sdk
	client *http.Client
	log    bytes.Buffer
}

func newWorkload(t *testing.T, s *sdk) *workload {
	t.Helper()
	w := &workload{t: t, api: newAPI(t), sdk: s}
	secrets := redact.Rules{Literals: []string{registered}}
	tape, err := replay.Open(filepath.Join(t.TempDir(), "tape.json"), replay.Options{
		Reuse: true, Redact: secrets,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := tape.Close(); err != nil {
			t.Error(err)
		}
	})
	c := s.config()
	c.Redactor = redact.New(secrets)
	tel := otel.New(c)
	base := &http.Transport{}
	t.Cleanup(base.CloseIdleConnections)
	key := func(_ context.Context, req *http.Request) error {
		req.Header.Set("X-Api-Key", named)
		return nil
	}
	w.client = &http.Client{Transport: gracy.Around(failing{base},
		tel, metrics.New("program"),
		logging.New(logging.Config{Logger: slog.New(slog.NewTextHandler(&w.log, nil)), Redact: c.Redactor}),
		hook.New(hook.Hooks{Before: key}),
		timeout.New(timeout.Config{Total: patience}),
		retry.New(retry.Policy{Delay: time.Millisecond, Jitter: retry.NoJitter, Budget: retry.NoBudget()}),
		tape,
		concurrency.New(concurrency.Limit{Route: "GET /slow/{id}", Max: 1}),
		throttle.New(throttle.Rule{Route: "GET /limited/{id}", Limit: 1, Per: 50 * time.Millisecond}),
		timeout.PerAttempt(patience),
		hook.New(hook.Hooks{Before: key}),
		auth.Header("Authorization", "Bearer "+registered, w.api.URL),
		tel.Attempts())}
	return w
}

// failing is a base that fails for some paths. Its errors have secrets in them, or are very long.
type failing struct{ next http.RoundTripper }

// RoundTrip implements http.RoundTripper.
func (w failing) RoundTrip(req *http.Request) (*http.Response, error) {
	if strings.HasPrefix(req.URL.Path, "/broken/") {
		return nil, fmt.Errorf("lost %s with password=%s and %s", req.URL, named, registered)
	}
	if strings.HasPrefix(req.URL.Path, "/long/") { // more than the collector accepts over gRPC
		return nil, errors.New(strings.Repeat("as long as a page ", 1<<18))
	}
	return w.next.RoundTrip(req)
}

// run makes calls of all kinds.
func (w *workload) run() {
	w.t.Helper()
	expect404 := transport.Expect{Status: []int{http.StatusNotFound}}
	ctx, job := w.job()
	for _, c := range []struct {
		method, path string
		status       int // 0: an error
		settings     []transport.Override
	}{
		{"GET", "/pokemon/25", 200, nil}, // 503, 503, 200
		{"GET", "/down/1", 503, nil},     // three times
		{"GET", "/missing/1", 404, nil},
		{"GET", "/missing/2", 404, []transport.Override{expect404}},
		{"GET", "/moved/1", 200, nil}, // 302, 200
		{"GET", "/hang/1", 0, []transport.Override{timeout.PerAttempt(50 * time.Millisecond), retry.Policy{Attempts: 1}}},
		{"POST", "/orders", 201, nil},
		{"PURGE", "/items/1", 200, nil},
		{"GET", "/orders/1001", 200, nil},
		{"GET", "/orders/1002", 200, nil},
		{"GET", "/orders/6f1b2c9e-3b0a-4f63-9c55-0d1f7a3e8b21", 200, nil},
		{"GET", "/taped/7", 200, []transport.Override{replay.ModeSmart}},
		{"GET", "/taped/7", 200, []transport.Override{replay.ModeSmart}}, // from the tape
		{"GET", "/tenants/" + registered + "/items?page=2&access_token=" + named, 200, nil},
		{"GET", "/broken/1?page=2&access_token=" + named, 0, []transport.Override{retry.Policy{Attempts: 2, Delay: time.Millisecond}}},
		{"GET", "/long/1", 0, []transport.Override{retry.Policy{Attempts: 1}}},
	} {
		if status, err := w.do(ctx, c.method, c.path, c.settings...); status != c.status || (err == nil) != (c.status > 0) {
			w.t.Errorf("%s %s: %d, %v, want %d", c.method, c.path, status, err, c.status)
		}
	}
	w.until(ctx, transport.Quota, "/limited/", 1)
	w.until(ctx, transport.Pause, "/paused/", 1) // 429, waits, 200
	job.End()
	w.sdk.flush(w.t)
	if status, err := w.do(w.t.Context(), "GET", "/quiet/1"); status != http.StatusOK {
		w.t.Errorf("a call that is not sampled: %d, %v", status, err)
	}
	w.until(w.t.Context(), transport.Queue, "/slow/", 2)
	w.api.Close()
	if status, err := w.do(w.t.Context(), "GET", "/items/2", retry.Policy{Attempts: 1}); !errors.Is(err, syscall.ECONNREFUSED) {
		w.t.Errorf("a server that is gone: %d, %v", status, err)
	}
}

// until makes calls, as many at once as together says, until one of them has waited. On a busy
// machine a call may come so late that it need not wait.
func (w *workload) until(ctx context.Context, how transport.Wait, path string, together int) {
	w.t.Helper()
	ctx, trace := transport.WithTrace(ctx)
	for i := range 100 {
		var callers sync.WaitGroup
		for caller := range together {
			callers.Go(func() {
				if status, err := w.do(ctx, http.MethodGet, path+strconv.Itoa(i*together+caller)); status != http.StatusOK {
					w.t.Errorf("%s: %d, %v", path, status, err)
				}
			})
		}
		callers.Wait()
		for _, c := range trace.Calls() {
			if c.Wait(how) > 0 {
				return
			}
		}
	}
	w.t.Errorf("no call to %s has waited", path)
}

// job begins a span of the program itself, which has a remote parent and a link.
func (w *workload) job() (context.Context, trace.Span) {
	w.t.Helper()
	state, err := trace.ParseTraceState("vendor=1")
	if err != nil {
		w.t.Fatal(err)
	}
	member, err := baggage.NewMember("tenant", "blue")
	if err != nil {
		w.t.Fatal(err)
	}
	bag, err := baggage.New(member)
	if err != nil {
		w.t.Fatal(err)
	}
	elsewhere := func(id byte, state trace.TraceState) trace.SpanContext {
		return trace.NewSpanContext(trace.SpanContextConfig{
			TraceID: trace.TraceID{id}, SpanID: trace.SpanID{id}, TraceFlags: trace.FlagsSampled, TraceState: state, Remote: true,
		})
	}
	ctx := trace.ContextWithSpanContext(baggage.ContextWithBaggage(w.t.Context(), bag), elsewhere(1, state))
	return w.sdk.tracing.Tracer("a program").Start(ctx, "job", trace.WithSpanKind(trace.SpanKindConsumer), trace.WithLinks(trace.Link{
		SpanContext: elsewhere(2, trace.TraceState{}), Attributes: []attribute.KeyValue{attribute.Float64("link.weight", 0.25)},
	}))
}

// do makes a call, which bypasses the tape unless settings say otherwise.
func (w *workload) do(ctx context.Context, method, path string, settings ...transport.Override) (status int, err error) {
	w.t.Helper()
	var body io.Reader
	if method == http.MethodPost {
		body = strings.NewReader(`{"item": 1}`)
	}
	ctx = transport.With(ctx, append([]transport.Override{replay.Off}, settings...)...)
	req, err := http.NewRequestWithContext(ctx, method, w.api.URL+path, body)
	if err != nil {
		return 0, err
	}
	resp, err := w.client.Do(req)
	if err != nil {
		return 0, err
	}
	_, err = io.Copy(io.Discard, resp.Body)
	_ = resp.Body.Close()
	return resp.StatusCode, err
}
