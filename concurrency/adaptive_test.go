package concurrency

import (
	"math"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gracy-go/gracy/internal/long"
	"github.com/gracy-go/gracy/transport"
)

func TestAdaptiveAfterAStepOfLatency(t *testing.T) {
	if testing.Short() {
		t.Skip("-short: minutes of virtual time")
	}
	synctest.Test(t, func(t *testing.T) {
		p := newPlant(0)
		p.slow(20 * time.Millisecond)
		p.resize(8) // 400 a second
		l := New(Limit{Max: 1000, MaxWait: time.Second, Adaptive: &Adaptive{}})
		rt := l.Wrap(within(2 * time.Second).Wrap(p))
		slots := make([]int, 0, 80)
		flood(t, rt, 800, 50, func(second int) {
			slots = append(slots, l.Slots(request(t.Context(), url)))
			switch second {
			case 20:
				p.slow(200 * time.Millisecond)
			case 32:
				p.slow(20 * time.Millisecond)
			}
		})
		t.Logf("slots by second: %v", slots)
		usual := slices.Max(slots[15:20])
		if low := slices.Min(slots[20:32]); low*2 > usual {
			t.Errorf("at ten times the latency no fewer than %d slots of %d", low, usual)
		}
		if back := slices.Max(slots[33:43]); float64(back) < 0.8*float64(usual) {
			t.Errorf("ten windows after the step %d slots of %d", back, usual)
		}
		if high := slices.Max(slots[33:]); high > 3*usual {
			t.Errorf("%d slots after the step, %d before", high, usual)
		}
	})
}

// A server becomes ten times as slow and stays so: what it takes to believe it. The control has
// more slots at Min than a probe has, so the slowness may be our own, and the baseline only
// doubles.
func TestAStepOfLatencyThatStays(t *testing.T) {
	long.Only(t) // two simulations of a minute and a half: three seconds of processor
	windows := func(a Adaptive) int {
		const step, seconds = 20, 90
		var good []int
		synctest.Test(t, func(t *testing.T) {
			p := newPlant(0)
			p.slow(20 * time.Millisecond)
			p.resize(16)
			l := New(Limit{Max: 1000, MaxWait: time.Second, Adaptive: &a})
			l.limits[0].find(key{host: "api.test"}).adaptive.est.windows = 1000 // no probe, which comes by chance
			rt := l.Wrap(within(5 * time.Second).Wrap(p))
			good = flood(t, rt, 1600, seconds, func(second int) {
				if second == step {
					p.slow(200 * time.Millisecond) // 80 a second from now on
				}
			})
		})
		for w := 2; step+w+5 < seconds; w++ {
			if mean(good[step+w:step+w+5]) >= 0.8*80 {
				return w
			}
		}
		return seconds
	}
	const most = 16
	fast, slow := windows(Adaptive{}), windows(Adaptive{Min: 4, Probe: 3})
	t.Logf("80 %% of what it can do after %d windows, the control after %d", fast, slow)
	if fast > most || slow <= most {
		t.Errorf("after %d windows, want at most %d; the control after %d", fast, most, slow)
	}
}

func TestManyDropsOfOneMomentLowerOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := New(Limit{Max: 100, Adaptive: &Adaptive{Start: 100}})
		s := &server{latency: time.Second, respond: func(req *http.Request) (*http.Response, error) {
			return reply(req, http.StatusTooManyRequests, ""), nil
		}}
		rt := l.Wrap(s)
		var wg sync.WaitGroup
		for range 100 {
			wg.Go(func() { _ = get(t.Context(), rt, url) })
		}
		wg.Wait()
		if got := l.Slots(request(t.Context(), url)); got != 70 {
			t.Errorf("%d slots after a hundred 429s, want 70", got)
		}
		empty(t, l)
	})
}

func TestEachOfSeveralAdaptiveLimitsIsAdjusted(t *testing.T) {
	l := New(
		Limit{Max: 100, Adaptive: &Adaptive{Start: 50}},
		Limit{Max: 100, Scope: transport.ScopeAll, Adaptive: &Adaptive{Start: 30}},
		Limit{Max: 100, Method: http.MethodPost, Adaptive: &Adaptive{Start: 20}}, // which does not match
		Limit{Max: 90},
	)
	rt := l.Wrap(&server{respond: func(req *http.Request) (*http.Response, error) {
		return reply(req, http.StatusTooManyRequests, ""), nil
	}})
	if err := get(t.Context(), rt, url); err != nil {
		t.Fatal(err)
	}
	var slots []int64
	for _, limit := range l.limits {
		slots = append(slots, limit.slots(nil, request(t.Context(), url)))
	}
	if want := []int64{35, 21, 20, 90}; !slices.Equal(slots, want) {
		t.Errorf("slots %v after a 429, want %v", slots, want)
	}
}

func TestAClientThatAsksForLittleProvesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := New(Limit{Max: 1000, Adaptive: &Adaptive{Start: 20}})
		rt := l.Wrap(&server{latency: 100 * time.Millisecond})
		seen := map[int]int{}
		for range 1000 { // one at a time
			if err := get(t.Context(), rt, url); err != nil {
				t.Fatal(err)
			}
			seen[l.Slots(request(t.Context(), url))]++
		}
		if seen[20]+seen[defaultProbe] != 1000 || seen[20] < 900 {
			t.Errorf("calls by slots %v, want 20 as at the start, or those of a probe", seen)
		}
	})
}

