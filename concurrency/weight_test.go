package concurrency

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gracy-go/gracy/transport"
	"github.com/gracy-go/gracy/transport/verdict"
)

// weightOf returns the last part of the path: "/things/3" weighs three.
func weightOf(req *http.Request) int {
	n, err := strconv.Atoi(req.URL.Path[strings.LastIndexByte(req.URL.Path, '/')+1:])
	if err != nil {
		return 1
	}
	return n
}

func weighing(n int) string { return "http://api.test/things/" + strconv.Itoa(n) }

// scale is a base that adds up the weights of what is in flight.
type scale struct {
	takes     time.Duration
	now, peak atomic.Int64
	sent      atomic.Int64
}

func (s *scale) RoundTrip(req *http.Request) (*http.Response, error) {
	weight := int64(weightOf(req))
	n := s.now.Add(weight)
	for p := s.peak.Load(); n > p && !s.peak.CompareAndSwap(p, n); p = s.peak.Load() {
	}
	s.sent.Add(1)
	time.Sleep(s.takes)
	resp := reply(req, 200, "some text")
	resp.Body = &body{resp.Body, func() { s.now.Add(-weight) }, atomic.Bool{}}
	return resp, nil
}

// Random weights, arrivals, cancels, inner waits and limits that grow: there are never more than
// Max at once, and all slots are released.
func TestWeightsAddUpToAtMostMax(t *testing.T) {
	const top = 7
	play := func(t *testing.T, seed uint64, weight func(*http.Request) int) (peak int64) {
		t.Helper()
		synctest.Test(t, func(t *testing.T) {
			r := rand.New(rand.NewPCG(seed, 2))
			s := &scale{takes: 20 * time.Millisecond}
			l := New(Limit{Max: top - 3, MaxQueue: 1000, Weight: weight}, Limit{Max: 6, Scope: transport.ScopeAll, MaxQueue: 50})
			rt := l.Wrap(pausing(3 * time.Millisecond).Wrap(s))
			var wg sync.WaitGroup
			for i := range 300 {
				ctx, cancel := context.WithTimeout(t.Context(), time.Duration(r.IntN(400))*time.Millisecond)
				if r.IntN(4) == 0 {
					ctx = transport.With(ctx, transport.Priority(r.IntN(3)-1))
				}
				wg.Go(func() { defer cancel(); _ = get(ctx, rt, weighing(1+i*i%5)) })
				if i == 150 {
					if err := l.Resize(top, 6); err != nil {
						t.Error(err)
					}
				}
				time.Sleep(time.Duration(r.IntN(12)) * time.Millisecond)
			}
			wg.Wait()
			if s.sent.Load() < 50 {
				t.Errorf("seed %d: only %d sent", seed, s.sent.Load())
			}
			peak = s.peak.Load()
			empty(t, l)
		})
		return peak
	}
	control := 0
	for seed := range uint64(10) {
		if peak := play(t, seed, weightOf); peak > top || peak < top-1 {
			t.Errorf("seed %d: a weight of %d at once, want %d", seed, peak, top)
		}
		if play(t, seed, nil) > top {
			control++
		}
	}
	if control < 8 {
		t.Errorf("without weights only %d of 10 runs went above: the property cannot fail", control)
	}
}

func TestAHeavyRequestIsNotStarvedByLightOnes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := New(Limit{Max: 4, Weight: weightOf})
		rt := l.Wrap(&scale{takes: time.Second})
		ctx, stop := context.WithCancel(t.Context())
		var wg sync.WaitGroup
		for i := range 8 { // twice as many as fit, coming back at once
			wg.Go(func() {
				time.Sleep(time.Duration(i) * 100 * time.Millisecond)
				for get(ctx, rt, weighing(1)) == nil {
				}
			})
		}
		time.Sleep(3050 * time.Millisecond)
		start := time.Now()
		if err := get(t.Context(), rt, weighing(4)); err != nil {
			t.Error(err)
		}
		// Four wait before it and four are in flight: two seconds, and its own.
		if got := time.Since(start); got > 3*time.Second {
			t.Errorf("took %v", got)
		}
		stop()
		wg.Wait()
		empty(t, l)
	})
}

