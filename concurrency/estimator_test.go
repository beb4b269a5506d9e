package concurrency

import (
	"context"
	"math"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gracy-go/gracy/internal/long"
	"github.com/gracy-go/gracy/layer"
)

// crowd is a server that responds in 100 ms while at most fourteen requests are in flight. With
// more, its time makes a gradient of 0.8.
type crowd struct {
	now       atomic.Int64
	crowded   atomic.Int64 // responses
	responded func(d time.Duration)
}

const (
	few     = 14
	lonely  = 100 * time.Millisecond
	crowded = lonely * 15 / 8 // 1.5 times the baseline, over 0.8
)

func (c *crowd) RoundTrip(req *http.Request) (*http.Response, error) {
	d := lonely
	if c.now.Add(1) > few {
		d = crowded
		c.crowded.Add(1)
	}
	time.Sleep(d)
	c.responded(d)
	c.now.Add(-1)
	return reply(req, http.StatusOK, ""), nil
}

// More than fourteen slots are mild overload, for 500 windows, in which probes find out what the
// server can do on its own.
func TestNoCreepUnderMildOverload(t *testing.T) {
	if testing.Short() {
		t.Skip("-short: minutes of virtual time")
	}
	synctest.Test(t, func(t *testing.T) {
		l := New(Limit{Max: 1000, Adaptive: &Adaptive{}})
		f := l.limits[0].find(key{host: "api.test"}).adaptive
		var (
			mu         sync.Mutex
			average    = float64(lonely) // the control: a baseline that is a long average
			hasty      time.Duration     // the control: the median of a probe's first ten responses
			probe      []time.Duration
			wasProbing bool
			probes     int
		)
		s := &crowd{responded: func(d time.Duration) {
			f.mu.Lock()
			probing := f.est.probing
			f.mu.Unlock()
			mu.Lock()
			defer mu.Unlock()
			average += (float64(d) - average) / 600
			if probing && !wasProbing {
				probes++
				probe = nil
			}
			wasProbing = probing
			if probe = append(probe, d); probing && len(probe) == minSamples {
				hasty = max(hasty, slices.Sorted(slices.Values(probe))[minSamples/2])
			}
		}}
		rt := l.Wrap(s)
		ctx, stop := context.WithCancel(t.Context())
		var wg sync.WaitGroup
		for range 50 {
			wg.Go(func() {
				for get(ctx, rt, url) == nil {
				}
			})
		}
		theirs := float64(few) // the control: Gradient2
		bad, high, enough := 0, 0, 300
		if long.Wanted() {
			enough = 500
		}
		for window := 0; bad < enough && window < 2000; window++ {
			before := s.crowded.Load()
			time.Sleep(time.Second)
			if s.crowded.Load()-before >= minSamples {
				bad++
				theirs = theirs*0.8 + math.Sqrt(theirs)
			}
			if window >= 10 {
				high = max(high, l.Slots(request(ctx, url)))
			}
			f.mu.Lock()
			if f.est.base != 0 && f.est.base != lonely {
				t.Errorf("window %d: a baseline of %s", window, f.est.base)
				bad = enough
			}
			f.mu.Unlock()
		}
		stop()
		wg.Wait()
		t.Logf("%d windows at 0.8, %d probes, at most %d slots, Gradient2 %.0f; a baseline of %s, an average of %s, a hasty probe's %s",
			bad, probes, high, theirs, f.est.base, time.Duration(average), hasty)
		const most = 20
		if high > most || theirs <= most {
			t.Errorf("at most %d slots, Gradient2 %.0f: want no more than %d, and more", high, theirs, most)
		}
		if bad < enough || probes < enough/50 || time.Duration(average) <= lonely || hasty <= lonely {
			t.Error("nothing could have crept")
		}
	})
}

func TestWhatASlowWindowLeaves(t *testing.T) {
	for _, tt := range []struct {
		gradient float64
		loaded   bool
		want     float64
	}{
		{0.8, true, 80}, // and no headroom on top
		{0.6, true, 60},
		{0.1, true, 50}, // half at least
		{0.999, true, 99},
		{0.5, false, 100}, // too little was asked for
		{1, true, 110},    // within the tolerance
		{1.001, true, 110},
	} {
		f := newEstimator(Adaptive{Min: 1, Start: 100, Probe: 3, Tolerance: 1.5, Window: time.Second})
		f.thresh, f.base = 0, 100*time.Millisecond
		f.decide(time.Duration(1.5*float64(f.base)/tt.gradient), tt.loaded)
		if math.Abs(f.limit-tt.want) > 1e-3 {
			t.Errorf("a gradient of %v leaves %v of 100 slots, want %v", tt.gradient, f.limit, tt.want)
		}
	}
}

