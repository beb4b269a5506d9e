package concurrency

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gracy-go/gracy/transport"
)

// ask makes a call with a method, which determines the limits that it needs.
func ask(ctx context.Context, rt http.RoundTripper, method, url string) error {
	req := request(ctx, url)
	req.Method = method
	resp, err := rt.RoundTrip(req)
	if err != nil {
		return err
	}
	return resp.Body.Close()
}

// A GET to a.test waits for the only slot for all GETs. Meanwhile it must not hold the only slot of
// its host, which a POST can use.
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

// A GET to a.test needs a slot of the host and one for all GETs. POSTs to its host and GETs to
// other hosts constantly want one each, and by chance never leave both free at the same moment.
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

// A request is overtaken until that has delayed it, but not after that.
func TestFreeSlotsAreKeptForARequestThatWasDelayed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := New(Limit{Max: 1, Scope: transport.ScopeAll, Method: http.MethodGet}, Limit{Max: 1})
		var order []string // of the requests at the server
		var mu sync.Mutex
		s := &server{respond: func(req *http.Request) (*http.Response, error) {
			mu.Lock()
			defer mu.Unlock()
			if name := strings.Trim(req.URL.Path, "/"); name != "" {
				order = append(order, name)
			}
			return reply(req, 200, ""), nil
		}}
		rt := l.Wrap(s)
		hold := func(method, url string) (end func()) { // a call that has got its response
			t.Helper()
			req := request(t.Context(), url)
			req.Method = method
			resp, err := rt.RoundTrip(req)
			if err != nil {
				t.Fatal(err)
			}
			return func() { _ = resp.Body.Close() }
		}
		var wg sync.WaitGroup
		come := func(name, method, url string) {
			wg.Go(func() {
				if err := ask(t.Context(), rt, method, url+name); err != nil {
					t.Error(err)
				}
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

// One of three slots for all GETs is kept for a request that waits for its host. The others are free.
func TestNoMoreSlotsAreKeptThanARequestNeeds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := New(Limit{Max: 3, Scope: transport.ScopeAll, Method: http.MethodGet}, Limit{Max: 1, Host: "a.test"})
		hold := func(method, url string) (end func()) {
			t.Helper()
			req := request(t.Context(), url)
			req.Method = method
			resp, err := l.Wrap(&server{}).RoundTrip(req)
			if err != nil {
				t.Fatal(err)
			}
			return func() { _ = resp.Body.Close() }
		}
		var wg sync.WaitGroup
		come := func(url string) {
			wg.Go(func() {
				if err := ask(t.Context(), l.Wrap(&server{latency: time.Minute}), http.MethodGet, url); err != nil {
					t.Error(err)
				}
			})
			synctest.Wait()
			time.Sleep(time.Millisecond) // so that the next one comes later
		}
		var ends []func()
		for range 3 {
			ends = append(ends, hold(http.MethodGet, "http://b.test/"))
		}
		come("http://a.test/") // its host is free
		endHost := hold(http.MethodPost, "http://a.test/")
		for _, end := range ends { // now the slots for all are free, but not the host
			end()
		}
		for range 3 {
			come("http://b.test/")
		}
		if l.Waiting() != 2 {
			t.Errorf("%d wait, want the one that slots are kept for, and the third of the others", l.Waiting())
		}
		endHost()
		wg.Wait()
		empty(t, l)
	})
}

// Slots that are kept free for a request are free for others once it is rejected, because it would
// have to wait elsewhere and that queue is full.
func TestSlotsKeptForARejectedRequestAreFree(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		threeForHeavy := func(req *http.Request) int {
			if req.URL.Path == "/heavy" {
				return 3
			}
			return 1
		}
		l := New(Limit{Max: 1}, Limit{Max: 3, MaxQueue: 1, Scope: transport.ScopeAll, Method: http.MethodGet, Weight: threeForHeavy})
		rt := l.Wrap(&server{})
		hold := func(p transport.Priority, method, url string) (end func()) {
			req := request(transport.With(t.Context(), p), url)
			req.Method = method
			resp, err := rt.RoundTrip(req)
			if err != nil {
				t.Fatal(err)
			}
			return func() { _ = resp.Body.Close() }
		}
		later := func(url string) chan error {
			done := make(chan error, 1)
			go func() { done <- ask(t.Context(), rt, http.MethodGet, url) }()
			synctest.Wait()
			return done
		}
		endGet := hold(0, http.MethodGet, "http://b.test/")
		heavy := later("http://a.test/heavy")
		time.Sleep(time.Millisecond)                          // the light request comes later
		endPost := hold(0, http.MethodPost, "http://a.test/") // overtakes it
		endGet()                                              // three slots are kept for it now
		synctest.Wait()
		endUrgent := hold(1, http.MethodGet, "http://c.test/")
		light := later("http://b.test/") // two slots are free, but kept
		if l.Waiting() != 2 {
			t.Fatalf("%d requests wait, want the heavy one and the light one", l.Waiting())
		}
		endPost() // the heavy one would have to wait for three slots, where the light one does
		synctest.Wait()
		if err := <-heavy; !errors.Is(err, ErrFull) {
			t.Errorf("the heavy request: %v, want ErrFull", err)
		}
		select {
		case err := <-light:
			if err != nil {
				t.Error(err)
			}
		default:
			t.Error("the light request still waits for slots that are kept for nobody")
		}
		endUrgent()
		synctest.Wait()
		empty(t, l)
	})
}