func TestAProbeThatSlowBodiesKeepOpenEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := New(Limit{Max: 20, Adaptive: &Adaptive{Start: 20}})
		rt := l.Wrap(&server{latency: 10 * time.Millisecond})
		call := func() {
			t.Helper()
			if err := get(t.Context(), rt, url); err != nil {
				t.Fatal(err)
			}
		}
		wantSlots := func(when string, want int) {
			t.Helper()
			if got := l.Slots(request(t.Context(), url)); got != want {
				t.Errorf("%d slots %s a probe, want %d", got, when, want)
			}
		}
		begin := func() {
			t.Helper()
			f := l.limits[0].find(key{host: "api.test"}).adaptive
			f.mu.Lock()
			f.est.startProbe()
			f.mu.Unlock()
			call() // still in at 20, and publishes
			wantSlots("in", 3)
		}
		stuck := func() {
			t.Helper()
			var bodies []*http.Response
			for range 10 {
				resp, err := rt.RoundTrip(request(t.Context(), url))
				if err != nil {
					t.Fatal(err)
				}
				bodies = append(bodies, resp)
			}
			begin()
			start := time.Now()
			call()
			if d := time.Since(start); d > 3*time.Second {
				t.Errorf("waited %s for a probe", d)
			}
			wantSlots("after", 20)
			for _, resp := range bodies {
				_ = resp.Body.Close()
			}
		}
		stuck()
		stuck() // after a probe that took too long
		begin()
		for range 10 {
			call()
		}
		wantSlots("after", 20)
		stuck() // after a probe that got its responses
		empty(t, l)
	})
}

func TestAdaptiveRejectsNonsense(t *testing.T) {
	for name, a := range map[string]Adaptive{
		"Min": {Min: -1}, "Min above Max": {Min: 11}, "Start": {Start: 11}, "Start below Min": {Min: 5, Start: 4},
		"Probe": {Probe: -1}, "Tolerance": {Tolerance: 1}, "NaN": {Tolerance: math.NaN()}, "Window": {Window: -1},
	} {
		func() {
			defer func() {
				if text, ok := recover().(string); !ok || !strings.HasPrefix(text, "concurrency: Limit: Adaptive.") {
					t.Errorf("%s: panic %q", name, text)
				}
			}()
			New(Limit{Max: 10, Adaptive: &a})
		}()
	}
	l := New(Limit{Max: 200, Adaptive: &Adaptive{}})
	if got, want := l.String(), "concurrency: up to 200 at once per host (adaptive)"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestAdaptiveKeepsWhatIsSetAndFillsInTheRest(t *testing.T) {
	for _, tt := range []struct{ set, want Adaptive }{
		{Adaptive{}, Adaptive{Min: 1, Start: 10, Probe: 3, Tolerance: 1.5, Window: time.Second}},
		{Adaptive{Min: 12}, Adaptive{Min: 12, Start: 12, Probe: 3, Tolerance: 1.5, Window: time.Second}},
		{Adaptive{Min: 20, Start: 20}, Adaptive{Min: 20, Start: 20, Probe: 3, Tolerance: 1.5, Window: time.Second}},
		{Adaptive{2, 4, 1, 1.1, time.Minute}, Adaptive{2, 4, 1, 1.1, time.Minute}},
	} {
		if got := *New(Limit{Max: 20, Adaptive: &tt.set}).Limits()[0].Adaptive; got != tt.want {
			t.Errorf("%+v is %+v, want %+v", tt.set, got, tt.want)
		}
	}
	if got := New(Limit{Max: 5, Adaptive: &Adaptive{}}).Limits()[0].Adaptive.Start; got != 5 {
		t.Errorf("with a Max of 5 a key starts with %d slots", got)
	}
}

// The bodies of the first ten responses are still open: no slot is released.
func TestAdditionalSlotsOfAnAdaptiveLimitAreUsedAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := New(Limit{Max: 100, Adaptive: &Adaptive{Start: 10}})
		s := &server{latency: time.Second}
		rt := l.Wrap(s)
		bodies := make(chan *http.Response, 20)
		for range 20 {
			go func() {
				resp, err := rt.RoundTrip(request(t.Context(), url))
				if err != nil {
					t.Error(err)
				}
				bodies <- resp
			}()
		}
		time.Sleep(time.Second - 1)
		if got := s.now.Load(); got != 10 {
			t.Errorf("%d requests in flight with ten slots", got)
		}
		time.Sleep(time.Nanosecond)
		synctest.Wait()
		if got := s.now.Load(); got != 20 || l.Waiting() != 0 {
			t.Errorf("%d requests in flight with %d slots, %d waiting", got, l.Slots(request(t.Context(), url)), l.Waiting())
		}
		for range 20 {
			if resp := <-bodies; resp != nil {
				_ = resp.Body.Close()
			}
		}
		empty(t, l)
	})
}
