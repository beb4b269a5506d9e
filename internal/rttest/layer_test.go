package rttest_test

import (
	"context"
	"errors"
	"net/http"
	"testing"
	"time"

	"github.com/gracy-go/gracy/internal/rttest"
	"github.com/gracy-go/gracy/layer"
)

func TestASlotIsHeldUntilTheBodyEnds(t *testing.T) {
	slots := rttest.NewSlots(1)
	rt := rttest.Stack(rttest.Respond(200, "body"), slots)
	resp := rttest.Get(t.Context(), t, rt)
	if n := slots.Free(); n != 0 {
		t.Fatalf("%d slots are free before the body is read", n)
	}
	ctx, cancel := context.WithTimeoutCause(t.Context(), time.Millisecond, rttest.ErrBoom)
	defer cancel()
	if _, err := rttest.Try(ctx, rt); !errors.Is(err, rttest.ErrBoom) {
		t.Errorf("a second request: %v, want the cause of its context", err)
	}
	rttest.Read(t, resp)
	if n := slots.Free(); n != 1 {
		t.Errorf("%d slots are free after the body, want 1", n)
	}
}

func TestASlotComesBackFromAFailure(t *testing.T) {
	slots := rttest.NewSlots(1)
	_, err := rttest.Try(t.Context(), rttest.Stack(rttest.Fail(rttest.ErrBoom), slots))
	if !errors.Is(err, rttest.ErrBoom) || slots.Free() != 1 {
		t.Errorf("error %v, %d slots are free", err, slots.Free())
	}
}

func TestRetrySendsWhileTheVerdictIsRetryable(t *testing.T) {
	for _, tt := range []struct {
		name   string
		status []int
		want   int
		again  int
	}{
		{"success", []int{200}, 200, 0},
		{"a failure, then success", []int{503, 200}, 200, 1},
		{"a failure that another attempt does not mend", []int{404, 200}, 404, 0},
		{"three failures", []int{503, 503, 503, 200}, 503, 2},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var steps []http.RoundTripper
			for _, status := range tt.status {
				steps = append(steps, rttest.Respond(status, ""))
			}
			sent := 0
			base := rttest.Sequence(steps...)
			rt := rttest.Stack(rttest.Func(func(req *http.Request) (*http.Response, error) {
				sent++
				return base(req)
			}), rttest.Retry(3), rttest.Pass("inner"))
			resp := rttest.Get(t.Context(), t, rt)
			rttest.Read(t, resp)
			if resp.StatusCode != tt.want || sent != tt.again+1 {
				t.Errorf("status %d after %d requests, want %d after %d", resp.StatusCode, sent, tt.want, tt.again+1)
			}
		})
	}
}

func TestEventsKeepsTheKindsThatItWants(t *testing.T) {
	ended, none := rttest.NewEvents(layer.CallEnd), rttest.NewEvents(0)
	rttest.Read(t, rttest.Get(t.Context(), t, rttest.Stack(rttest.Respond(200, ""), ended, none, rttest.Pass("inner"))))
	if seen := ended.Seen(); len(seen) != 1 || seen[0].Kind != layer.CallEnd {
		t.Errorf("events %v, want the end of the call", seen)
	}
	if seen := none.Seen(); len(seen) != 0 {
		t.Errorf("events %v, want none", seen)
	}
}
