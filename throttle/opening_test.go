package throttle

import (
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gracy-go/gracy/layer"
	"github.com/gracy-go/gracy/throttle/internal/pauses"
)

// since returns how long after start requests to paths with the prefix arrived.
func (s *server) since(start time.Time, prefix string) (ds []time.Duration) {
	for _, at := range s.times(prefix) {
		ds = append(ds, at.Sub(start))
	}
	return ds
}

func TestAfterAPauseOneThenOneMoreWithEachResponseAndSecond(t *testing.T) {
	for latency, want := range map[time.Duration][]int{ // milliseconds
		// The first response and each further one let two requests go: one in its place and one
		// more.
		300 * time.Millisecond: {0, 300, 300, 600, 600, 600, 600, 900, 900, 900, 900, 900, 900, 900, 900, 1000},
		700 * time.Millisecond: {0, 700, 700, 1000, 1400, 1400, 1400, 1400, 1700, 1700, 2000, 2100, 2100, 2100, 2100, 2100},
		time.Hour:              {0, 1000, 2000, 3000, 4000, 5000, 6000, 7000, 8000, 9000, 10000, 11000, 12000, 13000, 14000, 15000},
	} {
		synctest.Test(t, func(t *testing.T) {
			s := &server{respond: throttled(1, 429, "Retry-After", "10")}
			l := New()
			rt := l.Wrap(s)
			flood(t, rt, "/", 1)
			s.latency = func(*http.Request) time.Duration { return latency }
			start := time.Now().Add(10 * time.Second)
			flood(t, rt, "/after", len(want))
			var got []int
			for _, d := range s.since(start, "/after") {
				got = append(got, int(d.Milliseconds()))
			}
			if !slices.Equal(got, want) {
				t.Errorf("latency %v: left at %v, want %v", latency, got, want)
			}
			quiet(t, l)
		})
	}
}

func TestAFirstRequestThatHangsDoesNotHoldTheOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &server{respond: throttled(1, 429, "Retry-After", "1")}
		l := New()
		rt := l.Wrap(s)
		flood(t, rt, "/", 1)
		s.latency = func(*http.Request) time.Duration { return time.Hour }
		start := time.Now()
		var wg sync.WaitGroup
		for range 3 {
			wg.Go(func() { flood(t, rt, "/slow", 1) })
		}
		wg.Wait()
		var got []time.Duration
		for _, at := range s.times("/slow") {
			got = append(got, at.Sub(start))
		}
		if want := []time.Duration{time.Second, 2 * time.Second, 3 * time.Second}; !slices.Equal(got, want) {
			t.Errorf("left at %v, want %v", got, want)
		}
		quiet(t, l)
	})
}

// A server that has let 32 requests in, even without responding, is no longer spared.
func TestFreeForAllAfterThirtyTwoThatHang(t *testing.T) {
	const many = 32
	synctest.Test(t, func(t *testing.T) {
		s := &server{respond: throttled(1, 429, "Retry-After", "1")}
		l := New()
		rt := l.Wrap(s)
		flood(t, rt, "/", 1)
		s.latency = func(*http.Request) time.Duration { return time.Hour }
		start := time.Now().Add(time.Second)
		var wg sync.WaitGroup
		wg.Go(func() { flood(t, rt, "/hangs", many) })
		time.Sleep(time.Until(start.Add((many - 1) * time.Second)))
		synctest.Wait()
		time.Sleep(time.Second / 2)
		wg.Go(func() { flood(t, rt, "/control", 1) })
		time.Sleep(time.Second)
		wg.Go(func() { flood(t, rt, "/free", 100) })
		wg.Wait()
		if got := s.since(start, "/hangs"); got[many-1] != (many-1)*time.Second {
			t.Errorf("%d left within %v, want one each second", len(got), got[many-1])
		}
		if got := s.since(start, "/control"); got[0] != many*time.Second {
			t.Errorf("before it is free, one left after %v, want %v", got[0], many*time.Second)
		}
		if got, want := s.since(start, "/free"), many*time.Second+time.Second/2; got[0] != want || got[99] != want {
			t.Errorf("they left between %v and %v, want all after %v", got[0], got[99], want)
		}
		quiet(t, l)
	})
}

