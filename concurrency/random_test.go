package concurrency

import (
	"context"
	"errors"
	"math/rand/v2"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gracy-go/gracy/internal/long"
	"github.com/gracy-go/gracy/transport"
)

// bounds is a base that compares what is in flight with what is allowed.
type bounds struct {
	limits [3]*maxima // per host, in all, in all of an outer layer
	now    map[string]*atomic.Int64
	sent   atomic.Int64
	met    [3]atomic.Int64
	above  [3]atomic.Int64
}

type marksKey struct{}

// marked records for the base which limits are in force when a request starts: it may have acquired
// a slot but not been sent when the limit is lowered.
func (b *bounds) marked(ctx context.Context) context.Context {
	var marks [3]int
	for i, m := range b.limits {
		marks[i] = m.mark()
	}
	return context.WithValue(ctx, marksKey{}, marks)
}

func (b *bounds) RoundTrip(req *http.Request) (*http.Response, error) {
	b.sent.Add(1)
	marks, _ := req.Context().Value(marksKey{}).([3]int)
	host, all := b.now[req.URL.Host].Add(1), b.now["all"].Add(1)
	for i, n := range []int64{host, all, all} {
		switch most := int64(b.limits[i].since(marks[i])); {
		case n > most:
			b.above[i].Add(1)
		case n == most:
			b.met[i].Add(1)
		}
	}
	end := func() {
		b.now[req.URL.Host].Add(-1)
		b.now["all"].Add(-1)
	}
	select {
	case <-time.After(20 * time.Millisecond):
	case <-req.Context().Done():
		end()
		return nil, req.Context().Err()
	}
	resp := reply(req, http.StatusOK, "some text")
	resp.Body = &body{resp.Body, end, atomic.Bool{}}
	return resp, nil
}

