package metrics

import (
	"fmt"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gracy-go/gracy/internal/rttest"
	"github.com/gracy-go/gracy/layer"
	"github.com/gracy-go/gracy/transport"
)

func TestTheTimeOfAWaitIsPartOfTheCall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := New("test")
		release := make(chan struct{})
		wait := testLayer(func(c *layer.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
			a := c.Attempt()
			c.Emit(layer.Event{Kind: layer.WaitBegin, Attempt: a, How: layer.Quota})
			<-release
			time.Sleep(2 * time.Second)
			a.AddWait(layer.Quota, 2*time.Second)
			c.Emit(layer.Event{Kind: layer.WaitEnd, Attempt: a, How: layer.Quota})
			return next.RoundTrip(req)
		})
		rt := r.Wrap(wait.Wrap(rttest.Respond(200, "")))
		done := make(chan error)
		go func() { done <- send(t.Context(), t, rt, "GET", "/r") }()
		synctest.Wait()
		if s := r.Snapshot(); s.InFlight != 1 || s.Waiting != (Waiting{Quota: 1}) || s.Total.Calls != 0 {
			t.Errorf("while it waits: %d in flight, waiting %+v, %d calls", s.InFlight, s.Waiting, s.Total.Calls)
		}
		close(release)
		if err := <-done; err != nil {
			t.Fatal(err)
		}
		s := r.Snapshot()
		if s.InFlight != 0 || s.Waiting != (Waiting{}) {
			t.Errorf("afterwards: %d in flight, waiting %+v", s.InFlight, s.Waiting)
		}
		want := Row{Calls: 1, Successes: 1, Attempts: 1, Status2xx: 1, Throttled: 1, Waits: Waits{Quota: 2 * time.Second}}
		if diff := differ(s.Total, want); diff != "" {
			t.Error(diff)
		}
		if s.Total.Latency.Max != 2*time.Second {
			t.Errorf("the call took %v, its wait included", s.Total.Latency.Max)
		}
	})
}

func TestAPanicOfAnInnerLayerLeavesNothingInFlight(t *testing.T) {
	r := New("test")
	rt := r.Wrap(rttest.Func(func(*http.Request) (*http.Response, error) { panic("inner") }))
	func() {
		defer func() {
			if recover() != "inner" {
				t.Error("the panic was swallowed")
			}
		}()
		_ = send(t.Context(), t, rt, "GET", "/r")
	}()
	if got := r.Snapshot().InFlight; got != 0 {
		t.Errorf("%d in flight after a panic", got)
	}
}

func TestResetStartsTheCountersAtZero(t *testing.T) {
	r := New("test")
	rt := r.Wrap(rttest.Respond(200, ""))
	for range 3 {
		if err := send(t.Context(), t, rt, "GET", "/r"); err != nil {
			t.Fatal(err)
		}
	}
	before := r.Snapshot()
	r.Reset()
	after := r.Snapshot()
	if before.Total.Calls != 3 || after.Total.Calls != 0 || len(after.Rows) != 0 {
		t.Errorf("%d calls before, %d after, %d rows", before.Total.Calls, after.Total.Calls, len(after.Rows))
	}
	if err := send(t.Context(), t, rt, "GET", "/r"); err != nil {
		t.Fatal(err)
	}
	if got := r.Snapshot().Total.Calls; got != 1 {
		t.Errorf("%d calls since the reset", got)
	}
}

func TestConcurrentCallsAreAllCounted(t *testing.T) {
	const workers, each = 8, 300
	r := New("test")
	rt := r.Wrap(rttest.Respond(200, "x"))
	var wg sync.WaitGroup
	for w := range workers {
		wg.Go(func() {
			for i := range each {
				req, _ := http.NewRequestWithContext(transport.WithRoute(t.Context(), fmt.Sprintf("/r%d", (w+i)%10)), "GET", "http://api.test/", nil)
				if err := readAll(rt.RoundTrip(req)); err != nil {
					t.Error(err)
				}
				if i%50 == 0 {
					r.Snapshot()
				}
			}
		})
	}
	wg.Wait()
	s := r.Snapshot()
	if s.Total.Calls != workers*each || s.Total.BytesIn != workers*each || s.InFlight != 0 || len(s.Rows) != 10 {
		t.Errorf("%d calls, %d bytes, %d in flight, %d rows", s.Total.Calls, s.Total.BytesIn, s.InFlight, len(s.Rows))
	}
}

func TestFindFindsTheRecorderInAStack(t *testing.T) {
	r := New("test")
	if got, ok := transport.Find[*Recorder](r.Wrap(rttest.Respond(200, ""))); !ok || got != r {
		t.Errorf("Find returned %v, %v", got, ok)
	}
}
