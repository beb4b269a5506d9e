package throttle

import (
	"context"
	"net/http"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gracy-go/gracy/concurrency"
	"github.com/gracy-go/gracy/internal/rttest"
	"github.com/gracy-go/gracy/layer"
	"github.com/gracy-go/gracy/transport"
)

// delayer is an inner layer that makes each request wait, as a limit of slots does. Outer holds are
// suspended meanwhile.
type delayer struct{ wait time.Duration }

func (d *delayer) Waiting() int { return 0 }

func (d *delayer) Wrap(next http.RoundTripper) http.RoundTripper {
	return layer.Wrap("delayer", d, next, d.trip)
}

func (d *delayer) trip(c *layer.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
	a := c.Attempt()
	a.Suspend()
	time.Sleep(d.wait)
	if err := a.Reacquire(req.Context()); err != nil {
		return layer.Reject(req, err)
	}
	return next.RoundTrip(req)
}

// mute is a delayer that does not say so, for the control: it has only its name in common with a
// [layer.Delayer].
type mute struct{ inner delayer }

func (m *mute) Wrap(next http.RoundTripper) http.RoundTripper {
	return layer.Wrap("mute", m, next, m.inner.trip)
}

var (
	_ layer.Delayer   = (*delayer)(nil)
	_ transport.Layer = (*mute)(nil)
)

// A send counts only once the wait at an inner layer is over. Until then nothing is counted, and
// afterwards the window is that of the send.
func TestASendCountsAfterTheWaitAtAnInnerLayer(t *testing.T) {
	for name, tt := range map[string]struct {
		inner transport.Layer
		want  []time.Duration // when they are sent
		early int             // what counts during the first wait
	}{
		"a delayer":                     {&delayer{3 * time.Second}, []time.Duration{3 * time.Second, 13 * time.Second}, 0},
		"one that is mute, the control": {&mute{delayer{3 * time.Second}}, []time.Duration{3 * time.Second, 13 * time.Second}, 1},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := &server{}
				l := New(Rule{Limit: 1, Per: 10 * time.Second, Margin: NoMargin})
				rt := l.Wrap(tt.inner.Wrap(s))
				start := time.Now()
				var wg sync.WaitGroup
				for range 2 {
					wg.Go(func() { flood(t, rt, "/", 1) })
				}
				time.Sleep(time.Second)
				if n := counts(l, 0).Counted; n != tt.early {
					t.Errorf("%d count before anything is sent, want %d", n, tt.early)
				}
				wg.Wait()
				if got := s.since(start, "/"); !slices.Equal(got, tt.want) {
					t.Errorf("sent after %v, want %v", got, tt.want)
				}
				quiet(t, l)
			})
		})
	}
}

// A pause that begins during the wait at an inner layer holds the request back.
func TestNothingIsSentDuringAPauseBehindAnInnerLayer(t *testing.T) {
	for name, tt := range map[string]struct {
		inner transport.Layer
		want  time.Duration // when the second one is sent
	}{
		"a delayer":                     {&delayer{3 * time.Second}, 24 * time.Second},
		"one that is mute, the control": {&mute{delayer{3 * time.Second}}, 5 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := &server{respond: throttled(1, 429, "Retry-After", "20")}
				s.latency = func(*http.Request) time.Duration { return time.Second }
				l := New()
				rt := l.Wrap(tt.inner.Wrap(s))
				start := time.Now()
				var wg sync.WaitGroup
				wg.Go(func() { _, _ = get(t.Context(), rt, "/first") }) // sent at 3 s, paused from 4 s to 24 s
				time.Sleep(2 * time.Second)
				wg.Go(func() { _, _ = get(t.Context(), rt, "/second") }) // its wait ends at 5 s
				wg.Wait()
				if got := s.since(start, "/second"); len(got) != 1 || got[0] != tt.want {
					t.Errorf("sent after %v, want %v", got, tt.want)
				}
				quiet(t, l)
			})
		})
	}
}

// For the race detector: the loser of a hedge counts again, after its wait at an inner layer, while
// the response of the winner ends what the outer limiter counted.
func TestTheLoserOfAHedgeCountsAgainWhileTheWinnerEnds(t *testing.T) {
	lost := make(chan struct{}, 1)
	hedge := &rttest.Layer{Name: "hedge", Trip: func(c *layer.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
		first, second := c.Attempt(), c.NextAttempt(transport.Hedge)
		go func() {
			_, err := next.RoundTrip(req.WithContext(first.Context(req.Context())))
			first.End(nil, err)
			lost <- struct{}{}
		}()
		time.Sleep(time.Millisecond)
		resp := rttest.Response(req, http.StatusOK, "")
		second.End(resp, nil)
		return resp, nil
	}}
	l := New(Rule{Limit: 1000, Per: time.Hour})
	rt := l.Wrap(hedge.Wrap((&delayer{time.Millisecond}).Wrap(rttest.Respond(http.StatusOK, ""))))
	for range 30 {
		rttest.Get(t.Context(), t, rt)
		<-lost
	}
}

