package throttle

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gracy-go/gracy/layer"
	"github.com/gracy-go/gracy/transport"
)

// throttled responds to the first n requests with a status and a hint, then with 200.
func throttled(n int64, status int, header ...string) func(*http.Request) (*http.Response, error) {
	var count atomic.Int64
	return func(req *http.Request) (*http.Response, error) {
		if count.Add(1) <= n {
			return reply(req, status, header...), nil
		}
		return reply(req, 200), nil
	}
}

func TestWhatPauses(t *testing.T) {
	accept := transport.Expect{Status: []int{429}}
	for _, tt := range []struct {
		name   string
		pause  Pause
		status int
		header []string
		expect *transport.Expect
		want   time.Duration
	}{
		{"429", Pause{}, 429, []string{"Retry-After", "7"}, nil, 7 * time.Second},
		{"503 with a hint", Pause{}, 503, []string{"Retry-After", "7"}, nil, 7 * time.Second},
		{"503 without", Pause{Fixed: time.Second}, 503, nil, nil, 0},
		{"429 without", Pause{}, 429, nil, nil, 0},
		{"429 without, fixed", Pause{Fixed: 3 * time.Second}, 429, nil, nil, 3 * time.Second},
		{"a hint beats fixed", Pause{Fixed: 3 * time.Second}, 429, []string{"Retry-After", "7"}, nil, 7 * time.Second},
		{"milliseconds", Pause{}, 429, []string{"Retry-After-Ms", "250"}, nil, 250 * time.Millisecond},
		{"an exhausted quota", Pause{}, 429, []string{"Ratelimit", `"d";r=0;t=9`}, nil, 9 * time.Second},
		{"above the cap", Pause{}, 429, []string{"Retry-After", "3600"}, nil, 90 * time.Second},
		{"a cap of one's own", Pause{Max: 2 * time.Hour}, 429, []string{"Retry-After", "3600"}, nil, time.Hour},
		{"adjusted", Pause{Adjust: func(d time.Duration) time.Duration { return d / 2 }}, 429, []string{"Retry-After", "7"}, nil, 3500 * time.Millisecond},
		{"adjusted away", Pause{Adjust: func(time.Duration) time.Duration { return -1 }}, 429, []string{"Retry-After", "7"}, nil, 0},
		{"dry run", Pause{DryRun: true}, 429, []string{"Retry-After", "7"}, nil, 0},
		{"off", Pause{Max: NoPause}, 429, []string{"Retry-After", "7"}, nil, 0},
		{"403 with a hint", Pause{}, 403, []string{"Retry-After", "7"}, nil, 7 * time.Second},
		{"403 of a used up quota, as of GitHub", Pause{}, 403, []string{"X-Ratelimit-Remaining", "0", "X-Ratelimit-Reset", "30"}, nil, 30 * time.Second},
		{"403 with quota left", Pause{}, 403, []string{"X-Ratelimit-Remaining", "9", "X-Ratelimit-Reset", "30"}, nil, 0},
		{"403 without, fixed", Pause{Fixed: time.Second}, 403, nil, nil, 0},
		{"accepted", Pause{}, 429, []string{"Retry-After", "7"}, &accept, 0},
		{"another status", Pause{Fixed: time.Second}, 500, []string{"Retry-After", "7"}, nil, 0},
		{"zero", Pause{}, 429, []string{"Retry-After", "0"}, nil, 0},
		{"nonsense", Pause{}, 429, []string{"Retry-After", "-5"}, nil, 0},
		{"a date past", Pause{}, 429, []string{"Retry-After", "Sat, 01 Jan 1994 00:00:00 GMT"}, nil, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := &server{respond: throttled(1, tt.status, tt.header...)}
				l := NewLimiter(Config{Pause: tt.pause})
				rt := l.Wrap(s)
				ctx := t.Context()
				if tt.expect != nil {
					ctx = transport.WithExpect(ctx, *tt.expect)
				}
				if code, err := get(ctx, rt, "/"); code != tt.status || err != nil {
					t.Errorf("the response is held back: %d, %v", code, err)
				}
				if d := l.Paused(request(ctx, "/else")); d != tt.want {
					t.Errorf("Paused is %v", d)
				}
				if d := took(func() { flood(t, rt, "/", 1) }); d != tt.want {
					t.Errorf("the next request waited %v, want %v", d, tt.want)
				}
				quiet(t, l)
			})
		})
	}
}

func TestTwentyResponsesMakeOnePause(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &server{respond: throttled(20, 429, "Retry-After", "10")}
		s.latency = func(*http.Request) time.Duration { return time.Second }
		e := &observer{kinds: layer.Paused | layer.WaitBegin | layer.WaitEnd}
		l := New()
		rt := e.Wrap(l.Wrap(s))
		start := time.Now()
		flood(t, rt, "/", 20)
		if n := e.count(layer.Paused); n != 1 {
			t.Errorf("%d pauses", n)
		}
		ev := e.observed[0]
		if ev.Wait != 10*time.Second || ev.Text != "api.test" || ev.Response == nil || ev.Attempt == nil {
			t.Errorf("event %+v", ev)
		}
		flood(t, rt, "/", 20)
		// One. With its response and the second, two more. With three responses and a second, four
		// more.
		var want []time.Duration
		for i, n := range []int{1, 3, 7, 9} {
			want = append(want, slices.Repeat([]time.Duration{11*time.Second + time.Duration(i)*time.Second}, n)...)
		}
		var after []time.Duration
		for _, at := range s.times("/")[20:] {
			after = append(after, at.Sub(start))
		}
		if !slices.Equal(after, want) {
			t.Errorf("after the pause they left at %v, want %v", after, want)
		}
		if e.count(layer.WaitBegin) != 20 || e.count(layer.WaitEnd) != 20 {
			t.Errorf("%d begins, %d ends", e.count(layer.WaitBegin), e.count(layer.WaitEnd))
		}
		for _, ev := range e.observed[1:] {
			if ev.How != layer.Pause || ev.Text != "pause of api.test" {
				t.Errorf("event %+v", ev)
			}
		}
		quiet(t, l)
		if d := took(func() { flood(t, rt, "/", 50) }); d != time.Second {
			t.Errorf("50 requests after it was over took %v, want the latency of 1s", d)
		}
	})
}