// A request that waits for the slots of a busy host must not hold slots that are for all hosts.
func TestAWaitForAHostHoldsNothingOfOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := New(Limit{Max: 5, Scope: transport.ScopeAll, Method: http.MethodGet}, Limit{Max: 10})
		s := &server{latency: time.Hour}
		rt := l.Wrap(s)
		var wg sync.WaitGroup
		for range 10 {
			wg.Go(func() {
				req := request(t.Context(), "http://busy.test/")
				req.Method = http.MethodPost
				if resp, err := rt.RoundTrip(req); err == nil {
					_ = resp.Body.Close()
				}
			})
		}
		synctest.Wait()
		for range 5 {
			wg.Go(func() { _ = get(t.Context(), rt, "http://busy.test/") })
		}
		synctest.Wait()
		before := s.sent.Load()
		wg.Go(func() { _ = get(t.Context(), rt, "http://free.test/") })
		synctest.Wait()
		if s.sent.Load() != before+1 {
			t.Error("a request to another host waits for them")
		}
		wg.Wait()
		empty(t, l)
	})
}

// Slots are kept for one request of a queue at a time, the first of those that were delayed. What
// was kept for another is then free.
func TestSlotsAreKeptForOneRequestAtATime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		limits := make([]Limit, 4) // a request of "/0110" needs the second and the third
		for i := range limits {
			limits[i] = Limit{Max: 1, Scope: transport.ScopeAll, Weight: func(req *http.Request) int { return int(req.URL.Path[1+i] - '0') }}
		}
		l := New(limits...)
		rt := l.Wrap(&server{})
		var wg sync.WaitGroup
		come := func(path string, p transport.Priority) (went *atomic.Bool, end func()) {
			went = new(atomic.Bool)
			done := make(chan struct{})
			wg.Go(func() {
				resp, err := rt.RoundTrip(request(transport.With(t.Context(), p), "http://api.test"+path))
				if err != nil {
					t.Error(err)
					return
				}
				went.Store(true)
				<-done
				_ = resp.Body.Close()
			})
			time.Sleep(time.Millisecond)
			return went, func() { close(done); synctest.Wait() }
		}
		delayed := func(both, first, second string, p transport.Priority) (went *atomic.Bool, end, endFirst func()) {
			_, endSecond := come(second, 0)
			went, end = come(both, p)
			_, endFirst = come(first, 0) // overtakes it
			endSecond()
			return went, end, endFirst
		}
		x, endX, endXFirst := delayed("/1100", "/1000", "/0100", 0)
		y, endY := come("/0100", 0)
		if x.Load() || y.Load() {
			t.Errorf("delayed: went %v; behind it: %v; the free slot is to be kept", x.Load(), y.Load())
		}
		v, endV, endVFirst := delayed("/0011", "/0010", "/0001", 100)
		if v.Load() || !y.Load() {
			t.Errorf("delayed and urgent: went %v; the free slot was used: %v", v.Load(), y.Load())
		}
		w, endW := come("/0001", 0)
		if w.Load() {
			t.Error("the slot that is kept for the urgent one was used")
		}
		endVFirst()
		endXFirst()
		endY()
		if !v.Load() || !x.Load() || w.Load() {
			t.Errorf("went: urgent %v, delayed %v, behind the urgent one %v", v.Load(), x.Load(), w.Load())
		}
		endV()
		endX()
		endW()
		wg.Wait()
		empty(t, l)
	})
}
