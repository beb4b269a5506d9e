package throttle

import (
	"context"
	"errors"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gracy-go/gracy/throttle/internal/storetest"
)

// change sets Limit and Per of the first rule.
func change(t *testing.T, l *Limiter, limit int, per time.Duration) {
	t.Helper()
	rules := l.Rules()
	rules[0].Limit, rules[0].Per = limit, per
	if err := l.SetRules(rules...); err != nil {
		t.Error(err)
	}
}

func TestADrainedWindowStaysDrained(t *testing.T) {
	for _, tt := range []struct {
		name  string
		limit int
		per   time.Duration
		want  time.Duration // from the first send on, for one more
	}{
		{"unchanged", 10, 10 * time.Second, 10 * time.Second},
		{"lowered", 5, 10 * time.Second, 10 * time.Second},
		{"raised", 12, 10 * time.Second, time.Second},
		{"longer", 10, 20 * time.Second, 20 * time.Second},
		{"shorter", 10, 5 * time.Second, 5 * time.Second},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := &server{}
				l := New(Rule{Limit: 10, Per: 10 * time.Second, Margin: NoMargin})
				rt := l.Wrap(s)
				start := time.Now()
				flood(t, rt, "/", 10)
				time.Sleep(time.Second)
				rules := l.Rules()
				rules[0].Limit, rules[0].Per = tt.limit, tt.per
				if err := l.SetRules(rules...); err != nil {
					t.Fatal(err)
				}
				flood(t, rt, "/", 1)
				if d := time.Since(start); d != tt.want {
					t.Errorf("one more after %s, want %s", d, tt.want)
				}
				quiet(t, l)
			})
		})
	}
}

func TestRequestsThatWaitGoByTheNewRule(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &server{}
		l := New(Rule{Limit: 1, Per: time.Hour})
		rt := l.Wrap(s)
		flood(t, rt, "/", 1)
		var wg sync.WaitGroup
		for range 50 {
			wg.Go(func() { _, _ = get(t.Context(), rt, "/") })
		}
		synctest.Wait()
		start := time.Now()
		change(t, l, 100, time.Hour)
		wg.Wait()
		if d := time.Since(start); d != 0 {
			t.Errorf("waited %s although the limit was raised", d)
		}
		if got := l.String(); got != "throttle: 100 requests per hour" {
			t.Errorf("%q", got)
		}
		quiet(t, l)
	})
}

func TestCostAboveALoweredLimitIsRejected(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := New(Rule{Limit: 10, Per: time.Minute, Cost: func(r *http.Request) int { return len(r.URL.Path) - 1 }})
		rt := l.Wrap(&server{})
		if _, err := get(t.Context(), rt, "/1234567890"); err != nil {
			t.Fatal(err)
		}
		var wg sync.WaitGroup
		errs := make([]error, 2)
		for i, path := range []string{"/12345678", "/12"} {
			wg.Go(func() { _, errs[i] = get(t.Context(), rt, path) })
		}
		synctest.Wait()
		change(t, l, 5, time.Minute)
		wg.Wait()
		if !errors.Is(errs[0], ErrCost) || errs[1] != nil {
			t.Errorf("errors %v, want ErrCost and none", errs)
		}
		quiet(t, l)
	})
}

func TestEveryWindowHoldsWhileRulesChange(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &server{}
		l := New(Rule{Limit: 20, Mode: Window, Key: func(r *http.Request) string { return r.URL.Path }})
		rt := l.Wrap(s)
		var wg sync.WaitGroup
		for i := range 1000 {
			if i%50 == 0 { // never above 20, so that 20 is the law throughout
				change(t, l, 5+rand.IntN(16), time.Second)
			}
			time.Sleep(time.Duration(rand.IntN(20)) * time.Millisecond)
			ctx, cancel := context.WithTimeout(t.Context(), time.Duration(rand.IntN(4000))*time.Millisecond)
			wg.Go(func() {
				defer cancel()
				_, _ = get(ctx, rt, "/"+string(rune('a'+rand.IntN(2))))
			})
		}
		wg.Wait()
		for _, path := range []string{"/a", "/b"} {
			at := s.times(path)
			if n := storetest.Worst(at, time.Second); n > 20 {
				t.Errorf("%s: %d in a second, want at most 20", path, n)
			}
			if len(at) < 50 {
				t.Errorf("%s: only %d sent", path, len(at))
			}
		}
		quiet(t, l)
	})
}