// slowPath is a delayer of requests to "/slow".
type slowPath struct{ delayer }

func (d *slowPath) Wrap(next http.RoundTripper) http.RoundTripper {
	return layer.Wrap("slow path", d, next, func(c *layer.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
		if req.URL.Path != "/slow" {
			return next.RoundTrip(req)
		}
		return d.trip(c, req, next)
	})
}

// Between a limit of slots and a layer that makes requests wait: after such a wait a request is
// counted and then waits for its slot. It counts from when it has the slot.
func TestASendCountsFromWhenItsSlotIsThereAgain(t *testing.T) {
	for name, tt := range map[string]struct {
		mode  Mode
		pause bool          // the server asks for a pause meanwhile
		want  time.Duration // when the slow one is sent
		comes time.Duration // when the one after it comes
		next  time.Duration // and is sent
	}{
		"window": {Window, false, 4 * time.Second, 3 * time.Second, 5 * time.Second},
		"paced":  {Paced, false, 4 * time.Second, 3 * time.Second, 5 * time.Second},
		// One that came before the pause would meet it at the same instant as the slow one.
		"a pause of 2s": {Window, true, 6 * time.Second, 5 * time.Second, 7 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := &server{latency: func(req *http.Request) time.Duration {
					return map[string]time.Duration{"/long": 3 * time.Second}[req.URL.Path]
				}}
				if tt.pause {
					s.respond = throttled(1, 429, "Retry-After", "2")
				}
				slots, l := concurrency.New(concurrency.Limit{Max: 1}), New(Rule{Limit: 1, Per: time.Second, Margin: NoMargin, Mode: tt.mode})
				rt := slots.Wrap(l.Wrap((&slowPath{delayer{2 * time.Second}}).Wrap(s)))
				start := time.Now()
				var wg sync.WaitGroup
				send := func(path string) {
					wg.Go(func() { _, _ = get(t.Context(), rt, path) })
					synctest.Wait()
				}
				send("/slow") // counted after 2 s, when the slot is that of the long one until 4 s
				time.Sleep(time.Second)
				send("/long")
				time.Sleep(tt.comes - time.Second)
				send("/next")
				wg.Wait()
				if slow, next := s.since(start, "/slow"), s.since(start, "/next"); !slices.Equal(slow, []time.Duration{tt.want}) || !slices.Equal(next, []time.Duration{tt.next}) {
					t.Errorf("sent after %v and %v, want %v and %v", slow, next, tt.want, tt.next)
				}
				quiet(t, l)
				if slots.InFlight() != 0 || slots.Waiting() != 0 {
					t.Errorf("%d slots in use, %d wait", slots.InFlight(), slots.Waiting())
				}
			})
		})
	}
}

// Each time its slot takes longer than the token of a store lasts. The store is not asked again,
// otherwise the other requests would always come first.
func TestATokenThatExpiresBeforeItsSlotIsThereAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const latency = 2 * time.Second
		s := &server{latency: func(*http.Request) time.Duration { return latency }}
		st := &scripted{reply: func(context.Context, int64) (uint64, bool, error) { return unix(time.Second), true, nil }}
		slots, l := concurrency.New(concurrency.Limit{Max: 1}), New(Rule{Limit: 10, Per: time.Second, Store: st, Margin: NoMargin})
		rt := slots.Wrap(l.Wrap((&slowPath{delayer{latency}}).Wrap(s)))
		start := time.Now()
		var wg sync.WaitGroup
		wg.Go(func() { _, _ = get(t.Context(), rt, "/slow") })
		for range 20 {
			time.Sleep(latency * 9 / 10)
			wg.Go(func() { _, _ = get(t.Context(), rt, "/other") })
		}
		wg.Wait()
		if got := s.since(start, "/slow"); !slices.Equal(got, []time.Duration{latency*9/10 + latency}) || st.takes.Load() != 22 { // the slow one is counted twice
			t.Errorf("sent after %v, and the store was asked %d times, want 22", got, st.takes.Load())
		}
		quiet(t, l)
	})
}
