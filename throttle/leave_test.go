package throttle

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gracy-go/gracy/concurrency"
)

// pausing returns a server that asks for a pause of 20 s once /long has been there for a while.
func pausing(after time.Duration) *server {
	s := &server{respond: func(req *http.Request) (*http.Response, error) {
		if req.URL.Path == "/long" {
			return reply(req, 429, "Retry-After", "20"), nil
		}
		return reply(req, 200), nil
	}}
	s.latency = func(req *http.Request) time.Duration {
		if req.URL.Path == "/long" {
			return after
		}
		return 0
	}
	return s
}

// Between its grant and its leaving, a request reacquires its slot. If a pause begins meanwhile, it
// is back in the queue, before those that came after it.
func TestAPauseBetweenGrantAndLeavingKeepsTheOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := pausing(10500 * time.Millisecond)
		slots := concurrency.New(concurrency.Limit{Max: 1})
		l := New(Rule{Limit: 2, Per: 10 * time.Second, URL: "/quota", Margin: NoMargin})
		rt := slots.Wrap(l.Wrap(s))
		flood(t, rt, "/quota/before", 2)
		start := time.Now()
		var wg sync.WaitGroup
		come := func(path string) {
			wg.Go(func() {
				if _, err := get(t.Context(), rt, path); err != nil {
					t.Error(err)
				}
			})
			synctest.Wait()
		}
		for _, path := range []string{"/quota/1", "/quota/2", "/quota/3", "/quota/4", "/quota/5"} {
			come(path)
		}
		come("/long") // has the slot when the first two are granted
		time.Sleep(10200 * time.Millisecond)
		granted := counts(l, 0).Outstanding
		if granted != 2 {
			t.Errorf("%d are granted when the pause begins, want 2", granted)
		}
		come("/quota/6")
		wg.Wait()
		var got []string
		for _, x := range s.sends[3:] {
			got = append(got, strings.TrimPrefix(x.path, "/quota/"))
		}
		for i := 0; i+1 < len(got); i += 2 { // two are granted at one instant, and which of them is scheduled first is open
			slices.Sort(got[i : i+2])
		}
		if want := []string{"1", "2", "3", "4", "5", "6"}; !slices.Equal(got, want) {
			t.Errorf("they left in the order %v", got)
		}
		var want []time.Duration
		for i := range 6 {
			want = append(want, 30500*time.Millisecond+time.Duration(i/2)*10*time.Second)
		}
		if got := s.since(start, "/quota")[2:]; !slices.Equal(got, want) {
			t.Errorf("they left at %v, want %v", got, want)
		}
		quiet(t, l)
	})
}

// A request that is canceled at the instant at which its turn comes has either left or not. In
// neither case does anything of it stay.
func TestGoingAwayAtTheInstantOfTheGrant(t *testing.T) {
	for _, order := range []string{"alone", "slots outside", "slots inside"} {
		t.Run(order, func(t *testing.T) {
			const limit, waiters, rounds = 4, 8, 60
			left, gone := 0, 0
			for round := range rounds {
				synctest.Test(t, func(t *testing.T) {
					mode := Mode(round).exact()
					l := New(Rule{Limit: limit, Mode: mode, Burst: map[Mode]int{Paced: limit}[mode], Margin: NoMargin})
					slots := concurrency.New(concurrency.Limit{Max: 2})
					s := &server{}
					rt := map[string]http.RoundTripper{
						"alone": l.Wrap(s), "slots outside": slots.Wrap(l.Wrap(s)), "slots inside": l.Wrap(slots.Wrap(s)),
					}[order]
					flood(t, rt, "/before", limit)
					turn := time.Now().Add(time.Second)
					var wg sync.WaitGroup
					errs := make([]error, waiters)
					for i := range waiters {
						ctx, cancel := context.WithCancel(t.Context())
						if round%2 == 0 {
							time.AfterFunc(time.Until(turn), cancel)
						}
						wg.Go(func() {
							defer cancel()
							_, errs[i] = get(ctx, rt, "/")
						})
						if round%2 == 1 { // after the limiter's own timer
							synctest.Wait()
							time.AfterFunc(time.Until(turn), cancel)
						}
					}
					wg.Wait()
					n := 0
					for _, err := range errs {
						switch {
						case err == nil:
							n++
						case !errors.Is(err, context.Canceled):
							t.Errorf("error %v", err)
						}
					}
					left += n
					gone += waiters - n
					sent := 0
					for _, at := range s.times("/") {
						if at.Equal(turn) {
							sent++
						}
					}
					if live := counts(l, 0).Counted; live != sent || sent < n {
						t.Errorf("%s, round %d: %d counted, %d sent, %d with a response", mode, round, live, sent, n)
					}
					quiet(t, l)
					if slots.InFlight() != 0 || slots.Waiting() != 0 {
						t.Errorf("%s, round %d: %d slots in use", mode, round, slots.InFlight())
					}
					if d := took(func() { flood(t, rt, "/after", limit-sent) }); d != 0 {
						t.Errorf("%s, round %d: after %d sends %d more waited %v", mode, round, sent, limit-sent, d)
					}
					quiet(t, l)
				})
			}
			t.Logf("%d left, %d went away", left, gone)
			if left < rounds/10 || gone < waiters*rounds/10 {
				t.Errorf("%d left, %d went away: one of the two is hardly tried", left, gone)
			}
		})
	}
}
