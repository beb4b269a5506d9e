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

	"github.com/gracy-go/gracy/throttle/internal/admission"
	"github.com/gracy-go/gracy/throttle/internal/meter"
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

func TestThoseWhoWaitGoByTheNewRule(t *testing.T) {
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

func TestCostAboveALoweredLimitIsRefused(t *testing.T) {
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
			if n := worst(at, time.Second); n > 20 {
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
		{"a burst is lent to those who wait", 3, 10, 0, []time.Duration{0, 100 * ms, 200 * ms, 250 * ms, 250 * ms, 300 * ms, 400 * ms}},
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

// Above 4096 sends share their stamps; a limit that crosses that in the middle of
// a window keeps every window, before and after.
func TestALimitCrossesTheGrain(t *testing.T) {
	const low, high, per = 4000, 5000, time.Second
	for name, limits := range map[string][3]int{"up and down": {low, high, low}, "down and up": {high, low, high}} {
		synctest.Test(t, func(t *testing.T) {
			l := New(Rule{Limit: limits[0], Per: per, Margin: NoMargin})
			start := time.Now()
			var sent []time.Time
			var changed [3]time.Time
			for i, limit := range limits {
				change(t, l, limit, per)
				changed[i] = time.Now()
				for time.Since(changed[i]) < 2350*time.Millisecond {
					var d admission.Demand
					d.Add(admission.Part{Rule: l.list()[0].core, Cost: 1})
					if l.shell.admit(&d) {
						sent = append(sent, time.Now())
						time.Sleep(50 * time.Microsecond) // four to five times the limit
						continue
					}
					time.Sleep(time.Millisecond)
				}
				if n := counts(l, 0).Entries; (n <= 2*meter.Parts) != (limit > meter.Exact) {
					t.Errorf("%s: %d entries are kept for a limit of %d", name, n, limit)
				}
			}
			t.Logf("%s: %d sent", name, len(sent))
			for i, limit := range limits {
				// What was sent before by a higher limit may be in the window, but nothing is added to it.
				from := changed[i]
				if i > 0 && limits[i-1] > limit {
					from = from.Add(per)
				}
				till := start.Add(time.Hour)
				if i+1 < len(limits) {
					till = changed[i+1]
				}
				var during []time.Time
				for _, at := range sent {
					if at.After(from.Add(-per)) && at.Before(till) {
						during = append(during, at)
					}
				}
				last := worst(slices.DeleteFunc(slices.Clone(during), func(at time.Time) bool { return at.Before(from) }), per)
				if n := worst(during, per); n > max(limit, limits[max(i-1, 0)]) || last > limit || last < limit*62/64 {
					t.Errorf("%s: under the limit of %d up to %d in a window, %d in one of its own", name, limit, n, last)
				}
			}
		})
	}
}

// Around a change of Per every window holds that is wholly under the law of either:
// of a longer one those that begin no earlier than what still counted at the change.
func TestEveryWindowHoldsAroundAChangeOfPer(t *testing.T) {
	const limit = 20
	for _, tt := range []struct{ from, to time.Duration }{
		{time.Second, 3 * time.Second}, {3 * time.Second, time.Second}, {time.Second, time.Second + 1}, {time.Second, time.Hour},
	} {
		for _, mode := range []Mode{Window, UntilResponse, Paced} {
			synctest.Test(t, func(t *testing.T) {
				s := &server{}
				l := New(Rule{Limit: limit, Per: tt.from, Mode: mode, Margin: NoMargin})
				rt := l.Wrap(s)
				ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
				defer cancel()
				var wg sync.WaitGroup
				for range 50 {
					wg.Go(func() {
						for ctx.Err() == nil {
							_, _ = get(untold{ctx}, rt, "/")
							time.Sleep(time.Duration(rand.IntN(700)) * time.Millisecond)
						}
					})
				}
				time.Sleep(7300 * time.Millisecond)
				changed := time.Now()
				change(t, l, limit, tt.to)
				wg.Wait()
				var before, after []time.Time
				for _, at := range s.times("/") {
					if at.Before(changed) {
						before = append(before, at)
					}
					if at.After(changed.Add(-tt.from)) {
						after = append(after, at)
					}
				}
				if a, b := worst(before, tt.from), worst(after, tt.to); a > limit || b > limit {
					t.Errorf("%s, %s to %s: up to %d before and %d around the change", mode, tt.from, tt.to, a, b)
				}
				if a, b := worst(before, tt.from), worst(after, tt.to); a < limit*9/10 || b < limit*9/10 {
					t.Errorf("%s, %s to %s: only %d before and %d after the change", mode, tt.from, tt.to, a, b)
				}
				if n := worst(s.times("/"), max(tt.from, tt.to)); tt.to != tt.from+1 && n <= limit { // the control
					t.Errorf("%s, %s to %s: %d in the worst of all windows: the bound cannot fail", mode, tt.from, tt.to, n)
				}
				quiet(t, l)
			})
		}
	}
}

func TestSetRulesRefusesWhatItCannotDo(t *testing.T) {
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
