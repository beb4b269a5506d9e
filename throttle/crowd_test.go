package throttle

import (
	"context"
	"fmt"
	"net/http"
	"runtime"
	"sync"
	"testing"
	"time"
)

// BenchmarkManyKeysCanceled measures how long waiters of many keys take to come and to be canceled
// all at once. The time for each should not grow with the number of keys.
func BenchmarkManyKeysCanceled(b *testing.B) {
	for _, bb := range []struct{ keys, each int }{{1000, 1}, {10_000, 1}, {1000, 10}, {10_000, 10}} {
		b.Run(fmt.Sprintf("%d waiters of %d keys", bb.keys*bb.each, bb.keys), func(b *testing.B) {
			var come, leave time.Duration
			for b.Loop() {
				l := New(Rule{Limit: 1, Per: time.Hour, Key: func(req *http.Request) string { return req.URL.Path }, MaxQueue: 1 << 20})
				rt := l.Wrap(empty{})
				for i := range bb.keys {
					_, _ = get(b.Context(), rt, fmt.Sprintf("/%d", i))
				}
				ctx, cancel := context.WithCancel(b.Context())
				var wg sync.WaitGroup
				start := time.Now()
				for i := range bb.keys * bb.each {
					req := request(ctx, fmt.Sprintf("/%d", i%bb.keys))
					wg.Go(func() { _, _ = rt.RoundTrip(req) })
				}
				for l.Waiting() < bb.keys*bb.each {
					runtime.Gosched()
				}
				come += time.Since(start)
				start = time.Now()
				cancel()
				wg.Wait()
				leave += time.Since(start)
			}
			n := float64(b.N * bb.keys * bb.each)
			b.ReportMetric(float64(come.Nanoseconds())/n, "ns/come")
			b.ReportMetric(float64(leave.Nanoseconds())/n, "ns/cancel")
		})
	}
}

// empty is a base without a state.
type empty struct{}

func (empty) RoundTrip(req *http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: 200, Header: http.Header{}, Body: http.NoBody, Request: req}, nil
}
