package http3

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/quic-go/quic-go/http3"

	"github.com/gracy-go/gracy"
	"github.com/gracy-go/gracy/concurrency"
	"github.com/gracy-go/gracy/metrics"
	"github.com/gracy-go/gracy/retry"
	"github.com/gracy-go/gracy/timeout"
	"github.com/gracy-go/gracy/transport/verdict"
)

// Each way to end a call frees its slot and the stream of the server, and uses no other connection.
// A limit ends an attempt with its own error.
func TestHowCallsEnd(t *testing.T) {
	const limit = 100 * time.Millisecond
	for name, c := range map[string]struct {
		path     string
		end      error // with which the caller ends its context, nil if it does not
		attempt  time.Duration
		idle     time.Duration
		limit    error
		attempts int
		broken   float64
		verdict  verdict.Verdict
	}{
		"the attempt timeout":         {path: "/silent", attempt: limit, limit: timeout.ErrAttempt, attempts: 2, verdict: verdict.Retryable},
		"a cancel before the headers": {path: "/silent", end: context.Canceled, attempts: 1, verdict: verdict.Canceled},
		"a limit before the headers":  {path: "/silent", end: context.DeadlineExceeded, attempts: 1, verdict: verdict.Canceled},
		"the idle limit":              {path: "/half", idle: limit, limit: timeout.ErrIdle, attempts: 1, broken: 1, verdict: verdict.OK},
		"a cancel in the body":        {path: "/half", end: context.Canceled, attempts: 1, verdict: verdict.OK},
		"a limit in the body":         {path: "/half", end: context.DeadlineExceeded, attempts: 1, broken: 1, verdict: verdict.OK},
		"a body that breaks off":      {path: "/breaks", attempts: 1, broken: 1, verdict: verdict.OK},
	} {
		t.Run(name, func(t *testing.T) {
			there, half, gone := make(chan struct{}, 2), make(chan struct{}), make(chan struct{}, 2)
			s := serve(t, func(w http.ResponseWriter, r *http.Request) {
				switch r.URL.Path {
				case "/":
					return
				case "/silent":
					there <- struct{}{}
				default:
					_, _ = io.WriteString(w, "half")
					_ = http.NewResponseController(w).Flush()
				}
				if r.URL.Path == "/breaks" {
					<-half
					panic(http.ErrAbortHandler)
				}
				<-r.Context().Done()
				gone <- struct{}{}
			})
			slots, stats := concurrency.New(concurrency.Limit{Max: 1}), metrics.New("h3")
			rt := gracy.Around(s.base, stats, timeout.New(timeout.Config{Idle: cmp.Or(c.idle, time.Minute)}),
				retry.New(retry.Policy{Attempts: 2, Delay: retry.NoDelay}), slots, timeout.PerAttempt(cmp.Or(c.attempt, time.Minute)))
			// The dial takes as long as the machine takes. An attempt that times out is on a new
			// connection, which it could take for its own.
			if c.attempt == 0 {
				if _, _, err := do(t, t.Context(), s.base, http.MethodGet, s.url, nil); err != nil {
					t.Fatal(err)
				}
			}
			ctx, end := context.WithCancelCause(t.Context())
			defer end(nil)
			if c.end != nil && c.path == "/silent" {
				go func() {
					<-there
					end(c.end)
				}()
			}
			_, call, err := do(t, ctx, firstRead{rt, func() {
				if c.end != nil {
					end(c.end)
				}
				close(half)
			}}, http.MethodGet, s.url+c.path, nil)
			if err == nil || c.limit != nil && !errors.Is(err, c.limit) {
				t.Errorf("the call ended with %v, want %v", err, c.limit)
			}
			if call.Count() != c.attempts || call.Attempt().Verdict() != c.verdict {
				t.Errorf("want %d attempts, the last %v\n%s", c.attempts, c.verdict, call)
			}
			if n := broken(t, stats); n != c.broken {
				t.Errorf("%v bodies broke off, want %v", n, c.broken)
			}
			// An attempt that times out may do so before it arrives.
			if c.path != "/breaks" && c.attempt == 0 {
				<-gone
			}
			if _, _, err := do(t, t.Context(), gracy.Around(s.base, slots), http.MethodGet, s.url, nil); err != nil || s.dials.Load() != 1 || slots.InFlight() != 0 {
				t.Errorf("the next call: %v, %d dials, %d slots are taken", err, s.dials.Load(), slots.InFlight())
			}
		})
	}
}

// broken returns how many bodies the metrics say broke off.
func broken(t *testing.T, stats prometheus.Collector) float64 {
	t.Helper()
	r := prometheus.NewPedanticRegistry()
	if err := r.Register(stats); err != nil {
		t.Fatal(err)
	}
	families, err := r.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range families {
		if f.GetName() == "gracy_bodies_broken_total" {
			return f.GetMetric()[0].GetCounter().GetValue()
		}
	}
	t.Fatal("no gracy_bodies_broken_total")
	return 0
}

// firstRead calls a function when the first four bytes of a body were read.
type firstRead struct {
	http.RoundTripper
	then func()
}

func (f firstRead) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := f.RoundTripper.RoundTrip(req)
	if err == nil {
		p := make([]byte, 4)
		if _, err := io.ReadFull(resp.Body, p); err != nil {
			return nil, err
		}
		f.then()
	}
	return resp, err
}

// A response that comes while the request body is being sent does not mix its body with that of the
// next attempt.
func TestAnUploadThatIsSentAgainIsWhole(t *testing.T) {
	big := strings.Repeat("0123456789", 60_000)
	for name, body := range map[string]io.Reader{"a pipe": io.MultiReader(strings.NewReader(big)), "GetBody": strings.NewReader(big)} {
		t.Run(name, func(t *testing.T) {
			var arrived atomic.Int64
			s := serve(t, func(w http.ResponseWriter, r *http.Request) {
				if arrived.Add(1) < 3 {
					w.WriteHeader(http.StatusServiceUnavailable)
					return
				}
				b, err := io.ReadAll(r.Body)
				_, _ = fmt.Fprint(w, string(b) == big, err)
			})
			req, err := http.NewRequestWithContext(t.Context(), http.MethodPut, s.url, body)
			if err != nil {
				t.Fatal(err)
			}
			resp, err := gracy.Around(s.base, retry.New(retry.Policy{Delay: retry.NoDelay})).RoundTrip(req)
			if err != nil {
				t.Fatal(err)
			}
			defer resp.Body.Close()
			if b, err := io.ReadAll(resp.Body); string(b) != "true <nil>" || err != nil {
				t.Errorf("the server got it whole: %s, %v", b, err)
			}
		})
	}
}

// A method that quic-go has for 0-RTT is set below the layers, which know GET alone.
func TestZeroRoundTripsAreSetBelowTheLayers(t *testing.T) {
	var arrived atomic.Int64
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if arrived.Add(1) == 1 {
			w.WriteHeader(http.StatusTooEarly)
			return
		}
		_, _ = io.WriteString(w, r.Method)
	})
	early := edits{s.base, func(r *http.Request) { r.Method = http3.MethodGet0RTT }}
	got, call, err := do(t, t.Context(), gracy.Around(early, retry.New(retry.Policy{Delay: retry.NoDelay})), http.MethodGet, s.url, nil)
	if err != nil || got != http.MethodGet || call.Count() != 2 {
		t.Errorf("%q, %v\n%s", got, err, call)
	}
}
