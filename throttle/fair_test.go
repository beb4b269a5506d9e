package throttle

import (
	"context"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gracy-go/gracy/throttle/internal/meter"
	"github.com/gracy-go/gracy/transport"
)

// polled sends a request as soon as all of its rules have room, and has no queue. A request that
// must wait sleeps until it could be its turn and looks again. It burns no quota, so it is the
// control here.
type polled struct {
	next http.RoundTripper
	mu   sync.Mutex
	each map[string]*meter.Window // by what is in the path
}

// polling returns the control for the same rules.
func polling(next http.RoundTripper, rules ...Rule) *polled {
	p := &polled{next: next, each: make(map[string]*meter.Window)}
	for _, r := range rules {
		w := meter.NewWindow(meter.Rate{Limit: r.Limit, Per: r.Per})
		p.each[r.URL] = &w
	}
	return p
}

func (p *polled) RoundTrip(req *http.Request) (*http.Response, error) {
	for {
		wait := p.take(req.URL.Path)
		if wait <= 0 {
			return p.next.RoundTrip(req)
		}
		select {
		case <-time.After(wait):
		case <-req.Context().Done():
			return nil, req.Context().Err()
		}
	}
}

func (p *polled) take(path string) (wait time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := time.Now().UnixNano()
	at := now
	var of []*meter.Window
	for part, w := range p.each {
		if strings.Contains(path, part) {
			of = append(of, w)
			at = max(at, w.Next(now, 1))
		}
	}
	if at == now {
		for _, w := range of {
			w.Enter(now, 1)
		}
	}
	return time.Duration(at - now)
}

// loop lets callers of each path call repeatedly for a while, and returns how often each of them
// was sent. The first has a priority.
func loop(t *testing.T, rt http.RoundTripper, callers int, first transport.Priority, d time.Duration, paths ...string) map[string][]int {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), d)
	defer cancel()
	got := make(map[string][]int)
	var wg sync.WaitGroup
	for _, path := range paths {
		counts := make([]int, callers)
		got[path] = counts
		for i := range counts {
			var ctx context.Context = untold{ctx}
			if i == 0 {
				ctx = transport.With(ctx, first)
			}
			wg.Go(func() {
				for {
					if _, err := get(ctx, rt, path); err != nil {
						return
					}
					counts[i]++
				}
			})
		}
	}
	wg.Wait()
	return got
}

func TestCallersInALoopGetTheSame(t *testing.T) {
	for _, tt := range []struct {
		name    string
		mode    Mode
		spread  time.Duration // between the sends of the first second
		latency time.Duration
		first   transport.Priority
		fair    bool
	}{
		{"a slot every 10 ms", Window, 10 * time.Millisecond, 0, 0, true},
		{"a slot every 10 ms and a latency", Window, 10 * time.Millisecond, 7 * time.Millisecond, 0, true},
		{"a hundred at once", Window, 0, 30 * time.Millisecond, 0, true},
		{"paced", Paced, 0, 0, 0, true},
		{"until response", UntilResponse, 0, 30 * time.Millisecond, 0, true},
		{"one is preferred, the control", Window, 10 * time.Millisecond, 0, 1, false},
	} {
		synctest.Test(t, func(t *testing.T) {
			s := &server{}
			l := New(Rule{Limit: 100, Mode: tt.mode, Margin: NoMargin})
			rt := l.Wrap(s)
			for range 100 {
				flood(t, rt, "/", 1)
				time.Sleep(tt.spread)
			}
			s.latency = func(*http.Request) time.Duration { return tt.latency }
			got := loop(t, rt, 10, tt.first, 10*time.Second, "/")["/"]
			if least, most := slices.Min(got), slices.Max(got); (most <= 2*least) != tt.fair {
				t.Errorf("%s: shares %v, want the largest within twice the smallest: %v", tt.name, got, tt.fair)
			}
			quiet(t, l)
		})
	}
}

// tallies fails the test if a rule counts anything other than one for each matching send of the
// last window.
func tallies(t *testing.T, l *Limiter, s *server) {
	t.Helper()
	for i, r := range l.list() {
		s.mu.Lock()
		want := 0
		for _, x := range s.sends {
			if strings.Contains(x.path, r.URL) && time.Since(x.at) < r.Per {
				want++
			}
		}
		s.mu.Unlock()
		if got := counts(l, i).Counted; got != want {
			t.Errorf("%s counts %d, of %d that were sent", r.text, got, want)
		}
	}
}

