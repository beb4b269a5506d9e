package gracy_test

import (
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gracy-go/gracy/internal/rttest"
	"github.com/gracy-go/gracy/retry"
	"github.com/gracy-go/gracy/throttle"
)

// What the body of a 429 asks for holds back all that goes to the host, as a Retry-After does.
func TestAWaitInTheBodyPausesTheHost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		var mu sync.Mutex
		var at []time.Duration
		base := rttest.Func(func(req *http.Request) (*http.Response, error) {
			mu.Lock()
			defer mu.Unlock()
			if at = append(at, time.Since(start)); len(at) == 1 {
				return rttest.Response(req, http.StatusTooManyRequests, `{"details":[{"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"20s"}]}`), nil
			}
			return rttest.Response(req, http.StatusOK, ""), nil
		})
		rt := rttest.Stack(base, retry.New(retry.Policy{}), throttle.New(throttle.Rule{Limit: 100}))
		var wg sync.WaitGroup
		for _, after := range []time.Duration{0, time.Second} {
			wg.Go(func() {
				time.Sleep(after)
				if n, _ := ask(t, rt, 1); n != 1 {
					t.Errorf("the call after %v failed", after)
				}
			})
		}
		wg.Wait()
		if len(at) != 3 || at[0] != 0 || at[1] < 20*time.Second || at[2] < 20*time.Second {
			t.Errorf("sent at %v, want once before 20 s", at)
		}
	})
}
