package concurrency

import (
	"context"
	"errors"
	"math/rand/v2"
	"net/http"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"github.com/gracy-go/gracy/internal/long"
	"github.com/gracy-go/gracy/layer"
	"github.com/gracy-go/gracy/transport"
)

// maxima are the successive values of a limit's Max. While it is resized both the old and the new
// one are in force.
type maxima struct {
	mu  sync.Mutex
	all []int
}

// resize changes the Max of several limits of l. Only one may do so at a time.
func resize(t *testing.T, l *Limiter, to []int, were ...*maxima) {
	t.Helper()
	for i, m := range were {
		m.add(max(m.all[len(m.all)-1], to[i]))
	}
	if err := l.Resize(to...); err != nil {
		t.Error(err)
	}
	for i, m := range were {
		m.add(to[i])
	}
}

func (m *maxima) add(n int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.all = append(m.all, n)
}

// mark returns a mark for now.
func (m *maxima) mark() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return len(m.all) - 1
}

// since returns the largest Max in force since a mark.
func (m *maxima) since(mark int) int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Max(m.all[mark:])
}

// taking runs do once per worker, with the attempt that acquiring a slot needs.
func taking(t *testing.T, workers int, do func(ctx context.Context, a *layer.Attempt, worker int)) {
	t.Helper()
	var wg sync.WaitGroup
	for i := range workers {
		wg.Go(func() {
			rt := (&testLayer{"taking", func(_ *layer.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
				do(req.Context(), layer.AttemptFrom(req.Context()), i)
				return next.RoundTrip(req)
			}}).Wrap(&server{})
			if err := get(t.Context(), rt, url); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
}

// weighed acquires weight slots, as a limit with weights does.
func weighed(ctx context.Context, a *layer.Attempt, l *limit, weight int32) (*demand, error) {
	d := &demand{sems: []*semaphore{l.find(key{host: "api.test"})}, needs: []need{{weight: weight}}}
	return d.acquire(ctx, a, false)
}

// Real threads, in a bubble only because that finds a request that waits forever: requests that
// leave at the moment when they get their slots, weights, priorities, resizes.
func TestEverythingAtOnce(t *testing.T) {
	const workers = 8
	for _, tt := range []struct {
		name    string
		control bool // weights not counted
	}{{"weighed", false}, {"not weighed, the control", true}} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				each := 125_000 // a million
				if tt.control || !long.Wanted() {
					each /= 20
				}
				l := New(Limit{Max: 3, MaxQueue: 6})
				only := l.limits[0]
				were := &maxima{all: []int{3}}
				var (
					resizing                                              sync.Mutex
					now, met, above, went, grantedLate, left, heavy, full atomic.Int64
				)
				leave := make([]atomic.Pointer[context.CancelFunc], workers)
				taking(t, workers, func(ctx context.Context, a *layer.Attempt, me int) {
					r := rand.New(rand.NewPCG(uint64(me), 3)) //nolint:gosec // no secret
					for range each {
						ctx, cancel := context.WithCancel(ctx)
						leave[me].Store(&cancel)
						ctx = transport.With(ctx, transport.Priority(r.IntN(3)-1))
						weight := 1 + r.Int32N(3)
						takes := weight
						if tt.control {
							takes = 1
						}
						mark := were.mark()
						d, err := weighed(ctx, a, only, takes)
						switch {
						case err == nil:
							went.Add(1)
							n, most := int(now.Add(int64(weight))), were.since(mark)
							if n > most {
								above.Add(1)
							} else if n == most {
								met.Add(1)
							}
							if ctx.Err() != nil {
								grantedLate.Add(1)
							}
							runtime.Gosched()
							now.Add(-int64(weight))
							other := leave[r.IntN(workers)].Load()
							if r.IntN(2) == 0 && other != nil {
								(*other)()
							}
							d.BodyEnd(a)
							if r.IntN(2) == 0 && other != nil {
								(*other)()
							}
						case errors.Is(err, context.Canceled):
							left.Add(1)
						case errors.Is(err, ErrWeight):
							heavy.Add(1)
						case errors.Is(err, ErrFull):
							full.Add(1)
						default:
							t.Error(err)
						}
						cancel()
						if r.IntN(50) == 0 {
							resizing.Lock()
							resize(t, l, []int{2 + r.IntN(4)}, were)
							resizing.Unlock()
						}
					}
				})
				t.Logf("%d went, %d of them as they were to leave, %d left, %d too heavy, %d found the queue full; %d times as many as may be, %d times more",
					went.Load(), grantedLate.Load(), left.Load(), heavy.Load(), full.Load(), met.Load(), above.Load())
				if min(went.Load(), grantedLate.Load(), left.Load(), met.Load()) == 0 {
					t.Error("something never happened")
				}
				if got := above.Load() > 0; got != tt.control {
					t.Errorf("above Max: %v, want %v", got, tt.control)
				}
				empty(t, l)
			})
		})
	}
}

