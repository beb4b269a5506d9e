package concurrency

import (
	"context"
	"math"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gracy-go/gracy/transport"
)

// plant is a server of some workers and a queue. As servers do, it works off what
// its clients have given up long ago.
type plant struct {
	mu      sync.Mutex
	free    []time.Time // per worker
	service time.Duration
	queue   time.Duration // what would wait longer gets a 503; 0: all wait
}

func (p *plant) resize(workers int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.free = slices.Grow(p.free, workers)[:workers]
}

func (p *plant) slow(service time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.service = service
}

func (p *plant) accept() (d time.Duration, ok bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := time.Now()
	w := 0
	for i := range p.free {
		if p.free[i].Before(p.free[w]) {
			w = i
		}
	}
	begin := now
	if p.free[w].After(now) {
		begin = p.free[w]
	}
	if p.queue > 0 && begin.Sub(now) > p.queue {
		return 0, false
	}
	// A service time that varies by a quarter.
	end := begin.Add(time.Duration(float64(p.service) * (0.75 + rand.Float64()/2))) //nolint:gosec // no secret
	p.free[w] = end
	return end.Sub(now), true
}

func (p *plant) RoundTrip(req *http.Request) (*http.Response, error) {
	d, ok := p.accept()
	if !ok {
		return reply(req, http.StatusServiceUnavailable, ""), nil
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return reply(req, http.StatusOK, "fine"), nil
	case <-req.Context().Done():
		return nil, req.Context().Err()
	}
}

// within is an attempt timeout.
func within(d time.Duration) *layer {
	return &layer{"timeout", func(_ *transport.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
		ctx, cancel := context.WithTimeout(req.Context(), d)
		defer cancel() // the bodies of these tests are in memory
		return next.RoundTrip(req.WithContext(ctx))
	}}
}

// flood makes calls at a rate and counts the good answers of each second.
func flood(t *testing.T, rt http.RoundTripper, perSecond, seconds int, at func(second int)) (good []int) {
	t.Helper()
	counts := make([]atomic.Int64, seconds+60)
	var wg sync.WaitGroup
	start := time.Now()
	for s := range seconds {
		if at != nil {
			at(s)
		}
		for range perSecond {
			wg.Go(func() {
				resp, err := rt.RoundTrip(request(t.Context(), url))
				if err != nil {
					return
				}
				_ = resp.Body.Close()
				if resp.StatusCode == http.StatusOK {
					counts[int(time.Since(start)/time.Second)].Add(1)
				}
			})
			time.Sleep(time.Second / time.Duration(perSecond))
		}
	}
	wg.Wait()
	for i := range seconds {
		good = append(good, int(counts[i].Load()))
	}
	return good
}

func mean(counts []int) float64 {
	sum := 0
	for _, n := range counts {
		sum += n
	}
	return float64(sum) / float64(len(counts))
}

// halving runs 30 s at three times the capacity of a server, halves its capacity
// and runs 40 s more. It returns the goodput as a part of the capacity, from 10 s
// on, before and after, and how many windows of 1 s later it was back at 80 % of
// what was left, five windows long.
func halving(t *testing.T, p *plant, wrap func(http.RoundTripper) http.RoundTripper) (before, after float64, windows int) {
	t.Helper()
	const workers, capacity = 20, 200
	synctest.Test(t, func(t *testing.T) {
		p.service = 100 * time.Millisecond
		p.resize(workers)
		good := flood(t, wrap(within(400*time.Millisecond).Wrap(p)), 3*capacity, 70, func(second int) {
			if second == 30 {
				p.resize(workers / 2)
			}
		})
		before = mean(good[10:30]) / capacity
		after = mean(good[40:]) / (capacity / 2)
		for windows = 0; windows < 30 && mean(good[30+windows:35+windows]) < 0.8*capacity/2; windows++ {
		}
	})
	return before, after, windows
}

