package gracy_test

import (
	"context"
	"log/slog"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gracy-go/gracy"
	"github.com/gracy-go/gracy/concurrency"
	"github.com/gracy-go/gracy/internal/rttest"
	"github.com/gracy-go/gracy/logging"
	"github.com/gracy-go/gracy/retry"
	"github.com/gracy-go/gracy/throttle"
)

// slowHandler takes an hour for each line of a call whose context is marked.
type slowHandler struct{ slog.Handler }

type slowLine struct{}

func (slowHandler) Enabled(context.Context, slog.Level) bool { return true }

func (slowHandler) Handle(ctx context.Context, _ slog.Record) error {
	if ctx.Value(slowLine{}) != nil {
		time.Sleep(time.Hour)
	}
	return nil
}

// A handler that sends its lines to a server may wait for it, as in
// findings/a-log-line-waits-for-loki.sh. No layer holds a lock meanwhile, and no place in a queue.
func TestASlowLogHandlerHoldsUpNoOtherCall(t *testing.T) {
	on := logging.At(slog.LevelInfo)
	for _, status := range []int{http.StatusOK, http.StatusServiceUnavailable, http.StatusTooManyRequests} {
		var took [10]time.Duration // by how many lines each of three slow calls has written; the first has none beside it
		for lines := range took {
			synctest.Test(t, func(t *testing.T) {
				base := rttest.Func(func(req *http.Request) (*http.Response, error) {
					time.Sleep(10 * time.Millisecond)
					resp := &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: http.NoBody, Request: req}
					if req.Context().Value(slowLine{}) != nil {
						resp.StatusCode = status
						resp.Header.Set("Retry-After", "3")
					}
					return resp, nil
				})
				rt := gracy.Around(base,
					logging.New(logging.Config{
						Logger:  slog.New(slowHandler{slog.DiscardHandler}),
						Request: on, Response: on, Errors: on, Retry: on, Retried: on, Throttled: on, Released: on,
						Queued: on, Acquired: on, Freed: on, Paused: on, Untaken: on,
					}),
					retry.New(retry.Policy{}),
					concurrency.New(concurrency.Limit{Max: 4}),
					throttle.New(throttle.Rule{Limit: 10}))
				get := func(ctx context.Context) {
					req, _ := http.NewRequestWithContext(ctx, http.MethodGet, "http://a.test/", nil)
					resp, err := rt.RoundTrip(req)
					if err != nil {
						t.Error(err)
						return
					}
					_ = resp.Body.Close()
				}
				for range min(3, 3*lines) {
					go get(context.WithValue(t.Context(), slowLine{}, true))
				}
				time.Sleep(time.Duration(lines)*time.Hour + 10*time.Second) // the pause that the server asks for is over
				begin := time.Now()
				for range 30 {
					get(t.Context())
				}
				took[lines] = time.Since(begin)
				time.Sleep(100 * time.Hour)
			})
		}
		for lines, d := range took {
			if d != took[0] {
				t.Errorf("%d: 30 calls take %v, and %v beside three in a line that takes an hour, after %d", status, took[0], d, lines)
			}
		}
	}
}
