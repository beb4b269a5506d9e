package concurrency

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gracy-go/gracy/layer"
	"github.com/gracy-go/gracy/transport"
)

// Max 1, one request that has suspended its slot, three that never had one: the queue is full for a
// fourth. A request that reacquires its slot is not rejected, takes none of their places, and goes
// next.
func TestASuspendedRequestGoesBeforeFreshOnes(t *testing.T) {
	for _, tt := range []struct {
		name      string
		early     []string // the requests that come before the pause of the suspended one is over
		late      []string
		order     string
		suspended int
	}{
		{"into a full queue", []string{"/suspended", "/first", "/a", "/b", "/c"}, nil, "/first /suspended /a /b /c", 1},
		{"before the queue is full", []string{"/suspended", "/first", "/a"}, []string{"/b", "/c"}, "/first /suspended /a /b /c", 1},
		{"no request does, the control", []string{"/first", "/a", "/b", "/c"}, nil, "/first /a /b /c", 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l := New(Limit{Max: 1, MaxQueue: 3})
				s := &server{latency: time.Minute}
				var order []string
				s.respond = func(req *http.Request) (*http.Response, error) {
					order = append(order, req.URL.Path)
					return reply(req, 200, ""), nil
				}
				pause := pausing(10 * time.Second)
				rt := l.Wrap((&testLayer{"router", func(c *layer.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
					if req.URL.Path == "/suspended" {
						return pause.trip(c, req, next)
					}
					return next.RoundTrip(req)
				}}).Wrap(s))
				var wg sync.WaitGroup
				call := func(want error, paths ...string) {
					for _, path := range paths {
						wg.Go(func() {
							if err := get(t.Context(), rt, "http://api.test"+path); !errors.Is(err, want) {
								t.Errorf("%s: error %v, want %v", path, err, want)
							}
						})
						synctest.Wait()
					}
				}
				waiting := func(want int) {
					t.Helper()
					if in, n := l.InFlight(), l.Waiting(); in != 1 || n != want {
						t.Errorf("%d slots in use, %d wait: want 1 and %d", in, n, want)
					}
				}
				call(nil, tt.early...)
				waiting(len(tt.early) - 1 - tt.suspended)
				time.Sleep(11 * time.Second) // the pause is over
				call(nil, tt.late...)
				waiting(3 + tt.suspended)
				call(ErrFull, "/fresh")
				if tt.suspended > 0 {
					time.Sleep(time.Minute) // it has its slot back, and has made no place free
					waiting(3)
					call(ErrFull, "/fresh")
				}
				wg.Wait()
				if got := strings.Join(order, " "); got != tt.order || s.peak.Load() != 1 {
					t.Errorf("order %s, want %s; %d at once", got, tt.order, s.peak.Load())
				}
				empty(t, l)
			})
		})
	}
}

// With NoQueue, no request that has had a slot is rejected.
func TestSuspendedRequestsGoFirstComeFirstServed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := New(Limit{Max: 1, MaxQueue: NoQueue})
		s := &server{latency: time.Minute}
		var order []string
		s.respond = func(req *http.Request) (*http.Response, error) {
			order = append(order, req.URL.Path)
			return reply(req, 200, ""), nil
		}
		rt := l.Wrap(pausing(10 * time.Second).Wrap(s))
		var wg sync.WaitGroup
		for _, path := range []string{"/a", "/b", "/c", "/d"} { // each suspends the only slot at once
			wg.Go(func() {
				if err := get(t.Context(), rt, "http://api.test"+path); err != nil {
					t.Errorf("%s: %v", path, err)
				}
			})
			time.Sleep(time.Second)
		}
		wg.Wait()
		if got := strings.Join(order, " "); got != "/a /b /c /d" || s.peak.Load() != 1 {
			t.Errorf("order %s; %d at once", got, s.peak.Load())
		}
		empty(t, l)
	})
}

// A request that had its slots waits for its host, and then for a limit that lets nobody wait.
func TestASuspendedRequestIsNotRejectedByALaterLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := New(Limit{Max: 1, Scope: transport.ScopeAll, Method: http.MethodGet, MaxQueue: NoQueue}, Limit{Max: 1})
		hold := func(method, url string, d time.Duration) {
			if err := ask(t.Context(), l.Wrap(&server{latency: d}), method, url); err != nil {
				t.Errorf("%s %s: %v", method, url, err)
			}
		}
		var wg sync.WaitGroup
		wg.Go(func() {
			start := time.Now()
			err := ask(t.Context(), l.Wrap(pausing(10*time.Second).Wrap(&server{})), http.MethodGet, "http://a.test/")
			if d := time.Since(start); err != nil || d != 30*time.Second {
				t.Errorf("%v after %s", err, d)
			}
		})
		synctest.Wait()
		wg.Go(func() { hold(http.MethodPost, "http://a.test/", 20*time.Second) })
		time.Sleep(15 * time.Second)
		wg.Go(func() { hold(http.MethodGet, "http://b.test/", 15*time.Second) })
		wg.Wait()
		empty(t, l)
	})
}

func TestTheContextEndsTheWaitToReacquire(t *testing.T) {
	for _, limits := range [][]Limit{{{Max: 1}}, {{Max: 1}, {Max: 1, Scope: transport.ScopeAll}}} {
		synctest.Test(t, func(t *testing.T) {
			l := New(limits...)
			var wg sync.WaitGroup
			wg.Go(func() {
				ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
				defer cancel()
				start := time.Now()
				err := get(ctx, l.Wrap(pausing(10*time.Second).Wrap(&server{})), url)
				if d := time.Since(start); !errors.Is(err, context.DeadlineExceeded) || d != 20*time.Second {
					t.Errorf("%s: %v after %s", l, err, d)
				}
			})
			synctest.Wait() // it has suspended its slots
			if err := get(t.Context(), l.Wrap(&server{latency: time.Minute}), url); err != nil {
				t.Error(err)
			}
			wg.Wait()
			empty(t, l)
		})
	}
}

// MaxWait bounds the wait for a suspended slot like any other wait.
func TestMaxWaitBoundsReacquiring(t *testing.T) {
	for _, tt := range []struct {
		maxWait time.Duration
		want    error
		after   time.Duration
	}{{5 * time.Second, ErrDeadline, 15 * time.Second}, {0, nil, 71 * time.Second}} {
		synctest.Test(t, func(t *testing.T) {
			l := New(Limit{Max: 1, MaxWait: tt.maxWait})
			start := time.Now()
			var wg sync.WaitGroup
			wg.Go(func() {
				err := get(t.Context(), l.Wrap(pausing(10*time.Second).Wrap(&server{latency: time.Second})), "http://api.test/suspended")
				if took := time.Since(start); !errors.Is(err, tt.want) || took != tt.after {
					t.Errorf("MaxWait %v: %v after %v, want %v after %v", tt.maxWait, err, took, tt.want, tt.after)
				}
			})
			synctest.Wait() // it has suspended its slot
			if err := get(t.Context(), l.Wrap(&server{latency: 70 * time.Second}), "http://api.test/slow"); err != nil {
				t.Error(err)
			}
			wg.Wait()
			empty(t, l)
		})
	}
}
