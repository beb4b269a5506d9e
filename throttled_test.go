package gracy_test

import (
	"fmt"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gracy-go/gracy"
	"github.com/gracy-go/gracy/internal/rttest"
	"github.com/gracy-go/gracy/retry"
	"github.com/gracy-go/gracy/throttle"
)

// quotaServer accepts ten requests in each second of its clock and responds to the
// others with a 429 that says nothing.
type quotaServer struct {
	limit int

	mu          sync.Mutex
	window      int64
	taken, sent int
}

func (s *quotaServer) RoundTrip(req *http.Request) (*http.Response, error) {
	time.Sleep(5 * time.Millisecond)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sent++
	if now := time.Now().Unix(); now != s.window {
		s.window, s.taken = now, 0
	}
	if s.taken++; s.taken > s.limit {
		return rttest.Response(req, 429, ""), nil
	}
	return rttest.Response(req, 200, "ok"), nil
}

// ask makes n calls at once and returns how many were accepted and how long it took.
func ask(t *testing.T, rt http.RoundTripper, n int) (accepted int, d time.Duration) {
	t.Helper()
	client := &http.Client{Transport: rt}
	start := time.Now()
	var mu sync.Mutex
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() {
			req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, fmt.Sprintf("http://api.test/things/%d", i), nil)
			if err != nil {
				t.Error(err)
				return
			}
			resp, err := client.Do(req)
			if err != nil {
				t.Error(err)
				return
			}
			_ = resp.Body.Close()
			mu.Lock()
			defer mu.Unlock()
			if resp.StatusCode == 200 {
				accepted++
			}
		})
	}
	wg.Wait()
	return accepted, time.Since(start)
}

// A quota is not an outage: whoever may try ten times comes through, whatever the others
// do, and callers do not take turns at being throttled.
func TestCallersBehindAQuotaComeThrough(t *testing.T) {
	const calls = 40
	ten := retry.Policy{Attempts: 10}
	fixed := ten
	fixed.Budget = retry.NewBudget(retry.BudgetConfig{})
	for _, test := range []struct {
		name   string
		chain  func() []gracy.Layer
		worst  bool // the control, which must break a bound
		within time.Duration
		sends  float64 // for each call
	}{
		{"retry over throttle", func() []gracy.Layer { return []gracy.Layer{retry.New(ten), throttle.New()} }, false, 6 * time.Second, 2.5},
		{"retry alone", func() []gracy.Layer { return []gracy.Layer{retry.New(ten)} }, false, 60 * time.Second, 10},
		{"control: no pauses", func() []gracy.Layer {
			return []gracy.Layer{retry.New(ten), throttle.NewLimiter(throttle.Config{Pause: throttle.Pause{Max: throttle.NoPause}})}
		}, true, 6 * time.Second, 2.5},
		{"control: a fixed budget", func() []gracy.Layer { return []gracy.Layer{retry.New(fixed), throttle.New()} }, true, 6 * time.Second, 2.5},
	} {
		t.Run(test.name, func(t *testing.T) {
			broken := 0
			var longest time.Duration
			var most int
			for phase := range 20 {
				synctest.Test(t, func(t *testing.T) {
					time.Sleep(time.Duration(phase) * 50 * time.Millisecond)
					s := &quotaServer{limit: 10}
					accepted, d := ask(t, gracy.Around(s, test.chain()...), calls)
					longest, most = max(longest, d), max(most, s.sent)
					if accepted < calls || d > test.within || float64(s.sent) > test.sends*calls {
						broken++
						if !test.worst {
							t.Errorf("%d of %d accepted in %s with %d sends", accepted, calls, d, s.sent)
						}
					}
				})
			}
			t.Logf("at most %s and %d sends", longest, most)
			if test.worst && broken == 0 {
				t.Error("the control keeps the bounds: they prove nothing")
			}
		})
	}
}