// The responses to the requests in progress come one after the other, and each names another end.
func TestManyResponsesOfAMomentMakeOnePause(t *testing.T) {
	for _, tt := range []struct {
		last   string // hint, in milliseconds
		events int
		paused time.Duration // after the last response
	}{
		{"9000", 1, 10035 * time.Millisecond}, // of the last but two, 15 ms ago
		{"10050", 1, 10050 * time.Millisecond},
		{"12000", 2, 12 * time.Second}, // the control: that is news
	} {
		synctest.Test(t, func(t *testing.T) {
			const n = 20
			var i, j atomic.Int64
			s := &server{}
			s.latency = func(*http.Request) time.Duration { return time.Second + time.Duration(i.Add(1))*5*time.Millisecond }
			s.respond = func(req *http.Request) (*http.Response, error) {
				k := j.Add(1)
				if k == n {
					return reply(req, 429, "Retry-After-Ms", tt.last), nil
				}
				return reply(req, 429, "Retry-After-Ms", []string{"9000", "10000", "10050"}[k%3]), nil
			}
			e := &observer{kinds: layer.Paused}
			l := New()
			rt := e.Wrap(l.Wrap(s))
			flood(t, rt, "/", n)
			if n := e.count(layer.Paused); n != tt.events || e.observed[0].Wait != 10*time.Second {
				t.Errorf("%s: %d events, the first of %v, want %d", tt.last, n, e.observed[0].Wait, tt.events)
			}
			if d := l.Paused(request(t.Context(), "/")); d != tt.paused {
				t.Errorf("%s: paused for %v, want the longest, %v", tt.last, d, tt.paused)
			}
		})
	}
}

func TestALongerPauseProlongsAShorterNeverCuts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		hints := []string{"10", "3", "20"}
		var i atomic.Int64
		s := &server{respond: func(req *http.Request) (*http.Response, error) {
			if strings.HasPrefix(req.URL.Path, "/old") {
				return reply(req, 429, "Retry-After", hints[i.Add(1)-1]), nil
			}
			return reply(req, 200), nil
		}}
		s.latency = func(req *http.Request) time.Duration {
			switch req.URL.Path {
			case "/old1":
				return time.Second
			case "/old2":
				return 2 * time.Second
			case "/old3": // when the second pause would be over, had it cut the first
				return 6 * time.Second
			}
			return 0
		}
		l := New()
		rt := l.Wrap(s)
		start := time.Now()
		var wg sync.WaitGroup
		for _, p := range []string{"/old1", "/old2", "/old3"} {
			wg.Go(func() { _, _ = get(t.Context(), rt, p) })
		}
		paused := func(after, want time.Duration) {
			time.Sleep(after - time.Since(start))
			if d := l.Paused(request(t.Context(), "/")); d != want {
				t.Errorf("after %v: paused for %v, want %v", after, d, want)
			}
		}
		paused(1500*time.Millisecond, 9500*time.Millisecond)
		wg.Go(func() {
			ctx, cancel := context.WithTimeout(t.Context(), 15*time.Second) // the first pause is over by then
			defer cancel()
			begin := time.Now()
			_, err := get(ctx, rt, "/deadline")
			if !errors.Is(err, ErrDeadline) || time.Since(begin) != 4500*time.Millisecond {
				t.Errorf("one that would be too late now: %v after %v, want a rejection at the moment of the third response", err, time.Since(begin))
			}
		})
		wg.Go(func() {
			if _, err := get(t.Context(), rt, "/new"); err != nil || time.Since(start) != 26*time.Second {
				t.Errorf("went after %v: %v", time.Since(start), err)
			}
		})
		paused(2500*time.Millisecond, 8500*time.Millisecond)
		paused(5500*time.Millisecond, 5500*time.Millisecond)
		paused(6500*time.Millisecond, 19500*time.Millisecond)
		wg.Wait()
		quiet(t, l)
	})
}

func TestAPauseDuringAQuotaWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &server{respond: func(req *http.Request) (*http.Response, error) {
			if req.URL.Path == "/old" {
				return reply(req, 429, "Retry-After", "20"), nil
			}
			return reply(req, 200), nil
		}}
		s.latency = func(req *http.Request) time.Duration {
			if req.URL.Path == "/old" {
				return 5 * time.Second
			}
			return 0
		}
		l := New(Rule{Limit: 1, Per: 10 * time.Second, Margin: NoMargin})
		rt := l.Wrap(s)
		start := time.Now()
		var wg sync.WaitGroup
		wg.Go(func() { _, _ = get(t.Context(), rt, "/old") })
		synctest.Wait()
		for i := range 3 {
			wg.Go(func() {
				want := 25*time.Second + time.Duration(i)*10*time.Second
				if _, err := get(t.Context(), rt, "/new"); err != nil || time.Since(start) != want {
					t.Errorf("request %d after %v, want %v: %v", i, time.Since(start), want, err)
				}
			})
			synctest.Wait()
		}
		wg.Wait()
		quiet(t, l)
	})
}
