package gracy_test

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gracy-go/gracy"
	"github.com/gracy-go/gracy/hook"
	"github.com/gracy-go/gracy/logging"
	"github.com/gracy-go/gracy/metrics"
	"github.com/gracy-go/gracy/retry"
)

// A call is counted and logged by what its caller gets, even if a layer outside of retry, whose rows
// are closed by then, makes another outcome of the last attempt.
func TestACallIsJudgedByWhatItReturns(t *testing.T) {
	errAfter := errors.New("after")
	instead := func(status int) gracy.Layer {
		return hook.New(hook.Hooks{After: func(context.Context, hook.Outcome) (*http.Response, error) {
			return &http.Response{StatusCode: status, Body: http.NoBody}, nil
		}})
	}
	waits := gracy.Func(func(next http.RoundTripper) http.RoundTripper { // as a third-party retry does
		return roundTripper(func(req *http.Request) (*http.Response, error) {
			_, err := next.RoundTrip(req)
			select {
			case <-time.After(time.Second):
				return nil, err
			case <-req.Context().Done():
				return nil, req.Context().Err()
			}
		})
	})
	for name, c := range map[string]struct {
		outer                         gracy.Layer
		status                        int // of the server, 0 for an error
		successes, failures, canceled uint64
		line                          string
	}{
		"a hook fails a call that has a response": {
			hook.New(hook.Hooks{FailOnError: true, After: func(context.Context, hook.Outcome) (*http.Response, error) { return nil, errAfter }}),
			200, 0, 1, 0, "hook: after: after",
		},
		"a hook replaces a failure": {instead(200), 503, 1, 0, 0, ""},
		"a hook replaces an error":  {instead(200), 0, 1, 0, 0, ""},
		"a hook replaces a success": {instead(500), 200, 0, 1, 0, "500"},
		"a hook waits for the cancel": {
			hook.New(hook.Hooks{Before: func(ctx context.Context, _ *http.Request) error { <-ctx.Done(); return ctx.Err() }}),
			200, 0, 0, 1, "",
		},
		"a foreign layer waits for its cancel": {waits, 0, 0, 0, 1, ""},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var lines strings.Builder
				stats := metrics.New("")
				var bytes int64 // of bodies, which are read or drained
				base := roundTripper(func(req *http.Request) (*http.Response, error) {
					if c.status == 0 {
						return nil, errors.New("lost")
					}
					bytes++
					return server(c.status, "x").RoundTrip(req)
				})
				rt := gracy.Around(base, stats, logging.New(logging.Config{Logger: slog.New(slog.NewTextHandler(&lines, nil))}), c.outer, retry.New(retry.Policy{When: retry.OnStatus(418)}))
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				time.AfterFunc(time.Millisecond, cancel)
				req, _ := http.NewRequestWithContext(ctx, http.MethodGet, "http://api.test/x", nil)
				resp, err := rt.RoundTrip(req)
				if err == nil {
					_ = resp.Body.Close()
				}
				if r := stats.Snapshot().Total; r.Successes != c.successes || r.Failures != c.failures || r.Canceled != c.canceled {
					t.Errorf("%d successes, %d failures, %d canceled, want %d, %d, %d", r.Successes, r.Failures, r.Canceled, c.successes, c.failures, c.canceled)
				}
				if r := stats.Snapshot().Total; r.BytesIn != bytes {
					t.Errorf("%d bytes in, want %d", r.BytesIn, bytes)
				}
				if got := lines.String(); (got == "") != (c.line == "") || !strings.Contains(got, c.line) {
					t.Errorf("logged %q, want %q", got, c.line)
				}
			})
		})
	}
}
