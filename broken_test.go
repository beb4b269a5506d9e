package gracy_test

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/gracy-go/gracy"
	"github.com/gracy-go/gracy/concurrency"
	"github.com/gracy-go/gracy/internal/rttest"
	"github.com/gracy-go/gracy/layer"
	"github.com/gracy-go/gracy/logging"
	"github.com/gracy-go/gracy/metrics"
	"github.com/gracy-go/gracy/retry"
	"github.com/gracy-go/gracy/timeout"
	"github.com/gracy-go/gracy/transport"
)

// counterOf returns the value of a counter without labels other than the client.
func counterOf(t *testing.T, c prometheus.Collector, name string) float64 {
	t.Helper()
	r := prometheus.NewPedanticRegistry()
	r.MustRegister(c)
	families, err := r.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range families {
		if f.GetName() == name {
			return f.GetMetric()[0].GetCounter().GetValue()
		}
	}
	t.Fatalf("there is no %s", name)
	return 0
}

// A body that breaks off is in metrics, log and ledger, whoever ends it. One that its caller cancels
// is not, nor one that an attempt has read itself, which is a failure then.
func TestABodyThatBreaksOffShows(t *testing.T) {
	stalls := make(chan struct{})
	defer close(stalls)
	half := func(end func()) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "10")
			_, _ = io.WriteString(w, "half,")
			_ = http.NewResponseController(w).Flush()
			end()
		}
	}
	aborts, stops := half(func() { panic(http.ErrAbortHandler) }), half(func() { <-stalls })
	canceled, cancel := context.WithCancel(t.Context())
	defer cancel()
	for name, c := range map[string]struct {
		http2   bool
		handler http.HandlerFunc
		ctx     context.Context //nolint:containedctx // that of the call
		limits  timeout.Config
		broken  bool
		says    string // in the log
	}{
		"the connection breaks":   {false, aborts, t.Context(), timeout.Config{}, true, "unexpected EOF"},
		"the stream is reset":     {true, aborts, t.Context(), timeout.Config{}, true, "stream error"},
		"no data come":            {false, stops, t.Context(), timeout.Config{Idle: 50 * time.Millisecond}, true, "timeout: "},
		"the caller cancels":      {false, stops, canceled, timeout.Config{}, false, ""},
		"an attempt reads it all": {false, aborts, transport.With(t.Context(), transport.Expect{Whole: 100}), timeout.Config{}, false, "failed: "},
	} {
		t.Run(name, func(t *testing.T) {
			server := httptest.NewUnstartedServer(c.handler)
			server.EnableHTTP2 = c.http2
			if c.http2 {
				server.StartTLS()
			} else {
				server.Start()
			}
			t.Cleanup(server.CloseClientConnections)
			var log bytes.Buffer
			stats := metrics.New("broken")
			stats.KeepCalls(10)
			client := &http.Client{Transport: gracy.Around(server.Client().Transport, stats, logging.New(logging.Config{Logger: slog.New(slog.NewTextHandler(&log, nil))}),
				timeout.New(c.limits), retry.New(retry.Policy{Attempts: 1}), concurrency.New(concurrency.Limit{Max: 2}))}
			req, err := http.NewRequestWithContext(c.ctx, http.MethodGet, server.URL, nil)
			if err != nil {
				t.Fatal(err)
			}
			resp, err := client.Do(req)
			if err == nil {
				if c.ctx == canceled {
					time.AfterFunc(10*time.Millisecond, cancel)
				}
				_, err = io.ReadAll(resp.Body)
				_ = resp.Body.Close()
				if ledger := transport.CallOf(resp).String(); strings.Contains(ledger, "the body broke off") != c.broken {
					t.Errorf("the ledger is\n%s", ledger)
				}
			}
			if err == nil {
				t.Error("half a body is no error")
			}
			if n := counterOf(t, stats, "gracy_bodies_broken_total"); (n == 1) != c.broken || n > 1 {
				t.Errorf("%v bodies broke off, want one: %t", n, c.broken)
			}
			kept := stats.Timeline().Calls
			if len(kept) != 1 || strings.Contains(kept[0].Attempts[0].Notes, "the body broke off") != c.broken {
				t.Errorf("kept is %+v, want a note of the body: %t", kept, c.broken)
			}
			if total := stats.Snapshot().Total; (total.Successes == 1) != (c.says != "failed: ") {
				t.Errorf("%d successes, %d failures", total.Successes, total.Failures)
			}
			if lines := strings.Count(log.String(), "\n"); (lines == 1) != (c.says != "") || !strings.Contains(log.String(), c.says) {
				t.Errorf("the log is %q, want a line with %q", log.String(), c.says)
			}
		})
	}
}

// stuck is a body that stops after five bytes. Only its Close ends a read.
type stuck struct {
	io.Reader
	closing sync.Once
	closed  chan struct{}
}

func (b *stuck) Read(p []byte) (int, error) {
	if n, _ := b.Reader.Read(p); n > 0 {
		return n, nil
	}
	<-b.closed
	return 0, http.ErrBodyReadAfterClose
}

func (b *stuck) Close() error {
	b.closing.Do(func() { close(b.closed) })
	return nil
}

// stuckFirst responds with a status and a body that stops, and then with whole ones.
func stuckFirst(status int) http.RoundTripper {
	first := true
	return rttest.Func(func(req *http.Request) (*http.Response, error) {
		resp := rttest.Response(req, 200, "whole")
		if first {
			resp.StatusCode, resp.ContentLength = status, -1
			resp.Body = &stuck{Reader: strings.NewReader("half,"), closed: make(chan struct{})}
			first = false
		}
		return resp, nil
	})
}

// What the idle limit ends is not broken off if the attempt fails by it, and is sent again, nor if the
// caller has left.
func TestTheIdleLimitReportsWhatItsCallerLoses(t *testing.T) {
	idle, slots := timeout.New(timeout.Config{Idle: time.Second}), concurrency.New(concurrency.Limit{Max: 2})
	for name, c := range map[string]struct {
		layers []transport.Layer
		status int
		expect transport.Expect
		leaves bool
		events int
		text   string
	}{
		"an attempt reads it": {[]transport.Layer{retry.New(retry.Policy{Attempts: 2}), idle, slots}, 200, transport.Expect{Whole: 100}, false, 0, "whole"},
		"the caller leaves":   {[]transport.Layer{idle, slots}, 200, transport.Expect{}, true, 0, "half,"},
		"the caller reads":    {[]transport.Layer{idle, slots}, 200, transport.Expect{}, false, 1, "half,"},
		"a 429, read ahead":   {[]transport.Layer{timeout.New(timeout.Config{Idle: time.Second / 2}), slots}, 429, transport.Expect{}, false, 1, "half,"},
		"outside as well":     {[]transport.Layer{idle, slots, idle}, 200, transport.Expect{}, false, 1, "half,"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				events := rttest.NewEvents(layer.BodyLost)
				ctx, cancel := context.WithCancel(transport.With(t.Context(), c.expect))
				defer cancel()
				resp := rttest.Get(ctx, t, rttest.Stack(stuckFirst(c.status), append([]transport.Layer{events}, c.layers...)...))
				if c.leaves {
					time.AfterFunc(time.Second/2, cancel)
				}
				text, _ := io.ReadAll(resp.Body)
				_ = resp.Body.Close()
				ledger := transport.CallOf(resp).String()
				if n := len(events.Seen()); n != c.events || strings.Count(ledger, "broke off") != n || string(text) != c.text {
					t.Errorf("%d events, want %d; the caller has read %q of\n%s", n, c.events, text, ledger)
				}
			})
		})
	}
}