// A limit at Min is like a patient probe: it takes five slow windows in a row.
func TestMinRaisesTheBaselineAfterFiveSlowWindows(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newEstimator(Adaptive{Min: 1, Start: 1, Probe: 3, Tolerance: 1.5, Window: time.Second})
		f.thresh = 0
		window := func(d time.Duration) {
			f.reset(time.Now().Add(-d)) // so that no request was sent before
			for range fewSamples {
				time.Sleep(time.Second / fewSamples)
				f.observe(time.Now(), good, d, 1, 1) // the ceiling keeps it at one slot
			}
		}
		base := func(want time.Duration) {
			t.Helper()
			if f.base != want {
				t.Errorf("a baseline of %s, want %s", f.base, want)
			}
		}
		const quick, slow, patience = 100 * time.Millisecond, time.Second, 5
		window(quick)
		base(quick)
		for range 3 {
			for range patience - 1 {
				window(slow)
				base(quick)
			}
			window(quick) // the count starts over
		}
		for range patience - 1 {
			window(slow)
			base(quick)
		}
		window(slow)
		base(slow)    // at one slot it is not our load
		window(quick) // falls at once
		base(quick)
	})
}

// A probe during which the server is slow for another reason.
func TestAProbeCountsLonelyResponsesAndDoublesTheBaselineAtMost(t *testing.T) {
	for d, want := range map[time.Duration]time.Duration{
		50 * time.Millisecond:  50 * time.Millisecond,
		150 * time.Millisecond: 150 * time.Millisecond,
		time.Minute:            200 * time.Millisecond,
	} {
		synctest.Test(t, func(t *testing.T) {
			f := newEstimator(Adaptive{Min: 1, Start: 20, Probe: 3, Tolerance: 1.5, Window: time.Second})
			f.base = 100 * time.Millisecond
			f.startProbe()
			for range 2 * minSamples {
				time.Sleep(time.Second)
				f.observe(time.Now(), good, time.Millisecond, 4, 100) // in a crowd
			}
			f.observe(time.Now(), good, time.Hour, 3, 100) // now as few requests are in flight as there should be
			for range 2 * minSamples {
				f.observe(time.Now(), good, time.Hour, 3, 100) // these were sent before
			}
			time.Sleep(d)
			for i := range minSamples {
				if f.base != 100*time.Millisecond || !f.probing {
					t.Errorf("a baseline of %s after %d responses", f.base, i)
				}
				f.observe(time.Now(), good, d, 3, 100)
			}
			if f.base != want || f.probing || f.slots() != 20 {
				t.Errorf("a probe of %s makes a baseline of %s, want %s; %d slots", d, f.base, want, f.slots())
			}
		})
	}
}

func TestBaselineNeverFollowsOverload(t *testing.T) {
	// Ten minutes of overload, which the server's queue causes: the baseline stays what it is
	// without a queue, apart from random variation.
	synctest.Test(t, func(t *testing.T) {
		p := newPlant(0)
		p.slow(100 * time.Millisecond)
		p.resize(2)
		var mu sync.Mutex
		average, worst := 0.1, 0.0 // the control: a long average of what the limiter sees
		seen := &testLayer{"seen", func(_ *layer.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
			start := time.Now()
			resp, err := next.RoundTrip(req)
			mu.Lock()
			defer mu.Unlock()
			average += (time.Since(start).Seconds() - average) / 600
			worst = max(worst, average)
			return resp, err
		}}
		l := New(Limit{Max: 100, MaxWait: time.Second, Adaptive: &Adaptive{}})
		flood(t, l.Wrap(seen.Wrap(within(2*time.Second).Wrap(p))), 30, 600, nil)
		f := &l.limits[0].find(key{host: "api.test"}).adaptive.est
		t.Logf("baseline %s, %v slots; an average of %.0f ms", f.base, f.limit, 1000*worst)
		const most = 200 * time.Millisecond
		if f.base > most {
			t.Errorf("baseline %s of a server that takes 100 ms", f.base)
		}
		if worst <= most.Seconds() {
			t.Errorf("the control, an average, rose to %.0f ms: there was no overload to follow", 1000*worst)
		}
		if f.limit > 10 { // 2 workers, 1.5 times the baseline of above, the square root on top
			t.Errorf("%v slots for two workers", f.limit)
		}
	})
}
