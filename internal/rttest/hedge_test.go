package rttest_test

import (
	"context"
	"net/http"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gracy-go/gracy/internal/rttest"
)

func TestAHedgeReturnsWhatComesFirstAndCancelsTheOther(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		var sent, canceled atomic.Int64
		rt := rttest.Hedge(time.Second)(rttest.Func(func(req *http.Request) (*http.Response, error) {
			if sent.Add(1) == 1 {
				<-req.Context().Done()
				canceled.Add(1)
				return nil, req.Context().Err()
			}
			return rttest.Response(req, 200, "second"), nil
		}))
		if got := rttest.Read(t, rttest.Get(ctx, t, rt)); got != "second" {
			t.Errorf("body %q, want that of the second request", got)
		}
		synctest.Wait()
		if sent.Load() != 2 || canceled.Load() != 1 {
			t.Errorf("%d requests, %d canceled, want 2 and 1", sent.Load(), canceled.Load())
		}
	})
}

// The response that comes first ends the wait of the other request, which is then not sent.
func TestAHedgeSendsOneRequestThatIsFast(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		var sent atomic.Int64
		rt := rttest.Hedge(time.Second)(rttest.Func(func(req *http.Request) (*http.Response, error) {
			sent.Add(1)
			time.Sleep(900 * time.Millisecond)
			return rttest.Response(req, 200, "first"), nil
		}))
		if got := rttest.Read(t, rttest.Get(ctx, t, rt)); got != "first" {
			t.Errorf("body %q, want that of the first request", got)
		}
		time.Sleep(time.Minute)
		if n := sent.Load(); n != 1 {
			t.Errorf("%d requests, want 1", n)
		}
	})
}