// Real threads again, with four random limits each: slots are released while requests come, wait,
// leave and move from one limit to another.
func TestSeveralLimitsAtOnce(t *testing.T) {
	const workers = 8
	each := 20_000
	if !long.Wanted() {
		each /= 10
	}
	synctest.Test(t, func(t *testing.T) {
		maxima := []int64{3, 2, 4, 3}
		all := make([]Limit, len(maxima))
		for i, n := range maxima {
			all[i] = Limit{Max: int(n), Scope: transport.ScopeAll, MaxQueue: workers}
		}
		l := New(all...)
		var now [4]atomic.Int64
		var went, left, above atomic.Int64
		leave := make([]atomic.Pointer[context.CancelFunc], workers)
		taking(t, workers, func(ctx context.Context, a *layer.Attempt, me int) {
			r := rand.New(rand.NewPCG(uint64(me), 6)) //nolint:gosec // no secret
			for range each {
				ctx, cancel := context.WithCancel(transport.With(ctx, transport.Priority(r.IntN(3)-1)))
				leave[me].Store(&cancel)
				d := new(demand)
				var which []int
				for i, limit := range l.limits {
					if weight := r.Int32N(3); weight > 0 || i == 3 && len(which) == 0 {
						d.sems = append(d.sems, limit.find(key{}))
						d.needs = append(d.needs, need{weight: max(weight, 1)})
						which = append(which, i)
					}
				}
				_, err := d.acquire(ctx, a, r.IntN(4) == 0)
				switch {
				case err == nil:
					went.Add(1)
					for n, i := range which {
						if now[i].Add(int64(d.needs[n].weight)) > maxima[i] {
							above.Add(1)
						}
					}
					runtime.Gosched()
					for n, i := range which {
						now[i].Add(-int64(d.needs[n].weight))
					}
					if other := leave[r.IntN(workers)].Load(); r.IntN(4) == 0 && other != nil {
						(*other)()
					}
					d.BodyEnd(a)
				case errors.Is(err, context.Canceled):
					left.Add(1)
				default:
					t.Error(err)
				}
				cancel()
			}
		})
		t.Logf("%d went, %d left", went.Load(), left.Load())
		if above.Load() > 0 || min(went.Load(), left.Load()) == 0 {
			t.Errorf("%d times above a limit, %d went, %d left", above.Load(), went.Load(), left.Load())
		}
		empty(t, l)
		for _, limit := range l.limits {
			if st := limit.find(key{}).state.Load(); st != 0 {
				t.Errorf("a state of %x is left", st)
			}
		}
	})
}

// There are slightly more requests than slots, so the queue is empty at one moment and not at the
// next. A round ends when all have ended: a request that was forgotten would wait forever, and the
// bubble reports that.
func TestNoWakeUpIsLost(t *testing.T) {
	rounds := 400
	if !long.Wanted() {
		rounds /= 2
	}
	var took, waited atomic.Int64
	for slots := 1; slots <= 3; slots++ {
		synctest.Test(t, func(t *testing.T) {
			r := rand.New(rand.NewPCG(uint64(slots), 4)) //nolint:gosec // no secret
			for round := range rounds {
				l := New(Limit{Max: slots})
				only := l.limits[0]
				taking(t, slots+1+r.IntN(3), func(ctx context.Context, a *layer.Attempt, me int) {
					r := rand.New(rand.NewPCG(uint64(round), uint64(me))) //nolint:gosec // no secret
					for range 1 + r.IntN(1+round%500) {
						s, err := only.find(key{host: "api.test"}), error(nil)
						if s.try(1) != acquired {
							waited.Add(1)
							s, err = only.find(s.key).acquire(ctx, a, false)
						}
						if err != nil {
							t.Error(err)
							return
						}
						took.Add(1)
						if r.IntN(8) == 0 {
							runtime.Gosched()
						}
						s.release(a)
					}
				})
				empty(t, l)
			}
		})
	}
	t.Logf("%d slots taken, %d not at once", took.Load(), waited.Load())
	if waited.Load()*20 < took.Load() || waited.Load()*20 > took.Load()*19 {
		t.Error("the queue was hardly ever used, or never empty")
	}
}
