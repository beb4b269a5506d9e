package concurrency

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gracy-go/gracy/internal/long"
	"github.com/gracy-go/gracy/internal/race"
	"github.com/gracy-go/gracy/layer"
)

// plant is a server with some workers and a queue. Like real servers, it still processes requests
// that its clients have given up long ago.
type plant struct {
	mu      sync.Mutex
	rand    *rand.Rand
	free    []time.Time // per worker
	service time.Duration
	queue   time.Duration // a request that would wait longer gets a 503; 0 means all wait
}

func newPlant(queue time.Duration) *plant {
	return &plant{queue: queue, rand: rand.New(rand.NewPCG(1, 2))} //nolint:gosec // no secret
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
	end := begin.Add(time.Duration(float64(p.service) * (0.75 + p.rand.Float64()/2)))
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
func within(d time.Duration) *testLayer {
	return &testLayer{"timeout", func(_ *layer.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
		ctx, cancel := context.WithTimeout(req.Context(), d)
		defer cancel() // the bodies of these tests are in memory
		return next.RoundTrip(req.WithContext(ctx))
	}}
}

// flood makes calls at a rate and counts the good responses of each second.
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

// A phase is a time during which a server has a number of workers, each of which makes ten
// responses per second.
type phase struct {
	workers, seconds int

	good  float64 // the goodput of the last ten seconds, as a part of the capacity
	slots int     // their median
	kept  int     // windows until five of them have 80 % of the capacity
	found int     // windows until five of them have suitable slots
}

func (p phase) String() string {
	return fmt.Sprintf("%d workers: %.0f %% (80 %% in %d windows), %d slots (in %d)", p.workers, 100*p.good, p.kept, p.slots, p.found)
}

// suits reports whether so many slots keep the workers busy, but keep the server's queue short
// enough for a timeout of three service times.
func (p phase) suits(slots int) bool {
	return float64(slots) >= 0.8*float64(p.workers) && float64(slots) <= 2.5*float64(p.workers)
}

// varying sends 400 requests per second to a server that can respond to 200, then to half, to a
// quarter, and to 200 again.
func varying(t *testing.T, p *plant, wrap func(http.RoundTripper) http.RoundTripper, slots func() int) []phase {
	t.Helper()
	const perWorker, last = 10, 10
	phases := []phase{{workers: 20, seconds: 30}, {workers: 10, seconds: 20}, {workers: 5, seconds: 20}, {workers: 20, seconds: 20}}
	starts := map[int]phase{}
	seconds := 0
	for _, ph := range phases {
		starts[seconds] = ph
		seconds += ph.seconds
	}
	synctest.Test(t, func(t *testing.T) {
		p.service = time.Second / perWorker
		var found []int
		good := flood(t, wrap(within(300*time.Millisecond).Wrap(p)), 400, seconds, func(second int) {
			if ph, ok := starts[second]; ok {
				p.resize(ph.workers)
			}
			found = append(found, slots())
		})
		for i := range phases {
			ph := &phases[i]
			capacity := float64(ph.workers * perWorker)
			ph.good = mean(good[ph.seconds-last:ph.seconds]) / capacity
			ph.slots = median(found[ph.seconds-last : ph.seconds])
			windows := func(ok func(w int) bool) int {
				w := 0
				for w < ph.seconds-5 && !ok(w) {
					w++
				}
				return w
			}
			ph.kept = windows(func(w int) bool { return mean(good[w:w+5]) >= 0.8*capacity })
			ph.found = windows(func(w int) bool { return ph.suits(median(found[w : w+5])) })
			good, found = good[ph.seconds:], found[ph.seconds:]
		}
	})
	return phases
}

func median(counts []int) int {
	sorted := slices.Sorted(slices.Values(counts))
	return sorted[len(sorted)/2]
}

// The timeout is such that no fixed number of slots is right throughout: below 16, twenty workers
// have too little to do, and from 16 on, five have too much.
func TestAdaptiveKeepsTheGoodputUnderOverload(t *testing.T) {
	long.Only(t) // twenty simulations of a minute and a half: half a minute of processor
	keeps := func(phases []phase) bool {
		return !slices.ContainsFunc(phases, func(p phase) bool { return p.good < 0.8 })
	}
	for _, tt := range []struct {
		name  string
		limit Adaptive
		queue time.Duration
	}{
		{name: "adaptive"},
		{name: "of a server that sheds", queue: 50 * time.Millisecond},
		{name: "begun far too high", limit: Adaptive{Start: 1000}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			l := New(Limit{Max: 1000, MaxWait: time.Second, Adaptive: &tt.limit})
			phases := varying(t, newPlant(tt.queue), l.Wrap, func() int { return l.Slots(request(t.Context(), url)) })
			t.Log(phases)
			if !keeps(phases) {
				t.Error("the goodput fell below 80 %")
			}
			for i, p := range phases {
				// The first phase shows what it begins with, not what it found.
				if !p.suits(p.slots) || i > 0 && (p.kept > 10 || p.found > 10) {
					t.Errorf("phase %d: %s", i, p)
				}
			}
		})
	}
	t.Run("no limit, the control", func(t *testing.T) {
		phases := varying(t, newPlant(0), func(rt http.RoundTripper) http.RoundTripper { return rt }, func() int { return 0 })
		t.Log(phases)
		if keeps(phases) {
			t.Error("it keeps the goodput as well")
		}
	})
	fixed := []int{15, 16}
	if !race.Enabled { // it is slow and would find nothing here
		fixed = []int{5, 8, 10, 12, 13, 14, 15, 16, 17, 18, 20, 24, 28, 32, 38, 60}
	}
	for _, n := range fixed {
		t.Run(fmt.Sprintf("%d slots, the control", n), func(t *testing.T) {
			phases := varying(t, newPlant(0), New(Limit{Max: n, MaxWait: time.Second}).Wrap, func() int { return n })
			t.Log(phases)
			if keeps(phases) {
				t.Errorf("%d slots keep the goodput as well", n)
			}
			if !slices.ContainsFunc(phases, func(p phase) bool { return !p.suits(n) }) {
				t.Errorf("%d slots are suitable throughout", n)
			}
		})
	}
}