func TestAdaptiveKeepsTheGoodputUnderOverload(t *testing.T) {
	for _, tt := range []struct {
		name  string
		wrap  func(http.RoundTripper) http.RoundTripper
		queue time.Duration
		holds bool
	}{
		{"no limit, the control", func(rt http.RoundTripper) http.RoundTripper { return rt }, 0, false},
		{"a limit that was right once, the control", func(rt http.RoundTripper) http.RoundTripper {
			return New(Limit{Max: 60, MaxWait: time.Second}).Wrap(rt)
		}, 0, false},
		{"a limit for bad days, the control", func(rt http.RoundTripper) http.RoundTripper {
			return New(Limit{Max: 10, MaxWait: time.Second}).Wrap(rt)
		}, 0, false},
		{"adaptive", func(rt http.RoundTripper) http.RoundTripper {
			return New(Limit{Max: 1000, MaxWait: time.Second, Adaptive: &Adaptive{}}).Wrap(rt)
		}, 0, true},
		{"adaptive, of a server that sheds", func(rt http.RoundTripper) http.RoundTripper {
			return New(Limit{Max: 1000, MaxWait: time.Second, Adaptive: &Adaptive{}}).Wrap(rt)
		}, 50 * time.Millisecond, true},
		{"adaptive, begun far too high", func(rt http.RoundTripper) http.RoundTripper {
			return New(Limit{Max: 1000, MaxWait: time.Second, Adaptive: &Adaptive{Start: 1000}}).Wrap(rt)
		}, 0, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			before, after, windows := halving(t, &plant{queue: tt.queue}, tt.wrap)
			t.Logf("goodput %.0f %% of capacity, %.0f %% after it halved, %d windows to 80 %%", 100*before, 100*after, windows)
			if holds := before >= 0.8 && after >= 0.8 && windows <= 10; holds != tt.holds {
				t.Errorf("holds is %v, want %v", holds, tt.holds)
			}
		})
	}
}

