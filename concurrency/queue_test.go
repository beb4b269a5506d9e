package concurrency

import (
	"context"
	"errors"
	"math/rand/v2"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gracy-go/gracy/transport"
)

// ask makes a call with a method, which decides what limits it needs.
func ask(ctx context.Context, rt http.RoundTripper, method, url string) error {
	req := request(ctx, url)
	req.Method = method
	resp, err := rt.RoundTrip(req)
	if err != nil {
		return err
	}
	return resp.Body.Close()
}

// A GET to a.test waits for the only slot that is for all GETs. It must not hold
// the only slot of its host meanwhile, which a POST can use.
func TestASlotOfAHostIsNotHeldWhileOneForAllIsWaitedFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := New(Limit{Max: 1, Scope: transport.ScopeAll, Method: http.MethodGet}, Limit{Max: 1})
		s := &server{latency: time.Minute}
		rt := l.Wrap(s)
		var wg sync.WaitGroup
		wg.Go(func() { _ = ask(t.Context(), rt, http.MethodGet, "http://b.test/") })
		synctest.Wait()
		wg.Go(func() { _ = ask(t.Context(), rt, http.MethodGet, "http://a.test/") })
		synctest.Wait()
		if in, n := l.InFlight(), l.Waiting(); in != 2 || n != 1 {
			t.Errorf("%d slots in use and %d waiting: want the two of the first request, and 1", in, n)
		}
		before := s.sent.Load()
		wg.Go(func() { _ = ask(t.Context(), rt, http.MethodPost, "http://a.test/") })
		synctest.Wait()
		if s.sent.Load() != before+1 {
			t.Error("a request that needs the host's slot alone waits as well")
		}
		wg.Wait()
		empty(t, l)
	})
}

// A GET to a.test needs a slot of the host and one for all GETs. POSTs to its host
// and GETs to other hosts want one each, all the time, and never have both free
// at the same moment by chance.
func TestARequestOfTwoLimitsIsNotStarvedByRequestsOfOne(t *testing.T) {
	for name, tt := range map[string]struct {
		offset time.Duration // between the ends of the two streams
		most   time.Duration
	}{
		"ends at different times": {time.Second / 2, 5 * time.Second},
		"ends at the same time":   {0, 5 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l := New(Limit{Max: 2, Scope: transport.ScopeAll, Method: http.MethodGet}, Limit{Max: 2})
				rt := l.Wrap(&server{latency: time.Second})
				ctx, stop := context.WithCancel(t.Context())
				var wg sync.WaitGroup
				stream := func(method, url string, begin time.Duration) {
					for i := range 4 { // twice as many as there are slots
						wg.Go(func() {
							time.Sleep(begin + time.Duration(i)*time.Second/4)
							for ask(ctx, rt, method, url) == nil {
							}
						})
					}
				}
				stream(http.MethodPost, "http://a.test/", 0)
				stream(http.MethodGet, "http://b.test/", tt.offset)
				time.Sleep(10*time.Second + time.Second/8)
				start := time.Now()
				patience, cancel := context.WithTimeout(t.Context(), time.Minute)
				defer cancel()
				if err := ask(patience, rt, http.MethodGet, "http://a.test/"); err != nil {
					t.Error(err)
				}
				if d := time.Since(start); d > tt.most {
					t.Errorf("took %s, want at most %s", d, tt.most)
				}
				stop()
				wg.Wait()
				empty(t, l)
			})
		})
	}
}

// A request is overtaken until that has cost it something, and not any more then.
func TestFreeSlotsAreKeptForARequestThatWasDelayed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := New(Limit{Max: 1, Scope: transport.ScopeAll, Method: http.MethodGet}, Limit{Max: 1})
		s := &server{}
		rt := l.Wrap(s)
		hold := func(method, url string) (end func()) { // a call that has its response
			t.Helper()
			req := request(t.Context(), url)
			req.Method = method
			resp, err := rt.RoundTrip(req)
			if err != nil {
				t.Fatal(err)
			}
			return func() { _ = resp.Body.Close() }
		}
		var order []string
		var mu sync.Mutex
		var wg sync.WaitGroup
		come := func(name, method, url string) {
			wg.Go(func() {
				if err := ask(t.Context(), rt, method, url); err != nil {
					t.Error(err)
				}
				mu.Lock()
				defer mu.Unlock()
				order = append(order, name)
			})
			synctest.Wait()
			time.Sleep(time.Millisecond) // so that the next one comes later
		}
		endAll := hold(http.MethodGet, "http://b.test/")
		come("both", http.MethodGet, "http://a.test/")     // the host is free, the slot for all is not
		endHost := hold(http.MethodPost, "http://a.test/") // overtakes it
		endAll()                                           // now the slot for all is free, but not the host
		synctest.Wait()
		come("all", http.MethodGet, "http://b.test/")
		come("host", http.MethodPost, "http://a.test/")
		if len(order) != 0 || l.InFlight() != 1 {
			t.Errorf("%v went, %d slots in use: free slots are to be kept", order, l.InFlight())
		}
		endHost()
		wg.Wait()
		if len(order) != 3 || order[0] != "both" {
			t.Errorf("order %v, want both first", order)
		}
		empty(t, l)
	})
}

