package gracy_test

import (
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gracy-go/gracy"
	"github.com/gracy-go/gracy/concurrency"
	"github.com/gracy-go/gracy/hook"
	"github.com/gracy-go/gracy/logging"
	"github.com/gracy-go/gracy/metrics"
	"github.com/gracy-go/gracy/parse"
	"github.com/gracy-go/gracy/retry"
	"github.com/gracy-go/gracy/throttle"
	"github.com/gracy-go/gracy/timeout"
	"github.com/gracy-go/gracy/transport"
)

// A slot outside of retry is suspended while its request waits for quota. If the
// holder's attempt ends before the slot is to be had again, the next attempt
// must not go without one.
func TestASuspendedSlotIsReacquiredBeforeTheNextAttempt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var now, peak atomic.Int64
		api := roundTripper(func(req *http.Request) (*http.Response, error) {
			n := now.Add(1)
			defer now.Add(-1)
			peak.Store(max(peak.Load(), n))
			d := 100 * time.Millisecond
			if req.URL.Path == "/long" {
				d = 10 * time.Second
			}
			select {
			case <-time.After(d):
				return server(200, "x").RoundTrip(req)
			case <-req.Context().Done():
				return nil, req.Context().Err()
			}
		})
		rt := gracy.Around(api,
			concurrency.New(concurrency.Limit{Max: 1}),
			retry.New(retry.Policy{Attempts: 4, Delay: time.Millisecond}),
			timeout.PerAttempt(3*time.Second),
			throttle.New(throttle.Rule{URL: `/short`, Limit: 1, Per: time.Second}),
		)
		do := func(path string, overrides ...transport.Override) {
			req, _ := http.NewRequestWithContext(transport.With(t.Context(), overrides...), http.MethodGet, "http://api.test"+path, nil)
			resp, err := rt.RoundTrip(req)
			if err != nil {
				t.Errorf("%s: %v", path, err)
				return
			}
			_, _ = io.Copy(io.Discard, resp.Body)
			_ = resp.Body.Close()
		}
		do("/short")
		var wg sync.WaitGroup
		wg.Go(func() { do("/short") }) // lays its slot down for quota
		synctest.Wait()
		wg.Go(func() { do("/long", timeout.PerAttempt(time.Minute)) }) // takes it for 10 s
		wg.Wait()
		if p := peak.Load(); p != 1 {
			t.Errorf("%d requests at once under a limit of 1", p)
		}
	})
}

// A server that dies in the middle of a body, over a socket.
func TestABodyThatBreaksOffIsSentAgainOnlyWhereTheCallerAsksForIt(t *testing.T) {
	for _, whole := range []bool{true, false} {
		var sent atomic.Int64
		srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			w.Header().Set("Content-Length", "7")
			_, _ = io.WriteString(w, `{"n"`)
			if sent.Add(1) > 1 {
				_, _ = io.WriteString(w, `:1}`)
			}
		}))
		var opts []parse.Option
		if whole {
			opts = append(opts, parse.WholeBody())
		}
		client := &http.Client{Transport: gracy.Around(srv.Client().Transport,
			timeout.New(timeout.Config{}), retry.New(retry.Policy{Delay: time.Millisecond}), concurrency.New(concurrency.Limit{Max: 1}))}
		got, err := parse.Get[struct{ N int }](t.Context(), client, srv.URL, opts...)
		if n := sent.Load(); whole && (err != nil || got.N != 1 || n != 2) || !whole && (err == nil || n != 1) {
			t.Errorf("WholeBody %t: %v, %v after %d requests", whole, got, err, n)
		}
		srv.Close()
	}
}

// A failure whose body comes at 10 bytes a second, under the whole stack with its
// defaults. While the body is read the only slot is taken.
func TestADrippingFailureGivesItsSlotBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		over := make(chan struct{})
		drip := struct {
			io.Reader
			io.Closer
		}{reads(func(p []byte) (int, error) {
			select {
			case <-over:
				return 0, http.ErrBodyReadAfterClose
			case <-time.After(100 * time.Millisecond):
				return copy(p, "x"), nil
			}
		}), closes(sync.OnceFunc(func() { close(over) }))}
		api := roundTripper(func(req *http.Request) (*http.Response, error) {
			if req.URL.Path == "/missing" {
				return &http.Response{StatusCode: 404, Header: http.Header{}, Body: drip, ContentLength: -1, Request: req}, nil
			}
			return server(200, "x").RoundTrip(req)
		})
		client := &http.Client{Transport: gracy.Around(api,
			metrics.New("api"), logging.New(logging.Config{Logger: slog.New(slog.DiscardHandler)}), hook.New(hook.Hooks{}), timeout.New(timeout.Config{}),
			retry.New(retry.Policy{}), concurrency.New(concurrency.Limit{Max: 1}), throttle.New(), timeout.PerAttempt(10*time.Second))}
		start := time.Now()
		var wg sync.WaitGroup
		wg.Go(func() {
			if _, err := parse.Get[string](t.Context(), client, "http://api.test/missing"); !errors.Is(err, parse.Status(404)) {
				t.Error(err)
			}
		})
		synctest.Wait()
		if _, err := parse.Get[string](t.Context(), client, "http://api.test/there"); err != nil {
			t.Error(err)
		}
		wg.Wait()
		if took := time.Since(start); took > 6*time.Second {
			t.Errorf("the slot was held for %v, want at most 6 s", took)
		}
	})
}

type reads func([]byte) (int, error)

func (f reads) Read(p []byte) (int, error) { return f(p) }

type closes func()

func (f closes) Close() error { f(); return nil }

// A slot outside of retry is suspended during a backoff, so another call goes meanwhile.
func TestASlotOutsideOfRetryIsSuspendedDuringABackoff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		failing := true
		api := roundTripper(func(req *http.Request) (*http.Response, error) {
			status := 200
			if failing {
				status, failing = 503, false
			}
			return server(status, "x").RoundTrip(req)
		})
		rt := gracy.Around(api, concurrency.New(concurrency.Limit{Max: 1}), retry.New(retry.Policy{Delay: time.Minute, Jitter: retry.NoJitter}))
		start := time.Now()
		do := func() time.Duration {
			req, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://api.test/", nil)
			resp, err := rt.RoundTrip(req)
			if err != nil || resp.StatusCode != 200 {
				t.Errorf("got %v, %v", resp, err)
				return 0
			}
			_ = resp.Body.Close()
			return time.Since(start)
		}
		var first time.Duration
		var wg sync.WaitGroup
		wg.Go(func() { first = do() })
		synctest.Wait()
		if second := do(); second != 0 {
			t.Errorf("a call beside a backoff took %v, want no wait", second)
		}
		wg.Wait()
		if first != time.Minute {
			t.Errorf("the call with the backoff took %v, want a minute", first)
		}
	})
}
