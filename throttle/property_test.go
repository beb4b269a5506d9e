package throttle

import (
	"cmp"
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gracy-go/gracy/concurrency"
	"github.com/gracy-go/gracy/transport"
)

// world is a random load on random rules, and what came of it.
type world struct {
	rules   []Rule
	limiter *Limiter
	slots   *concurrency.Limiter
	sent    []event // at the base
	handled []event // at the server, a latency later
	peak    int
	now     int
	mu      sync.Mutex
}

type event struct {
	path string
	cost int
	at   time.Time
}

type wire func(*http.Request) (*http.Response, error)

func (f wire) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }

func costOf(req *http.Request) int { return strings.Count(req.URL.Path, "$") + 1 }

// play runs the load of a seed. mode gives each rule its mode; latency is the
// longest way to the server and back, each; order is where the slots are.
func play(t *testing.T, seed uint64, mode func(int) (Mode, bool), latency time.Duration, order string) *world {
	t.Helper()
	r := rand.New(rand.NewPCG(seed, 4))
	far := rand.New(rand.NewPCG(seed, 5)) // of the wire, under mu
	w := &world{}
	for i := range 1 + r.IntN(5) {
		rule := Rule{
			URL: fmt.Sprintf("r%d", i), Limit: 3 + r.IntN(12), Per: time.Duration(50+r.IntN(1500)) * time.Millisecond, Guard: NoGuard,
			Cost: costOf,
		}
		var own bool
		rule.Mode, own = mode(i)
		if own {
			rule.Store = &fixedWindow{limit: rule.Limit, per: rule.Per}
			rule.Cost = nil
		}
		w.rules = append(w.rules, rule)
	}
	w.limiter = New(w.rules...)
	w.slots = concurrency.New(concurrency.Limit{Max: 4, MaxQueue: 1000})
	delay := func(req *http.Request) time.Duration {
		if latency == 0 {
			return 0
		}
		w.mu.Lock()
		defer w.mu.Unlock()
		return time.Duration(far.Int64N(int64(latency)))
	}
	base := wire(func(req *http.Request) (*http.Response, error) {
		e := event{req.URL.Path, costOf(req), time.Now()}
		up, down := delay(req), delay(req)
		w.mu.Lock()
		w.sent = append(w.sent, e)
		e.at = e.at.Add(up)
		w.handled = append(w.handled, e) // even if the caller has gone by then
		refuse := far.IntN(60) == 0
		w.now++
		w.peak = max(w.peak, w.now)
		w.mu.Unlock()
		defer func() { w.mu.Lock(); w.now--; w.mu.Unlock() }()
		select {
		case <-time.After(up + down):
		case <-req.Context().Done():
			return nil, req.Context().Err()
		}
		if refuse {
			return reply(req, 429, "Retry-After-Ms", "400"), nil
		}
		return reply(req, 200), nil
	})
	var stack http.RoundTripper
	switch order {
	case "slots outside":
		stack = w.slots.Wrap(w.limiter.Wrap(base))
	case "slots inside":
		stack = w.limiter.Wrap(w.slots.Wrap(base))
	case "between two limiters":
		stack = New(w.rules...).Wrap(w.slots.Wrap(w.limiter.Wrap(base)))
	default:
		stack = w.limiter.Wrap(base)
	}
	var wg sync.WaitGroup
	for range 400 {
		path := "/"
		for i := range w.rules {
			if r.IntN(2) == 0 {
				path += fmt.Sprintf("r%d", i)
			}
		}
		path += strings.Repeat("$", r.IntN(3))
		ctx, cancel := t.Context(), context.CancelFunc(func() {})
		switch r.IntN(4) {
		case 0:
			ctx, cancel = context.WithTimeout(ctx, time.Duration(r.IntN(3000))*time.Millisecond)
		case 1:
			ctx, cancel = context.WithCancel(ctx)
			time.AfterFunc(time.Duration(r.IntN(2000))*time.Millisecond, cancel)
		}
		if r.IntN(20) == 0 { // rules change meanwhile, never above what they were
			rules := w.limiter.Rules()
			i := r.IntN(len(rules))
			rules[i].Limit = w.rules[i].Limit - r.IntN(3)
			rules[i].Burst = 0
			_ = w.limiter.SetRules(rules...) // has no say over stores
		}
		if r.IntN(4) == 0 {
			ctx = transport.With(ctx, Priority(r.IntN(9)-4))
		}
		wg.Go(func() {
			defer cancel()
			_, _ = get(ctx, stack, path)
		})
		time.Sleep(time.Duration(r.IntN(30)) * time.Millisecond)
	}
	wg.Wait()
	return w
}

