package metrics

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"reflect"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"
	"weak"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/gracy-go/gracy/internal/race"
	"github.com/gracy-go/gracy/internal/route"
	"github.com/gracy-go/gracy/internal/rttest"
	"github.com/gracy-go/gracy/layer"
)

func TestTenThousandRoutesCostNoMoreThanTwoHundred(t *testing.T) {
	fill := func(n int) (*store, uint64) {
		s := newStore(new(route.Owner), 0)
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
	// What earlier tests have left may still allocate, so one of several measurements must keep the
	// bound.
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
		if l := s.attempts(nil).latency(); l.Count != 4 || l.Min != time.Second || l.Max != time.Second {
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

// twice is a layer that counts each call in two stores. One of them uses the short way if it can.
type twice struct {
	short, long *store
	taken       int // how often it could
}

func (l *twice) Wrap(next http.RoundTripper) http.RoundTripper {
	return layer.Wrap("twice", l, next, func(c *layer.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
		entry := c.Attempt().Number()
		resp, err := next.RoundTrip(req)
		r := judge(c.Attempt(), resp, err)
		exemplar := func(context.Context) prometheus.Labels { return prometheus.Labels{"trace_id": "1"} }
		if resp != nil && c.Count() == 1 && l.short.plain(c, req, resp, &exemplar) {
			l.taken++
		} else {
			l.short.count(req.Context(), c, entry, r, &exemplar)
		}
		l.long.count(req.Context(), c, entry, r, &exemplar)
		return resp, err
	})
}

// A plain call is counted in one step, and looks as if it had been counted in many: in a snapshot,
// in a scrape and among the kept calls.
func TestAPlainCallReadsAsAnyOther(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rng := rand.New(rand.NewPCG(6, 6))
		short, long := New("c"), New("c")
		short.KeepCalls(300)
		long.KeepCalls(300)
		l := &twice{short: short.store.Load(), long: long.store.Load()}
		base := rttest.Func(func(req *http.Request) (*http.Response, error) {
			time.Sleep(time.Duration(rng.IntN(90_000)) * time.Microsecond)
			switch status := []int{200, 200, 200, 201, 204, 206, 226, 301, 404, 500, 0}[rng.IntN(11)]; status {
			case 0:
				return nil, io.ErrUnexpectedEOF
			default:
				return rttest.Response(req, status, strings.Repeat("x", rng.IntN(20))), nil
			}
		})
		waits := testLayer(func(c *layer.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
			switch rng.IntN(4) {
			case 0:
				c.Attempt().AddWait(layer.Wait(rng.IntN(waitKinds)), time.Duration(1+rng.IntN(1000)))
			case 1:
				c.Attempt().AddNote("a note")
			}
			return next.RoundTrip(req)
		})
		rt := l.Wrap(retrying(2, time.Second).Wrap(waits.Wrap(base)))
		for range 1000 {
			req, err := http.NewRequestWithContext(t.Context(), []string{"GET", "", "POST", "BREW"}[rng.IntN(4)], "http://api.test/things/"+strconv.Itoa(rng.IntN(50)), strings.NewReader("abc"))
			if err != nil {
				t.Fatal(err)
			}
			_ = readAll(rt.RoundTrip(req))
		}
		a, b := short.Snapshot(), long.Snapshot()
		if !reflect.DeepEqual(a, b) {
			t.Errorf("the snapshot is\n%+v\nwant\n%+v", a, b)
		}
		gotLines, wantLines := strings.Split(openMetrics(t, short), "\n"), strings.Split(openMetrics(t, long), "\n")
		for i := range min(len(gotLines), len(wantLines)) {
			if gotLines[i] != wantLines[i] {
				t.Errorf("a scrape has\n%s\nwant\n%s", gotLines[i], wantLines[i])
			}
		}
		if len(gotLines) != len(wantLines) {
			t.Errorf("a scrape has %d lines, want %d", len(gotLines), len(wantLines))
		}
		if a, b := short.Timeline(), long.Timeline(); !reflect.DeepEqual(a, b) {
			t.Errorf("the timeline is\n%+v\nwant\n%+v", a, b)
		}
		if l.taken < 100 || l.taken > 800 {
			t.Errorf("control run: %d of 1000 calls took the short way", l.taken)
		}
	})
}

// openMetrics returns what Prometheus reads, as OpenMetrics.
func openMetrics(t *testing.T, r *Recorder) string {
	t.Helper()
	registry := prometheus.NewPedanticRegistry()
	registry.MustRegister(r)
	req := httptest.NewRequest(http.MethodGet, "/metrics", nil)
	req.Header.Set("Accept", "application/openmetrics-text; version=1.0.0")
	w := httptest.NewRecorder()
	promhttp.HandlerFor(registry, promhttp.HandlerOpts{EnableOpenMetrics: true}).ServeHTTP(w, req)
	return w.Body.String()
}

// After a Reset a call finds the series of the new store, though the name of its route is the same.
func TestAResetLeavesNoWayToTheOldSeries(t *testing.T) {
	s, name := newStore(new(route.Owner), 0), route.Named("/r")
	old, _ := s.find("GET", name)
	if again, _ := s.find("GET", name); again != old {
		t.Error("a name leads to two series")
	}
	fresh := newStore(s.owner, 1)
	if sr, _ := fresh.find("GET", name); sr == old {
		t.Error("the old series is found")
	}
	if again, _ := s.find("GET", name); again != old {
		t.Error("the old store does not find its series any more")
	}
	other := newStore(new(route.Owner), 0)
	if sr, _ := other.find("GET", name); sr == old {
		t.Error("another recorder finds the series")
	}
}

// The names of routes often live as long as the program, as those of endpoints in variables do. They
// do not keep the counts of recorders alive that come and go, or of a store before a Reset.
func TestTheNameOfARouteKeepsNoCountsAlive(t *testing.T) {
	name := route.Named("/r")
	var gone []weak.Pointer[series]
	reset := New("reset")
	for range 3 {
		for _, r := range []*Recorder{New("job"), reset} {
			s, _ := r.store.Load().find("GET", name)
			s.plain[0].observe(1)
			gone = append(gone, weak.Make(s))
			r.Reset()
		}
	}
	runtime.GC()
	for i, w := range gone {
		if w.Value() != nil {
			t.Errorf("series %d is kept alive", i)
		}
	}
	if name.Kept(reset.store.Load().owner, "GET", "") == nil {
		t.Error("control run: nothing is kept at the name")
	}
}

func TestAKnownRouteIsFoundWithoutAnAllocation(t *testing.T) {
	if race.Enabled {
		t.Skip("the race detector allocates")
	}
	s, name := newStore(new(route.Owner), 0), route.Named("/r")
	for _, m := range []string{"GET", "", "BREW"} {
		s.find(m, name)
		if n := testing.AllocsPerRun(100, func() { s.find(m, name) }); n > 1 || n > 0 && m != "BREW" {
			t.Errorf("%q: %v allocations", m, n)
		}
	}
	// The control run: a method without a label of its own has no place at the name.
	if name.Kept(s.owner, "GET", "") == nil || name.Kept(s.owner, "BREW", "") != nil {
		t.Error("control run: the places are wrong")
	}
}