// A server that does not respond is considered recovered even for requests that wait.
func TestFreeForAllForRequestsThatWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &server{respond: throttled(1, 429, "Retry-After", "1")}
		l := New()
		rt := l.Wrap(s)
		flood(t, rt, "/", 1)
		s.latency = func(*http.Request) time.Duration { return time.Hour }
		start := time.Now().Add(time.Second)
		flood(t, rt, "/hangs", 200)
		got := s.since(start, "/hangs")
		if want := pauses.OpenAfter * time.Second; got[pauses.OpenAfter] != want || got[199] != want {
			t.Errorf("number 33 left after %v, number 200 after %v, want both after %v", got[pauses.OpenAfter], got[199], want)
		}
	})
}

// After a pause the server is considered recovered bit by bit: with each good response one more
// request may be in progress. A response that asks for fewer calls is not good, even if it names no
// time.
func TestWhatCountsAsRecovery(t *testing.T) {
	for _, tt := range []struct{ status, leave int }{
		{200, 2},
		{404, 2},
		{403, 2}, // about that request alone
		{503, 1},
	} {
		synctest.Test(t, func(t *testing.T) {
			var n atomic.Int64
			s := &server{latency: func(*http.Request) time.Duration { return time.Second / 2 }}
			s.respond = func(req *http.Request) (*http.Response, error) {
				switch n.Add(1) {
				case 1:
					return reply(req, 429, "Retry-After", "10"), nil
				case 2:
					return reply(req, tt.status), nil
				}
				return reply(req, 200), nil
			}
			l := New()
			rt := l.Wrap(s)
			flood(t, rt, "/", 1)
			start := time.Now()
			flood(t, rt, "/", 6)
			leave := 0
			for _, at := range s.times("/")[2:] {
				if at.Sub(start) == 10*time.Second+time.Second/2 {
					leave++
				}
			}
			if leave != tt.leave {
				t.Errorf("with the first response after the pause, a %d, %d requests leave, want %d", tt.status, leave, tt.leave)
			}
			quiet(t, l)
		})
	}
}

// A request that waits for its turn after the end of a pause waits for that pause, and not for a quota
// that has room or is not there.
func TestARequestThatWaitsForItsTurnAfterAPauseWaitsForThePause(t *testing.T) {
	for name, c := range map[string]struct {
		rules []Rule
		how   layer.Wait
		rule  string
	}{
		"no rule":            {nil, layer.Pause, "pause of api.test"},
		"a rule with room":   {[]Rule{{Limit: 100}}, layer.Pause, "pause of api.test"},
		"a rule that is due": {[]Rule{{Limit: 2, Per: time.Minute, Margin: NoMargin}}, layer.Quota, "2 requests per minute"},
	} {
		synctest.Test(t, func(t *testing.T) {
			s := &server{respond: throttled(1, 429, "Retry-After", "1")}
			l, o := New(c.rules...), &observer{kinds: layer.WaitBegin | layer.WaitEnd}
			rt := o.Wrap(l.Wrap(s))
			_, _ = get(t.Context(), rt, "/")
			s.latency = func(*http.Request) time.Duration { return 100 * time.Millisecond }
			var wg sync.WaitGroup
			wg.Go(func() { _, _ = get(t.Context(), rt, "/first") })
			time.Sleep(time.Second + 50*time.Millisecond)
			wg.Go(func() { _, _ = get(t.Context(), rt, "/second") })
			wg.Wait()
			if len(o.observed) != 4 {
				t.Fatalf("%s: observed %d events, want the begin and end of two waits", name, len(o.observed))
			}
			for _, e := range o.observed[2:] {
				if e.How != c.how || e.Text != c.rule {
					t.Errorf("%s: event %v is about %v of %q, want %v of %q", name, e.Kind, e.How, e.Text, c.how, c.rule)
				}
			}
			quiet(t, l)
		})
	}
}