// Limits that each request needs some of, by chance, in random order, with weights,
// priorities, inner waits, cancels and resizes: nothing waits for ever, no bound is
// broken, and all slots come back.
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
			base := answering(func(req *http.Request) (*http.Response, error) {
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
			wg.Wait() // the bubble says so if a request waits for ever
			sent, above = count.Load(), over.Load()
			empty(t, l)
			if q := l.limits[0].shared; len(q.classes) != 0 || q.kept != nil {
				t.Errorf("%d classes left", len(q.classes))
			}
		})
		return sent, above
	}
	control := 0
	for seed := range uint64(30) {
		sent, above := play(t, seed, true)
		if sent < 100 || above > 0 {
			t.Errorf("seed %d: %d sent, %d times above a limit", seed, sent, above)
		}
		if _, above := play(t, seed, false); above > 0 {
			control++
		}
	}
	if control < 25 {
		t.Errorf("with one limit left out only %d of 30 runs broke it: the property cannot fail", control)
	}
}

// Of requests that wait for two limits at once each is canceled.
func TestCancelGivesBackThePlacesOfSeveralLimits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := New(Limit{Max: 2, Scope: transport.ScopeAll}, Limit{Max: 1})
		rt := l.Wrap(&server{latency: time.Minute})
		var wg sync.WaitGroup
		for _, url := range []string{"http://a.test/", "http://b.test/"} {
			wg.Go(func() { _ = get(t.Context(), rt, url) })
		}
		synctest.Wait()
		ctx, cancel := context.WithCancel(t.Context())
		for i := range 100 {
			wg.Go(func() {
				if err := get(ctx, rt, []string{"http://a.test/", "http://b.test/", "http://c.test/"}[i%3]); !errors.Is(err, context.Canceled) {
					t.Errorf("error %v", err)
				}
			})
		}
		synctest.Wait()
		if in, n := l.InFlight(), l.Waiting(); in != 4 || n != 100 {
			t.Errorf("%d slots in use, %d waiting, want 4 and 100", in, n)
		}
		cancel()
		synctest.Wait()
		if in, n := l.InFlight(), l.Waiting(); in != 4 || n != 0 {
			t.Errorf("%d slots in use, %d waiting after all were canceled, want 4 and none", in, n)
		}
		wg.Wait()
		empty(t, l)
		for _, limit := range l.limits {
			limit.each(func(s *semaphore) {
				if s.state.Load() != 0 || s.line != nil && s.line.needed != 0 {
					t.Errorf("%v: state %x", s.key, s.state.Load())
				}
			})
		}
	})
}

// MaxWait is that of the limit that is waited for, since the request came to it.
func TestMaxWaitOfSeveralLimits(t *testing.T) {
	for name, tt := range map[string]struct {
		host, all time.Duration
		want      time.Duration // 0: the request goes
	}{
		"none":                              {0, 0, 0},
		"of the host, which is waited for":  {5 * time.Second, 0, 5 * time.Second},
		"of all, after the host":            {0, 5 * time.Second, 15 * time.Second},
		"of all, which is waited for later": {20 * time.Second, 7 * time.Second, 17 * time.Second},
		"of neither for so long":            {11 * time.Second, 31 * time.Second, 0},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l := New(Limit{Max: 1, Scope: transport.ScopeAll, Method: http.MethodGet, MaxWait: tt.all}, Limit{Max: 1, MaxWait: tt.host})
				rt := l.Wrap(answering(func(req *http.Request) (*http.Response, error) {
					time.Sleep(map[string]time.Duration{http.MethodPost: 10 * time.Second, http.MethodGet: 40 * time.Second}[req.Method])
					return reply(req, http.StatusOK, ""), nil
				}))
				var wg sync.WaitGroup
				wg.Go(func() { _ = ask(t.Context(), rt, http.MethodPost, "http://a.test/") }) // the host, for 10 s
				wg.Go(func() { _ = ask(t.Context(), rt, http.MethodGet, "http://b.test/") })  // all, for 40 s
				synctest.Wait()
				start := time.Now()
				err := ask(t.Context(), rt, http.MethodGet, "http://a.test/")
				d := time.Since(start)
				if tt.want == 0 && err != nil || tt.want != 0 && (d != tt.want || !errors.Is(err, ErrDeadline)) {
					t.Errorf("after %s: %v, want %s", d, err, tt.want)
				}
				wg.Wait()
				empty(t, l)
			})
		})
	}
}

// NoQueue of a limit that a request comes to after it has waited for another one.
func TestNoQueueOfALaterLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := New(Limit{Max: 1, Scope: transport.ScopeAll, Method: http.MethodGet, MaxQueue: NoQueue}, Limit{Max: 1})
		rt := l.Wrap(&server{latency: time.Second})
		var wg sync.WaitGroup
		wg.Go(func() { _ = ask(t.Context(), rt, http.MethodPost, "http://a.test/") })
		synctest.Wait()
		time.Sleep(time.Second / 2)
		wg.Go(func() { _ = ask(t.Context(), rt, http.MethodGet, "http://b.test/") })
		synctest.Wait()
		start := time.Now()
		var e *Error
		if err := ask(t.Context(), rt, http.MethodGet, "http://a.test/"); !errors.Is(err, ErrFull) || !errors.As(err, &e) || e.Key != "" || time.Since(start) != time.Second/2 {
			t.Errorf("%v after %s, want %v of the limit for all after 500ms", err, time.Since(start), ErrFull)
		}
		wg.Wait()
		empty(t, l)
	})
}
