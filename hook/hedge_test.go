package hook_test

import (
	"context"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gracy-go/gracy/hook"
	"github.com/gracy-go/gracy/internal/rttest"
)

// The loser of a hedge around the layer returns when the next attempt is on its way. After sees the
// row of its own request.
func TestAfterSeesTheRowOfItsOwnRequest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		var sent atomic.Int64
		base := rttest.Func(func(req *http.Request) (*http.Response, error) {
			switch sent.Add(1) {
			case 1: // the loser, which takes a while to notice
				<-req.Context().Done()
				time.Sleep(time.Second / 2)
				return nil, req.Context().Err()
			case 2:
				return rttest.Response(req, 503, ""), nil
			case 3:
				time.Sleep(time.Second - time.Millisecond)
				return rttest.Response(req, 200, ""), nil
			}
			return rttest.Response(req, 404, ""), nil
		})
		var mu sync.Mutex // mu guards got
		got := map[int]int{}
		after := func(_ context.Context, o hook.Outcome) (*http.Response, error) {
			mu.Lock()
			defer mu.Unlock()
			status := 0
			if o.Response != nil {
				status = o.Response.StatusCode
			}
			got[status] = o.Attempt.Number()
			return nil, nil
		}
		rt := rttest.Stack(base, rttest.Retry(2), rttest.Hedge(time.Second), hook.New(hook.Hooks{After: after}))
		rttest.Read(t, rttest.Get(ctx, t, rt))
		time.Sleep(time.Minute)
		mu.Lock()
		defer mu.Unlock()
		if got[0] != 1 || got[503] != 2 || got[200] != 3 {
			t.Errorf("attempts by status %v, want 1 without a response, 2 with the 503, 3 with the 200", got)
		}
	})
}

// The first request of a hedge has lost and is still on its way, and the second one has failed. The
// call that a hook makes in the next attempt does not wait for the slot of its own call.
func TestACallInAHookAfterAHedgeHasFailed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		base, sent := rttest.FailsBesideALoser()
		var rt http.RoundTripper
		before := func(ctx context.Context, _ *http.Request) error {
			if sent.Load() == 2 {
				rttest.Read(t, rttest.Get(ctx, t, rt))
			}
			return nil
		}
		slots := rttest.NewSlots(1)
		rt = rttest.Stack(base, slots, rttest.Retry(2), rttest.Hedge(time.Second), hook.New(hook.Hooks{Before: before}))
		rttest.Read(t, rttest.Get(ctx, t, rt))
		time.Sleep(time.Hour)
		if sent.Load() != 4 || slots.Free() != 1 {
			t.Errorf("%d requests were sent and %d slots are free, want 4 and 1", sent.Load(), slots.Free())
		}
	})
}
