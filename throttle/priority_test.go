package throttle

import (
	"math"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gracy-go/gracy/transport"
)

// order returns the paths of what was sent, after the first.
func (s *server) order() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var paths []string
	for _, x := range s.sends[1:] {
		paths = append(paths, strings.Trim(x.path, "/"))
	}
	return strings.Join(paths, " ")
}

type comer struct {
	path string
	at   time.Duration
	p    transport.Priority
}

func TestPriority(t *testing.T) {
	for _, tt := range []struct {
		name  string
		rules []Rule
		come  []comer
		want  string
	}{
		{
			"without, the control",
			[]Rule{{Limit: 1, Per: time.Minute}},
			[]comer{{"/a", 0, 0}, {"/b", time.Second, 0}, {"/c", 2 * time.Second, 0}},
			"a b c",
		},
		{
			"urgent",
			[]Rule{{Limit: 1, Per: time.Minute}},
			[]comer{{"/a", 0, 0}, {"/b", time.Second, 0}, {"/c", 2 * time.Second, 10}},
			"c a b",
		},
		{
			"it can wait",
			[]Rule{{Limit: 1, Per: time.Minute}},
			[]comer{{"/a", 0, -10}, {"/b", time.Second, 0}, {"/c", 2 * time.Second, 0}},
			"b c a",
		},
		{
			"one that has waited longer is not overtaken",
			[]Rule{{Limit: 1, Per: time.Minute}},
			[]comer{{"/a", 0, 0}, {"/b", 9 * time.Second, 0}, {"/c", 11 * time.Second, 10}},
			"a c b",
		},
		{
			"across classes",
			[]Rule{{Limit: 1, Per: time.Minute}, {Limit: 5, Per: time.Second, URL: "/b"}},
			[]comer{{"/a", 0, 0}, {"/b", time.Second, 10}, {"/c", 2 * time.Second, 0}},
			"b a c",
		},
		{
			"equals in the order of coming",
			[]Rule{{Limit: 1, Per: time.Minute}},
			[]comer{{"/a", 0, 3}, {"/b", time.Second, 3}, {"/c", 2 * time.Second, 3}},
			"a b c",
		},
		{
			"beyond all bounds",
			[]Rule{{Limit: 1, Per: time.Minute}},
			[]comer{{"/a", 0, math.MinInt / 2}, {"/b", time.Second, math.MaxInt / 2}, {"/c", 2 * time.Second, 0}},
			"b c a",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := &server{}
				l := New(tt.rules...)
				rt := l.Wrap(s)
				flood(t, rt, "/first", 1)
				var wg sync.WaitGroup
				for _, c := range tt.come {
					wg.Go(func() {
						time.Sleep(c.at)
						_, err := get(transport.With(t.Context(), c.p), rt, c.path)
						if err != nil {
							t.Error(err)
						}
					})
				}
				wg.Wait()
				if got := s.order(); got != tt.want {
					t.Errorf("order %q, want %q", got, tt.want)
				}
				quiet(t, l)
			})
		})
	}
}

func TestAFloodOfUrgentCallsStarvesNobody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &server{}
		l := New(Rule{Limit: 10, Margin: NoMargin})
		rt := l.Wrap(s)
		flood(t, rt, "/first", 10)
		var wg sync.WaitGroup
		start := time.Now()
		var waited time.Duration
		urgent := transport.With(t.Context(), transport.Priority(5))
		for i := range 400 { // twice the rate, for 20 s
			if i == 10 {
				wg.Go(func() {
					_, _ = get(t.Context(), rt, "/patient")
					waited = time.Since(start)
				})
			}
			wg.Go(func() { _, _ = get(urgent, rt, "/urgent") })
			time.Sleep(50 * time.Millisecond)
		}
		wg.Wait()
		// Those of the first five and a half seconds come first, at 10 per second.
		if waited < 5*time.Second || waited > 13*time.Second {
			t.Errorf("the patient one waited %s, want between 5 and 13 s", waited)
		}
		quiet(t, l)
	})
}

func TestAnUrgentCallIsNotRejectedForThoseBehindIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &server{}
		l := New(Rule{Limit: 1, MaxWait: 20500 * time.Millisecond, Margin: NoMargin})
		rt := l.Wrap(s)
		flood(t, rt, "/", 1)
		var wg sync.WaitGroup
		errs := make([]error, 20)
		for i := range errs {
			wg.Go(func() { _, errs[i] = get(t.Context(), rt, "/") })
		}
		synctest.Wait()
		if _, err := get(t.Context(), rt, "/"); err == nil {
			t.Error("the control was not rejected")
		}
		start := time.Now()
		if _, err := get(transport.With(t.Context(), transport.Priority(100)), rt, "/"); err != nil || time.Since(start) != time.Second {
			t.Errorf("after %s: %v", time.Since(start), err)
		}
		wg.Wait()
		late := slices.IndexFunc(errs, func(err error) bool { return err != nil })
		if late >= 0 && slices.IndexFunc(errs[late+1:], func(err error) bool { return err != nil }) >= 0 {
			t.Errorf("more than the one was rejected that was overtaken: %v", errs)
		}
		quiet(t, l)
	})
}