// Rules in a circle: each class shares a rule with each other class, and none needs all. Without a
// queue the classes that need little always come first.
func TestRulesInACircleStarveNobody(t *testing.T) {
	rules := []Rule{
		{URL: "X", Limit: 10, Per: time.Second, Margin: NoMargin},
		{URL: "Y", Limit: 10, Per: 1300 * time.Millisecond, Margin: NoMargin},
		{URL: "Z", Limit: 10, Per: time.Second, Margin: NoMargin},
	}
	for _, tt := range []struct {
		name  string
		paths []string
		queue bool
		ratio int // of the class that gets the most to the one that gets the least
	}{
		{"pairs", []string{"/XY", "/YZ", "/ZX"}, true, 2},
		{"all there are", []string{"/X", "/Y", "/Z", "/XY", "/YZ", "/ZX", "/XYZ"}, true, 4},
		{"all there are, the control", []string{"/X", "/Y", "/Z", "/XY", "/YZ", "/ZX", "/XYZ"}, false, 4}, // of both
	} {
		synctest.Test(t, func(t *testing.T) {
			s := &server{}
			l := New(rules...)
			var rt http.RoundTripper = polling(s, rules...)
			if tt.queue {
				rt = l.Wrap(s)
			}
			done := make(chan map[string][]int)
			go func() { done <- loop(t, rt, 20, 0, 30*time.Second, tt.paths...) }()
			for range 100 {
				time.Sleep(277 * time.Millisecond)
				synctest.Wait()
				if tt.queue {
					tallies(t, l, s)
				}
			}
			share := make(map[string]int)
			for path, counts := range <-done {
				for _, n := range counts {
					share[path] += n
				}
			}
			least, most := slices.Min(slices.Collect(maps.Values(share))), slices.Max(slices.Collect(maps.Values(share)))
			t.Logf("%s: %v", tt.name, share)
			if (most <= tt.ratio*least) != tt.queue {
				t.Errorf("%s: shares %v, want the largest within %d times the smallest: %v", tt.name, share, tt.ratio, tt.queue)
			}
			if tt.queue {
				quiet(t, l)
			}
		})
	}
}

func TestARequestIsCountedOnceByEachRule(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &server{}
		var rules []Rule
		for _, part := range []string{"/", "X", "Y", "Z", "V"} {
			rules = append(rules, Rule{URL: part, Limit: 3, Per: time.Minute, Margin: NoMargin})
		}
		l := New(rules...)
		rt := l.Wrap(s)
		for range 5 { // at once, and through the queue
			for _, path := range []string{"/XYZV", "/XYV", "/Z"} {
				flood(t, rt, path, 1)
			}
			tallies(t, l, s)
			for i, r := range l.list() {
				if n := counts(l, i).Counted; n == 0 || r.URL == "/" && n != 3 {
					t.Errorf("%s counts %d", r.text, n)
				}
			}
		}
		quiet(t, l)
	})
}

func TestAKeyDoesNotWaitForAnother(t *testing.T) {
	wide := Rule{Limit: 1000, Per: time.Minute, Margin: NoMargin}
	for name, tt := range map[string]struct {
		key          bool
		more         []Rule        // that all of them need
		again, fresh time.Duration // that a key waits for itself, and one that is new
	}{
		"by key":                 {true, nil, 30 * time.Second, 0},
		"by key and a wide rule": {true, []Rule{wide}, 30 * time.Second, 0},
		"no keys, the control":   {false, nil, 90 * time.Second, time.Minute},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				rule := Rule{Limit: 1, Per: time.Minute, Margin: NoMargin}
				if tt.key {
					rule.Key = func(req *http.Request) string { return req.URL.Path }
				}
				l := New(append(tt.more, rule)...)
				rt := l.Wrap(&server{})
				flood(t, rt, "/again", 1)
				time.Sleep(30 * time.Second)
				ctx, cancel := context.WithTimeout(t.Context(), 40*time.Second)
				defer cancel()
				var wg sync.WaitGroup
				for _, full := range []string{"/a", "/b", "/c", "/d"} {
					for range 11 {
						wg.Go(func() { _, _ = get(untold{ctx}, rt, full) })
					}
				}
				synctest.Wait()
				if n := l.Waiting(); n < 40 {
					t.Errorf("only %d wait", n)
				}
				if d := took(func() { flood(t, rt, "/again", 1) }); d != tt.again {
					t.Errorf("a request that has to wait for its own key waited %v, want %v", d, tt.again)
				}
				if d := took(func() { flood(t, rt, "/fresh", 1) }); d != tt.fresh {
					t.Errorf("a fresh key waited %v, want %v", d, tt.fresh)
				}
				wg.Wait()
				quiet(t, l)
			})
		})
	}
}
