package metrics

import (
	"fmt"
	"io"
	"net/http"
	"runtime"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gracy-go/gracy/internal/route"
	"github.com/gracy-go/gracy/internal/rttest"
)

func TestTenThousandRoutesCostNoMoreThanTwoHundred(t *testing.T) {
	fill := func(n int) (*store, uint64) {
		s := newStore()
		var before, after runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		over := uint64(0)
		for i := range n {
			sr, o := s.find("GET", route.Named(fmt.Sprintf("/r/%d", i)))
			sr.calls[accepted].add(200)
			sr.durations[accepted].observe(1)
			if o {
				over++
			}
		}
		runtime.GC()
		runtime.ReadMemStats(&after)
		if over != uint64(max(n-maxRoutes, 0)) {
			t.Errorf("%d of %d calls overflowed", over, n)
		}
		return s, after.HeapAlloc - before.HeapAlloc
	}
	few, small := fill(maxRoutes)
	many, large := fill(10000)
	// What earlier tests have left may still allocate: of several measurements one has
	// to keep the bound.
	for range 10 {
		if large <= small+small/4 {
			break
		}
		few, small = fill(maxRoutes)
		many, large = fill(10000)
	}
	if len(few.index.Load().series) != maxRoutes || len(many.index.Load().series) != maxRoutes+1 {
		t.Errorf("%d and %d series", len(few.index.Load().series), len(many.index.Load().series))
	}
	if other, _ := many.find("GET", route.Named("/never seen")); other.route != otherRoute || other.calls[accepted].total() != 10000-maxRoutes {
		t.Errorf("%q has %d calls", other.route, other.calls[accepted].total())
	}
	if large > small+small/4 {
		t.Errorf("%d routes take %d bytes, 10000 take %d", maxRoutes, small, large)
	}
	// A request with another method to a known route is not an overflow.
	if sr, over := many.find("POST", route.Named("/r/7")); over || sr.route != "/r/7" {
		t.Errorf("POST on a known route is counted under %q, overflow %v", sr.route, over)
	}
	runtime.KeepAlive(few)
}

func TestACallOfFourAttemptsIsOneCall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := New("test")
		slow := func(inner rttest.Func) rttest.Func {
			return func(req *http.Request) (*http.Response, error) { time.Sleep(time.Second); return inner(req) }
		}
		rt := r.Wrap(retrying(4, 3*time.Second).Wrap(rttest.Sequence(
			slow(rttest.Respond(503, "")), slow(rttest.Fail(io.ErrUnexpectedEOF)),
			slow(rttest.Respond(429, "")), slow(rttest.Respond(200, "done")))))
		if err := send(t.Context(), t, rt, "GET", "/r"); err != nil {
			t.Fatal(err)
		}
		got := r.Snapshot().Total
		want := Row{
			Calls: 1, Successes: 1, Attempts: 4, Status5xx: 1, Status4xx: 1, Status2xx: 1, Aborts: 1,
			Retries: 3, Waits: Waits{Backoff: 9 * time.Second}, BytesIn: 4,
		}
		if diff := differ(got, want); diff != "" {
			t.Error(diff)
		}
		if want := 13 * time.Second; got.Latency.Count != 1 || got.Latency.Max != want || got.Latency.P50 != want {
			t.Errorf("latency %+v, want one of %v", got.Latency, want)
		}
		if got.Last.Sub(got.First) != 13*time.Second || got.Rate != 1.0/13 {
			t.Errorf("from %v to %v, %v calls/s", got.First, got.Last, got.Rate)
		}
		s, _ := r.store.Load().find("GET", route.Named("/r"))
		for r, want := range map[reason]uint64{afterStatus: 1, afterError: 1, afterThrottled: 1} {
			if n := s.retries[r].Load(); n != want {
				t.Errorf("%d retries after %v, want %d", n, r, want)
			}
		}
		// The time of an attempt does not include its waits: each attempt took one second.
		if l := s.attempt.latency(); l.Count != 4 || l.Min != time.Second || l.Max != time.Second {
			t.Errorf("attempts %+v", l)
		}
	})
}

func TestACallThatFailedAfterAllAttemptsIsExhausted(t *testing.T) {
	r := New("test")
	if err := send(t.Context(), t, r.Wrap(retrying(3, 0).Wrap(rttest.Respond(500, ""))), "GET", "/r"); err != nil {
		t.Fatal(err)
	}
	want := Row{Calls: 1, Failures: 1, Attempts: 3, Status5xx: 3, Retries: 2, Exhausted: 1}
	if diff := differ(r.Snapshot().Total, want); diff != "" {
		t.Error(diff)
	}
}

// Inside a retry layer each attempt is a call of its own, and is counted once.
func TestInsideARetryLayerEachAttemptIsACall(t *testing.T) {
	r := New("test")
	if err := send(t.Context(), t, retrying(3, 0).Wrap(r.Wrap(rttest.Sequence(rttest.Respond(503, ""), rttest.Respond(503, ""), rttest.Respond(200, "done")))), "GET", "/r"); err != nil {
		t.Fatal(err)
	}
	want := Row{Calls: 3, Successes: 1, Failures: 2, Attempts: 3, Status5xx: 2, Status2xx: 1, Retries: 2, BytesIn: 4}
	if diff := differ(r.Snapshot().Total, want); diff != "" {
		t.Error(diff)
	}
}

func TestTheBytesOfDiscardedResponsesCount(t *testing.T) {
	r := New("test")
	rt := r.Wrap(rttest.Retry(3).Wrap(rttest.Sequence(rttest.Respond(503, "12345"), rttest.Respond(503, "1234567"), rttest.Respond(200, "123"))))
	if err := send(t.Context(), t, rt, "GET", "/r"); err != nil {
		t.Fatal(err)
	}
	if got := r.Snapshot().Total.BytesIn; got != 5+7+3 {
		t.Errorf("%d bytes, want 15", got)
	}
}