func TestAdaptiveAfterAStepOfLatency(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := &plant{service: 20 * time.Millisecond}
		p.resize(16) // 800 a second
		l := New(Limit{Max: 1000, MaxWait: time.Second, Adaptive: &Adaptive{}})
		rt := l.Wrap(within(2 * time.Second).Wrap(p))
		slots := make([]int, 0, 80)
		flood(t, rt, 1600, 50, func(second int) {
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

func TestNoCreepUnderMildOverload(t *testing.T) {
	f := newFinder(Adaptive{Min: 1, Start: 10, Probe: 3, Tolerance: 1.5, Window: time.Second})
	f.thresh = 0
	f.decide(100*time.Millisecond, true)
	theirs := f.limit
	for range 100 {
		before := f.limit
		f.base, f.atFloor = 100*time.Millisecond, 0
		f.decide(150*time.Millisecond*5/4, true) // a gradient of 0.8
		if f.limit >= before && before > 1 {
			t.Fatalf("from %v slots to %v", before, f.limit)
		}
		theirs = theirs*0.8 + math.Sqrt(theirs) // the control: Gradient2
	}
	if f.limit != 1 {
		t.Errorf("%v slots in the end", f.limit)
	}
	if theirs < 20 {
		t.Errorf("the control did not creep up: %v", theirs)
	}
}

func TestBaselineNeverFollowsOverload(t *testing.T) {
	// Ten minutes of overload of which the server's queue is the cause: the baseline
	// is what it is without one, give or take what varies.
	synctest.Test(t, func(t *testing.T) {
		p := &plant{service: 100 * time.Millisecond}
		p.resize(2)
		l := New(Limit{Max: 100, MaxWait: time.Second, Adaptive: &Adaptive{}})
		flood(t, l.Wrap(within(2*time.Second).Wrap(p)), 30, 600, nil)
		f := l.limits[0].find(key{host: "api.test"}).finder
		t.Logf("baseline %s, %v slots", f.base, f.limit)
		if f.base > 200*time.Millisecond {
			t.Errorf("baseline %s of a server that takes 100 ms", f.base)
		}
		if f.limit > 8 {
			t.Errorf("%v slots for two workers", f.limit)
		}
	})
}

func TestWhatTeaches(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, tt := range []struct {
			name   string
			ctx    func(context.Context) (context.Context, context.CancelFunc)
			status int
			err    error
			fewer  bool
		}{
			{name: "200", status: 200},
			{name: "404", status: 404},
			{name: "500", status: 500},
			{name: "429", status: 429, fewer: true},
			{name: "503", status: 503, fewer: true},
			{name: "504", status: 504, fewer: true},
			{name: "529", status: 529, fewer: true},
			{name: "an accepted 503", status: 503, ctx: func(ctx context.Context) (context.Context, context.CancelFunc) {
				return transport.WithExpect(ctx, transport.Expect{Status: []int{503}}), func() {}
			}},
			{name: "a timeout", err: context.DeadlineExceeded, fewer: true},
			{name: "canceled", err: context.Canceled},
			{name: "a refusal", err: transport.ErrRefused},
			{name: "a reset", err: http.ErrServerClosed},
		} {
			l := New(Limit{Max: 100, Adaptive: &Adaptive{Start: 50}})
			s := &server{latency: time.Second, answer: func(req *http.Request) (*http.Response, error) {
				if tt.err != nil {
					return nil, tt.err
				}
				return reply(req, tt.status, ""), nil
			}}
			ctx := t.Context()
			if tt.ctx != nil {
				ctx, _ = tt.ctx(ctx)
			}
			_ = get(ctx, l.Wrap(s), url)
			got := l.Slots(request(t.Context(), url))
			if want := map[bool]int{false: 50, true: 35}[tt.fewer]; got != want {
				t.Errorf("%s: %d slots, want %d", tt.name, got, want)
			}
		}
	})
}

func TestManyDropsOfOneMomentLowerOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := New(Limit{Max: 100, Adaptive: &Adaptive{Start: 100}})
		s := &server{latency: time.Second, answer: func(req *http.Request) (*http.Response, error) {
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
		var bodies []*http.Response
		for range 10 {
			resp, err := rt.RoundTrip(request(t.Context(), url))
			if err != nil {
				t.Fatal(err)
			}
			bodies = append(bodies, resp)
		}
		f := l.limits[0].find(key{host: "api.test"}).finder
		f.mu.Lock()
		f.startProbe()
		f.mu.Unlock()
		if err := get(t.Context(), rt, url); err != nil { // still in at 20, and publishes
			t.Fatal(err)
		}
		if got := l.Slots(request(t.Context(), url)); got != 3 {
			t.Errorf("%d slots in a probe, want 3", got)
		}
		start := time.Now()
		if err := get(t.Context(), rt, url); err != nil {
			t.Fatal(err)
		}
		if d := time.Since(start); d > 3*time.Second {
			t.Errorf("waited %s for a probe", d)
		}
		if got := l.Slots(request(t.Context(), url)); got != 20 {
			t.Errorf("%d slots after the probe, want 20", got)
		}
		for _, resp := range bodies {
			_ = resp.Body.Close()
		}
		empty(t, l)
	})
}

func TestAdaptiveRefusesNonsense(t *testing.T) {
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
	if a := l.Limits()[0].Adaptive; a.Start != 10 || a.Min != 1 || a.Probe != 3 || a.Window != time.Second {
		t.Errorf("defaults %+v", a)
	}
}

func TestADeadlineThatWasNearlyOverProvesNothing(t *testing.T) {
	for deadline, want := range map[time.Duration]int{50 * time.Millisecond: 50, 500 * time.Millisecond: 35} {
		synctest.Test(t, func(t *testing.T) {
			l := New(Limit{Max: 100, Adaptive: &Adaptive{Start: 50}})
			l.limits[0].find(key{host: "api.test"}).finder.base = 100 * time.Millisecond
			ctx, cancel := context.WithTimeout(t.Context(), deadline)
			defer cancel()
			if err := get(ctx, l.Wrap(&server{latency: time.Second}), url); err == nil {
				t.Error("no timeout")
			}
			if got := l.Slots(request(t.Context(), url)); got != want {
				t.Errorf("%d slots after a deadline of %s, want %d", got, deadline, want)
			}
			empty(t, l)
		})
	}
}
