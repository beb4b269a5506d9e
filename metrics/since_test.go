package metrics

import (
	"fmt"
	"math"
	"math/rand/v2"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gracy-go/gracy/internal/rttest"
)

// The window between two snapshots is what a recorder would have counted that started with it.
func TestSinceIsWhatALaterRecorderCounts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		statuses := []int{200, 200, 404, 503, 503, 200, 429, 500}
		base := rttest.Func(func(req *http.Request) (*http.Response, error) {
			time.Sleep(time.Duration(rand.IntN(1000)+1) * time.Millisecond)
			return scripted(statuses[rand.IntN(len(statuses))])(req)
		})
		all, window := New("test"), New("test")
		retries := retrying(3, time.Second).Wrap(base)
		calls := func(rt http.RoundTripper, n int) {
			for i := range n {
				if err := send(t.Context(), t, rt, []string{"GET", "PUT"}[i%2], fmt.Sprint("/", i)); err != nil {
					t.Fatal(err)
				}
			}
		}
		calls(all.Wrap(retries), 40)
		before := all.Snapshot()
		window.Reset()
		calls(window.Wrap(all.Wrap(retries)), 60)
		got, want := all.Snapshot().Since(before), window.Snapshot()
		if d := differ(got.Total, want.Total); d != "" {
			t.Errorf("the total differs: %s", d)
		}
		if len(got.Rows) != 2 || got.Total.Calls != 60 || !got.From.Equal(before.To) {
			t.Errorf("the window has %d rows and %d calls, from %v", len(got.Rows), got.Total.Calls, got.From)
		}
		for i := range want.Rows {
			if d := differ(got.Rows[i], want.Rows[i]); d != "" {
				t.Errorf("row %d differs: %s", i, d)
			}
			for name, q := range map[string][2]time.Duration{
				"min": {got.Rows[i].Latency.Min, want.Rows[i].Latency.Min}, "max": {got.Rows[i].Latency.Max, want.Rows[i].Latency.Max},
				"p50": {got.Rows[i].Latency.P50, want.Rows[i].Latency.P50}, "p99": {got.Rows[i].Latency.P99, want.Rows[i].Latency.P99},
			} {
				if off := math.Abs(q[0].Seconds()/q[1].Seconds() - 1); off > 0.023 {
					t.Errorf("row %d: %s is %v, want %v", i, name, q[0], q[1])
				}
			}
			if got.Rows[i].Latency.Mean != want.Rows[i].Latency.Mean {
				t.Errorf("row %d: the mean is %v, want %v", i, got.Rows[i].Latency.Mean, want.Rows[i].Latency.Mean)
			}
		}
		if want := 60 / got.To.Sub(got.From).Seconds(); math.Abs(got.Total.Rate-want) > 1e-9 {
			t.Errorf("the rate is %v, want %v", got.Total.Rate, want)
		}
		if empty := all.Snapshot().Since(all.Snapshot()); len(empty.Rows) != 0 || empty.Total.Calls != 0 {
			t.Errorf("a window of nothing has %+v", empty.Total)
		}
	})
}

// After a Reset the window is what was counted since.
func TestSinceAReset(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := New("test")
		rt := r.Wrap(scripted(200, 200, 200))
		for range 2 {
			_ = send(t.Context(), t, rt, "GET", "/")
		}
		before := r.Snapshot()
		r.Reset()
		_ = send(t.Context(), t, rt, "GET", "/")
		if got := r.Snapshot().Since(before); got.Total.Calls != 1 {
			t.Errorf("since a Reset there are %d calls, want 1", got.Total.Calls)
		}
	})
}

// Calls whose names have been merged are not counted a second time.
func TestSinceBeforeAFold(t *testing.T) {
	row := func(route string, calls uint64) Row { return Row{Method: "GET", Route: route, Calls: calls} }
	at := time.Now()
	before := Snapshot{From: at, To: at.Add(time.Second), Rows: []Row{row("/p/a", 3), row("/p/b", 4), row("/q", 1)}}
	now := Snapshot{From: at, To: at.Add(2 * time.Second), Rows: []Row{row("/p/{x}", 10), row("/q", 1), row("/new", 2)}}
	got := now.Since(before)
	if len(got.Rows) != 2 || got.Rows[0].Calls != 3 || got.Rows[0].Route != "/p/{x}" || got.Rows[1].Route != "/new" || got.Total.Calls != 5 {
		t.Errorf("the window is %+v", got.Rows)
	}
}