func TestThePaceOfTheNewRule(t *testing.T) {
	const ms = time.Millisecond
	for _, tt := range []struct {
		name         string
		burst, limit int             // of the new rule
		idle         time.Duration   // before the change; 0 means while they wait
		want         []time.Duration // of sends after that, the first four while they wait having gone by the old one
	}{
		{"unchanged, the control", 1, 10, 0, []time.Duration{0, 100 * ms, 200 * ms, 300 * ms, 400 * ms, 500 * ms, 600 * ms}},
		{"faster", 1, 20, 0, []time.Duration{0, 100 * ms, 200 * ms, 300 * ms, 350 * ms, 400 * ms, 450 * ms}},
		{"slower", 1, 5, 0, []time.Duration{0, 100 * ms, 200 * ms, 300 * ms, 500 * ms, 1000 * ms, 1200 * ms}}, // five in a second
		{"a burst is lent to requests that wait", 3, 10, 0, []time.Duration{0, 100 * ms, 200 * ms, 250 * ms, 250 * ms, 300 * ms, 400 * ms}},
		{"a burst", 4, 10, time.Hour, []time.Duration{0, 0, 0, 0, 100 * ms, 200 * ms, 300 * ms}},
		{"a burst and faster", 2, 20, time.Hour, []time.Duration{0, 0, 50 * ms, 100 * ms, 150 * ms, 200 * ms, 250 * ms}},
		{"no burst any more", 1, 20, time.Hour, []time.Duration{0, 50 * ms, 100 * ms, 150 * ms, 200 * ms, 250 * ms, 300 * ms}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := &server{}
				rule := Rule{Limit: 10, Mode: Paced, Burst: 1, Margin: NoMargin}
				if tt.idle > 0 {
					rule.Burst = 3
				}
				l := New(rule)
				rt := l.Wrap(s)
				rule.Burst, rule.Limit = tt.burst, tt.limit
				set := func() {
					if err := l.SetRules(rule); err != nil {
						t.Error(err)
					}
				}
				if tt.idle > 0 {
					flood(t, rt, "/before", 5)
					time.Sleep(tt.idle)
					set()
				} else {
					time.AfterFunc(250*ms, set)
				}
				start := time.Now()
				flood(t, rt, "/after", len(tt.want))
				if got := s.since(start, "/after"); !slices.Equal(got, tt.want) {
					t.Errorf("sent after %v, want %v", got, tt.want)
				}
				quiet(t, l)
			})
		})
	}
}

func TestSetRulesRejectsWhatItCannotDo(t *testing.T) {
	a, b := Rule{Limit: 5, URL: "/a"}, Rule{Limit: 5, Mode: Bucket}
	l := New(a, b)
	for name, rules := range map[string][]Rule{
		"fewer": {a}, "nonsense": {{URL: "/a"}, b}, "other requests": {{Limit: 5, URL: "/b"}, b},
		"mode": {{Limit: 5, URL: "/a", Mode: UntilResponse}, b}, "store": {{Limit: 9, URL: "/a"}, {Limit: 6, Mode: Bucket}},
	} {
		if err := l.SetRules(rules...); err == nil || !strings.HasPrefix(err.Error(), "throttle: SetRules: ") {
			t.Errorf("%s: error %v", name, err)
		}
	}
	if got := l.Rules()[0].Limit; got != 5 {
		t.Errorf("an error changed Limit to %d", got)
	}
	if err := l.SetRules(Rule{Limit: 9, URL: "/a"}, b); err != nil || l.Rules()[0].Limit != 9 {
		t.Errorf("error %v, Limit %d", err, l.Rules()[0].Limit)
	}
}