// overrun returns by how much the worst window of any rule is above its limit.
func (w *world) overrun(events []event) (most int) {
	events = slices.SortedFunc(slices.Values(events), func(a, b event) int { return cmp.Compare(a.at.UnixNano(), b.at.UnixNano()) })
	for _, rule := range w.rules {
		var in []event
		sum, first := 0, 0
		for _, e := range events {
			if !strings.Contains(e.path, rule.URL) {
				continue
			}
			if rule.Cost == nil {
				e.cost = 1
			}
			in = append(in, e)
			sum += e.cost
			for e.at.Sub(in[first].at) >= rule.Per {
				sum -= in[first].cost
				first++
			}
			most = max(most, sum-rule.Limit)
		}
	}
	return most
}

const seeds = 15

func TestNoWindowEverHoldsMoreThanTheLimit(t *testing.T) {
	for _, order := range []string{"alone", "slots outside", "slots inside", "between two limiters"} {
		t.Run(order, func(t *testing.T) {
			for seed := range uint64(seeds) {
				synctest.Test(t, func(t *testing.T) {
					w := play(t, seed, func(i int) (Mode, bool) { return Mode(uint64(i) + seed).exact(), false }, 200*time.Millisecond, order)
					if n := w.overrun(w.sent); n > 0 {
						t.Errorf("seed %d: %d above the limit", seed, n)
					}
					if len(w.sent) < 40 {
						t.Errorf("seed %d: only %d sent", seed, len(w.sent))
					}
					if order != "alone" && w.peak > 4 {
						t.Errorf("seed %d: %d at once", seed, w.peak)
					}
					if w.slots.InFlight() != 0 || w.slots.Waiting() != 0 {
						t.Errorf("seed %d: %d slots in use, %d waiting", seed, w.slots.InFlight(), w.slots.Waiting())
					}
					quiet(t, w.limiter)
				})
			}
		})
	}
}

// exact is one of the modes that keep every window.
func (m Mode) exact() Mode { return [...]Mode{Window, Strict, Paced}[m%3] }

func TestAStoreAloneFailsTheSameProperty(t *testing.T) {
	broken := 0
	for seed := range uint64(seeds) {
		synctest.Test(t, func(t *testing.T) {
			w := play(t, seed, func(int) (Mode, bool) { return Bucket, true }, 200*time.Millisecond, "alone")
			if w.overrun(w.sent) > 0 {
				broken++
			}
		})
	}
	if broken < seeds/2 {
		t.Errorf("only %d of %d runs overran: the property cannot fail", broken, seeds)
	}
}

func TestStrictHoldsAtTheServerToo(t *testing.T) {
	broken := 0
	for seed := range uint64(seeds) {
		for mode, may := range map[Mode]bool{Strict: false, Window: true} {
			synctest.Test(t, func(t *testing.T) {
				w := play(t, seed, func(int) (Mode, bool) { return mode, false }, 900*time.Millisecond, "alone")
				switch n := w.overrun(w.handled); {
				case n > 0 && may:
					broken++ // the control: a window of sends says nothing about arrivals
				case n > 0:
					t.Errorf("seed %d: %d above the limit at the server", seed, n)
				}
				quiet(t, w.limiter)
			})
		}
	}
	if broken < seeds/2 {
		t.Errorf("only %d of %d runs of the mode Window overran at the server: the property cannot fail", broken, seeds)
	}
}