// Random arrivals at two hosts, cancels, deadlines, resizes up and down, and three limits in two
// layers, each of which is the tightest at times: there are never more requests than the largest
// Max in force while a request was on its way to the server, and all slots are released. In the
// control one limit is missing, and its bound is exceeded.
func TestRandom(t *testing.T) {
	type sum struct{ sent, canceled, late, full, fine atomic.Int64 }
	play := func(t *testing.T, seed uint64, without int, s *sum) (met, above [3]bool) {
		t.Helper()
		synctest.Test(t, func(t *testing.T) {
			r := rand.New(rand.NewPCG(seed, 1)) //nolint:gosec // no secret
			b := &bounds{
				limits: [3]*maxima{{all: []int{2}}, {all: []int{3}}, {all: []int{4}}},
				now:    map[string]*atomic.Int64{"a.test": {}, "b.test": {}, "all": {}},
			}
			limits := [3]Limit{{Max: 2}, {Max: 3, Scope: transport.ScopeAll, MaxQueue: 2}, {Max: 4, Scope: transport.ScopeAll}}
			if without >= 0 {
				limits[without].URL = "nowhere"
			}
			inner, outer := New(limits[0], limits[1]), New(limits[2])
			rt := outer.Wrap(inner.Wrap(b))
			var wg sync.WaitGroup
			for range 300 {
				d := time.Duration(r.IntN(150)) * time.Millisecond
				ctx, cancel := context.WithTimeout(t.Context(), d)
				if r.IntN(2) == 0 {
					ctx, cancel = context.WithCancel(t.Context())
					time.AfterFunc(d, cancel)
				}
				u := []string{"http://a.test/", "http://b.test/"}[r.IntN(2)]
				wg.Go(func() {
					defer cancel()
					switch err := get(b.marked(ctx), rt, u); {
					case err == nil:
						s.fine.Add(1)
					case errors.Is(err, context.Canceled):
						s.canceled.Add(1)
					case errors.Is(err, context.DeadlineExceeded):
						s.late.Add(1)
					case errors.Is(err, ErrFull):
						s.full.Add(1)
					default:
						t.Error(err)
					}
				})
				if r.IntN(8) == 0 {
					resize(t, inner, []int{1 + r.IntN(4), 2 + r.IntN(5)}, b.limits[:2]...)
				}
				time.Sleep(time.Duration(r.IntN(6)) * time.Millisecond)
			}
			wg.Wait()
			s.sent.Add(b.sent.Load())
			for i := range met {
				met[i], above[i] = b.met[i].Load() > 0, b.above[i].Load() > 0
			}
			empty(t, inner)
			empty(t, outer)
		})
		return met, above
	}
	seeds := 8
	if long.Wanted() {
		seeds = 20
	}
	var s sum
	var met, broken [3]int
	for seed := range uint64(seeds) { //nolint:gosec // small
		m, a := play(t, seed, -1, &s)
		for i := range m {
			met[i] += btoi(m[i])
			if a[i] {
				t.Errorf("seed %d: above limit %d", seed, i)
			}
			_, a := play(t, seed, i, new(sum))
			broken[i] += btoi(a[i])
		}
	}
	t.Logf("%d sent, %d fine, %d canceled, %d late, %d rejected; limits met in %v and, left out, broken in %v of %d runs",
		s.sent.Load(), s.fine.Load(), s.canceled.Load(), s.late.Load(), s.full.Load(), met, broken, seeds)
	if min(s.fine.Load(), s.canceled.Load(), s.late.Load(), s.full.Load()) < int64(5*seeds) {
		t.Error("something hardly ever happened")
	}
	if slices.Min(met[:]) < seeds*3/4 || slices.Min(broken[:]) < seeds*3/4 {
		t.Error("a limit that does not bind proves nothing")
	}
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

// Random requests, each with some of the limits, in random order, with weights, priorities, inner
// waits, cancels and resizes: none waits forever, no bound is exceeded, and all slots are released.
func TestRandomSetsOfLimits(t *testing.T) {
	const limits = 5
	needs := func(req *http.Request, i int) bool { return req.URL.Path[1+i] != '0' }
	play := func(t *testing.T, seed uint64, counted bool) (sent, above int64) {
		t.Helper()
		synctest.Test(t, func(t *testing.T) {
			r := rand.New(rand.NewPCG(seed, 5)) //nolint:gosec // no secret
			var all []Limit
			var most [limits]int64
			for i := range limits {
				most[i] = 2 + r.Int64N(3)
				all = append(all, Limit{
					Max: int(most[i]), MaxQueue: 1000, Scope: []transport.Scope{transport.ScopeAll, transport.ScopeHost}[r.IntN(2)],
					Weight: func(req *http.Request) int {
						if !counted && i == 0 {
							return 0
						}
						return int(req.URL.Path[1+i] - '0')
					},
				})
			}
			l := New(all...)
			var now [limits]map[string]*atomic.Int64
			for i := range now {
				now[i] = map[string]*atomic.Int64{"a.test": {}, "b.test": {}, "": {}}
			}
			var over, count atomic.Int64
			base := responding(func(req *http.Request) (*http.Response, error) {
				count.Add(1)
				add := func(sign int64) {
					for i := range limits {
						if !needs(req, i) {
							continue
						}
						key := req.URL.Host
						if all[i].Scope == transport.ScopeAll {
							key = ""
						}
						if now[i][key].Add(sign*int64(req.URL.Path[1+i]-'0')) > most[i] {
							over.Add(1)
						}
					}
				}
				add(1)
				defer add(-1)
				select {
				case <-time.After(10 * time.Millisecond):
				case <-req.Context().Done():
				}
				resp := reply(req, http.StatusOK, "")
				resp.Body = http.NoBody
				return resp, nil
			})
			rt := l.Wrap(pausing(2 * time.Millisecond).Wrap(base))
			var wg sync.WaitGroup
			for range 300 {
				path := []byte("/00000")
				for i := range limits {
					path[1+i] = "0012"[r.IntN(4)]
				}
				url := []string{"http://a.test", "http://b.test"}[r.IntN(2)] + string(path)
				ctx, cancel := context.WithCancel(transport.With(t.Context(), transport.Priority(r.IntN(3)-1)))
				if r.IntN(3) == 0 {
					time.AfterFunc(time.Duration(r.IntN(200))*time.Millisecond, cancel)
				}
				wg.Go(func() {
					defer cancel()
					if err := get(ctx, rt, url); err != nil && !errors.Is(err, context.Canceled) {
						t.Error(err)
					}
				})
				time.Sleep(time.Duration(r.IntN(6)) * time.Millisecond)
			}
			wg.Wait() // the bubble reports a request that waits forever
			sent, above = count.Load(), over.Load()
			empty(t, l)
			if q := l.limits[0].shared; len(q.classes) != 0 || q.kept != nil {
				t.Errorf("%d classes left", len(q.classes))
			}
		})
		return sent, above
	}
	seeds, control := uint64(12), uint64(0)
	if long.Wanted() {
		seeds = 30
	}
	for seed := range seeds {
		sent, above := play(t, seed, true)
		if sent < 100 || above > 0 {
			t.Errorf("seed %d: %d sent, %d times above a limit", seed, sent, above)
		}
		if _, above := play(t, seed, false); above > 0 {
			control++
		}
	}
	if control < seeds*5/6 {
		t.Errorf("with one limit left out only %d of %d runs broke it: the property cannot fail", control, seeds)
	}
}