func TestARequestBehindAHeavyOneGoesWhenThatLeaves(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := New(Limit{Max: 2, Weight: weightOf})
		s := &scale{takes: time.Minute}
		rt := l.Wrap(s)
		var wg sync.WaitGroup
		wg.Go(func() { _ = get(t.Context(), rt, weighing(1)) })
		synctest.Wait()
		ctx, leave := context.WithCancel(t.Context())
		wg.Go(func() {
			if err := get(ctx, rt, weighing(2)); !errors.Is(err, context.Canceled) {
				t.Errorf("error %v", err)
			}
		})
		synctest.Wait()
		wg.Go(func() { _ = get(t.Context(), rt, weighing(1)) })
		synctest.Wait()
		if s.sent.Load() != 1 || l.Waiting() != 2 {
			t.Errorf("%d sent, %d wait: the light one must not overtake", s.sent.Load(), l.Waiting())
		}
		leave()
		synctest.Wait()
		if s.sent.Load() != 2 || l.Waiting() != 0 {
			t.Errorf("%d sent, %d wait: there is room for the light one", s.sent.Load(), l.Waiting())
		}
		wg.Wait()
		empty(t, l)
	})
}

func TestWeightAboveTheLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := New(Limit{Max: 3, Weight: weightOf})
		s := &scale{takes: time.Minute}
		rt := l.Wrap(s)
		var wg sync.WaitGroup
		rejected := func(weight int) {
			err := get(t.Context(), rt, weighing(weight))
			var e *Error
			if !errors.As(err, &e) || !errors.Is(err, ErrWeight) || !errors.Is(err, verdict.ErrRejected) || e.Timeout() || e.Weight != min(weight, maxSlots+1) {
				t.Errorf("weight %d: %v", weight, err)
			}
		}
		rejected(4)
		rejected(math.MaxInt / 2)
		if l.Waiting()+l.InFlight() != 0 {
			t.Error("something was taken")
		}
		wg.Go(func() { _ = get(t.Context(), rt, weighing(1)) })
		synctest.Wait()
		wg.Go(func() { rejected(3) }) // waits, until no Max will ever do
		synctest.Wait()
		wg.Go(func() { _ = get(t.Context(), rt, weighing(1)) })
		synctest.Wait()
		if l.Waiting() != 2 {
			t.Errorf("%d wait, want 2", l.Waiting())
		}
		if err := l.Resize(2); err != nil {
			t.Error(err)
		}
		synctest.Wait()
		if l.Waiting() != 0 || l.InFlight() != 2 {
			t.Errorf("%d wait, %d slots in use: want none and 2", l.Waiting(), l.InFlight())
		}
		if err := get(t.Context(), rt, weighing(0)); err != nil { // concerns no slot
			t.Error(err)
		}
		wg.Wait()
		empty(t, l)
	})
}

// An adaptive limit may find fewer slots than a request weighs.
func TestAHeavyRequestUnderAnAdaptiveLimitGoesAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := New(Limit{Max: 10, Weight: weightOf, Adaptive: &Adaptive{Start: 2}})
		s := &scale{takes: time.Second}
		rt := l.Wrap(s)
		var wg sync.WaitGroup
		for _, weight := range []int{1, 5, 1, 5} {
			wg.Go(func() {
				if err := get(t.Context(), rt, weighing(weight)); err != nil {
					t.Error(err)
				}
			})
			synctest.Wait()
		}
		wg.Wait()
		if s.peak.Load() != 5 {
			t.Errorf("a weight of %d at once, want 5", s.peak.Load())
		}
		empty(t, l)
	})
}

// The limit was lowered while the request had suspended its slots.
func TestReacquiringAboveALoweredLimitIsRejected(t *testing.T) {
	for _, others := range []int{0, 1} {
		synctest.Test(t, func(t *testing.T) {
			l := New(Limit{Max: 3, Weight: weightOf})
			s := &scale{takes: 2 * time.Minute}
			rt := l.Wrap(pausing(time.Minute).Wrap(s))
			var wg sync.WaitGroup
			wg.Go(func() {
				if err := get(t.Context(), rt, weighing(3)); !errors.Is(err, ErrWeight) {
					t.Errorf("%d others: %v", others, err)
				}
			})
			synctest.Wait()
			for range others {
				wg.Go(func() { _ = get(t.Context(), l.Wrap(s), weighing(1)) })
			}
			synctest.Wait()
			if err := l.Resize(2); err != nil {
				t.Error(err)
			}
			wg.Wait()
			if n := s.peak.Load(); n > 2 {
				t.Errorf("%d others: a weight of %d under 2", others, n)
			}
			empty(t, l)
		})
	}
}
