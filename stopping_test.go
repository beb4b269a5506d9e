package gracy_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"path/filepath"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gracy-go/gracy"
	"github.com/gracy-go/gracy/concurrency"
	"github.com/gracy-go/gracy/internal/rttest"
	"github.com/gracy-go/gracy/metrics"
	"github.com/gracy-go/gracy/replay"
	"github.com/gracy-go/gracy/retry"
	"github.com/gracy-go/gracy/throttle"
)

// A program that stops has a thousand calls that wait for a quota, and some that are in flight.
func TestAProgramStops(t *testing.T) {
	for _, test := range []struct {
		name string
		stop func(cancel context.CancelFunc, limiter *throttle.Limiter)
		fine int // calls that succeed
		took time.Duration
	}{
		{"contexts are canceled", func(cancel context.CancelFunc, _ *throttle.Limiter) { cancel() }, 30, 0},
		{"the limiter is closed", func(_ context.CancelFunc, l *throttle.Limiter) { _ = l.Close() }, 40, 500 * time.Millisecond},
		{"no layer is stopped, the control", func(context.CancelFunc, *throttle.Limiter) {}, 1000, 960*time.Second + 500*time.Millisecond},
	} {
		path := filepath.Join(t.TempDir(), "stopping.tape")
		synctest.Test(t, func(t *testing.T) {
			stats := metrics.New("stopping")
			limiter := throttle.New(throttle.Rule{Limit: 10, Per: 10 * time.Second, Margin: throttle.NoMargin})
			slots := concurrency.New(concurrency.Limit{Max: 20, MaxQueue: 1000}) // all may come before one goes on to the limiter
			tape, err := replay.Open(path, replay.Options{})
			if err != nil {
				t.Fatal(err)
			}
			client := &http.Client{Transport: gracy.Around(rttest.Func(func(req *http.Request) (*http.Response, error) {
				select {
				case <-time.After(time.Second):
					return rttest.Response(req, 200, "fine"), nil
				case <-req.Context().Done():
					return nil, req.Context().Err()
				}
			}), stats, retry.New(retry.Policy{}), tape, slots, limiter)}
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			fine, mu := 0, sync.Mutex{}
			var calls sync.WaitGroup
			for i := range 1000 {
				calls.Go(func() {
					req, err := http.NewRequestWithContext(ctx, "GET", fmt.Sprintf("http://api.test/?n=%d", i), nil)
					if err != nil {
						t.Error(err)
						return
					}
					resp, err := client.Do(req)
					if err != nil {
						return
					}
					_, _ = io.Copy(io.Discard, resp.Body)
					_ = resp.Body.Close()
					mu.Lock()
					defer mu.Unlock()
					fine++
				})
			}
			time.Sleep(30*time.Second + 500*time.Millisecond) // ten are in flight
			stopped := time.Now()
			test.stop(cancel, limiter)
			calls.Wait()
			if took := time.Since(stopped); fine != test.fine || took.Round(100*time.Millisecond) != test.took {
				t.Errorf("%s: %d calls succeeded and the last ended after %v, want %d and %v", test.name, fine, took, test.fine, test.took)
			}
			if err := tape.Close(); err != nil || tape.Stats().Recorded != int64(test.fine) {
				t.Errorf("%s: %d recorded, %v", test.name, tape.Stats().Recorded, err)
			}
			s := stats.Snapshot()
			if s.InFlight != 0 || s.Waiting != (metrics.Waiting{}) || s.Total.Calls != 1000 || slots.InFlight() != 0 || limiter.Waiting() != 0 {
				t.Errorf("%s: left are %d calls, %+v, %d slots, %d waiting", test.name, s.InFlight, s.Waiting, slots.InFlight(), limiter.Waiting())
			}
			// A goroutine that is left fails the test, since the bubble then does not end.
		})
	}
}
