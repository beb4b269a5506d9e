package throttle

import (
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gracy-go/gracy/layer"
	"github.com/gracy-go/gracy/transport"
)

// sequence returns the given responses in turn, and then 200s.
func sequence(responses ...[]string) func(*http.Request) (*http.Response, error) {
	n := 0
	return func(req *http.Request) (*http.Response, error) {
		if n++; n > len(responses) {
			return reply(req, 200), nil
		}
		a := responses[n-1]
		status, _ := strconv.Atoi(a[0])
		return reply(req, status, a[1:]...), nil
	}
}

// gaps makes n calls to the path, one after another, and returns how long each waited.
func gaps(t *testing.T, rt http.RoundTripper, n int, path string) (waited []time.Duration) {
	t.Helper()
	for range n {
		waited = append(waited, took(func() { flood(t, rt, path, 1) }))
	}
	return waited
}

func TestAHintThatWasThrottledIsNotBelievedAgain(t *testing.T) {
	const s = time.Second
	again := []string{"429", "Retry-After", "1"}
	for _, tt := range []struct {
		name      string
		responses [][]string
		want      []time.Duration
	}{
		{"a constant", [][]string{again, again, again, again}, []time.Duration{0, s, 2 * s, 4 * s, 8 * s, 0}},
		{"to the longest pause", [][]string{{"429", "Retry-After", "60"}, {"429", "Retry-After", "60"}}, []time.Duration{0, 60 * s, 90 * s, 0}},
		{"a short miss", [][]string{{"429", "Retry-After", "59"}, {"429", "Retry-After-Ms", "900"}}, []time.Duration{0, 59 * s, 900 * time.Millisecond, 0}},
		{"a longer hint", [][]string{again, {"429", "Retry-After", "7"}}, []time.Duration{0, s, 7 * s, 0}},
		{"accepted in between", [][]string{again, {"200"}, again}, []time.Duration{0, s, 0, s, 0}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				if got := gaps(t, New().Wrap(&server{respond: sequence(tt.responses...)}), len(tt.want), "/"); !slices.Equal(got, tt.want) {
					t.Errorf("waited %v, want %v", got, tt.want)
				}
			})
		})
	}
}

func TestTheLedgerSaysThatAHintWasThrottled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rt := New().Wrap(&server{respond: throttled(2, 429, "Retry-After", "3")})
		for _, again := range []bool{false, true} {
			resp, err := rt.RoundTrip(request(t.Context(), "/"))
			if err != nil {
				t.Fatal(err)
			}
			_ = resp.Body.Close()
			if text := transport.CallOf(resp).String(); strings.Contains(text, "hint 3s was too short before: pausing 6s") != again || strings.Contains(text, "too short") != again {
				t.Errorf("it says that the hint was too short: want %v\n%s", again, text)
			}
		}
	})
}

// What a function of the user's makes of a hint is not made longer.
func TestAnAdjustedHintIsNotDoubled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		again := []string{"429", "Retry-After", "2"}
		rt := NewLimiter(Config{Pause: Pause{Adjust: func(d time.Duration) time.Duration { return d / 2 }}}).Wrap(&server{respond: sequence(again, again, again)})
		want := []time.Duration{0, time.Second, time.Second, time.Second, 0}
		if got := gaps(t, rt, len(want), "/"); !slices.Equal(got, want) {
			t.Errorf("waited %v, want %v", got, want)
		}
	})
}

// A hint that the pause waits out is none for retry; one of which it waits a part only, or
// nothing, is left to it.
func TestAHintIsTakenByThePauseThatWaitsForIt(t *testing.T) {
	half := func(d time.Duration) time.Duration { return d / 2 }
	for name, tt := range map[string]struct {
		pause Pause
		after string
		left  bool
		wait  time.Duration // of the pause that is reported
	}{
		"a hint":                 {Pause{}, "60", false, time.Minute},
		"the longest":            {Pause{}, "90", false, 90 * time.Second},
		"beyond the longest":     {Pause{}, "91", true, 90 * time.Second},
		"adjusted":               {Pause{Adjust: half}, "60", false, 30 * time.Second},
		"adjusted, but too long": {Pause{Adjust: half}, "100", true, 50 * time.Second},
		"a dry run":              {Pause{DryRun: true}, "60", true, time.Minute},
		"no pauses":              {Pause{Max: NoPause}, "60", true, 0},
	} {
		synctest.Test(t, func(t *testing.T) {
			e := &observer{kinds: layer.Paused}
			resp, err := e.Wrap(NewLimiter(Config{Pause: tt.pause}).Wrap(&server{respond: throttled(1, 429, "Retry-After", tt.after)})).RoundTrip(request(t.Context(), "/"))
			if err != nil {
				t.Fatal(err)
			}
			_ = resp.Body.Close()
			if left := layer.AttemptOf(resp).TakeHint(); left != tt.left {
				t.Errorf("%s: the hint is left to retry: %v, want %v", name, left, tt.left)
			}
			if n := e.count(layer.Paused); n > 1 || (n == 1) != (tt.wait > 0) || n == 1 && e.observed[0].Wait != tt.wait {
				t.Errorf("%s: observed %+v, want a pause of %s", name, e.observed, tt.wait)
			}
		})
	}
}

// A request that was sent before the pause says nothing about its length.
func TestALate429DoublesNoPause(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &server{respond: throttled(2, 429, "Retry-After", "2"), latency: func(req *http.Request) time.Duration {
			if req.URL.Path == "/slow" {
				return 2500 * time.Millisecond
			}
			return 0
		}}
		l := New()
		rt := l.Wrap(s)
		go func() { flood(t, rt, "/slow", 1) }()
		synctest.Wait()
		flood(t, rt, "/", 1)
		time.Sleep(2500 * time.Millisecond)
		synctest.Wait()
		if d := l.Paused(request(t.Context(), "/")); d != 2*time.Second {
			t.Errorf("paused for %v, want 2s", d)
		}
	})
}

func TestAConstantRetryAfterPausesItsHostOnce(t *testing.T) {
	const s = time.Second
	five := []string{"503", "Retry-After", "5"}
	for _, tt := range []struct {
		name      string
		responses [][]string
		want      []time.Duration // the waits of calls to "/" and "/else" in turn
	}{
		{"503", [][]string{five, {"200"}, five, {"200"}, {"200"}, five}, []time.Duration{0, 5 * s, 0, 0, 5 * s, 0, 0}},
		{"403", [][]string{{"403", "Retry-After", "5"}, {"200"}, five}, []time.Duration{0, 5 * s, 0, 0}},
		{"throttled again", [][]string{five, five}, []time.Duration{0, 5 * s, 10 * s, 0}},
		{"another wait", [][]string{five, {"200"}, {"503", "Retry-After", "4"}}, []time.Duration{0, 5 * s, 0, 4 * s}},
		{"with a quota", [][]string{five, {"200"}, {"403", "Retry-After", "5", "X-Ratelimit-Remaining", "0", "X-Ratelimit-Reset", "5"}}, []time.Duration{0, 5 * s, 0, 5 * s}},
		{"429", [][]string{five, {"200"}, {"429", "Retry-After", "5"}}, []time.Duration{0, 5 * s, 0, 5 * s}},
		{"on accepted responses too", [][]string{{"200", "Retry-After", "5"}, {"200"}, five}, []time.Duration{0, 0, 0, 0}},
		{"the delay of a redirect", [][]string{{"302", "Retry-After", "5"}, {"200"}, five}, []time.Duration{0, 0, 0, 5 * s}},
		{"the interval of polling", [][]string{{"202", "Retry-After", "5"}, {"200"}, five}, []time.Duration{0, 0, 0, 5 * s}},
		{"the clock of a window", [][]string{{"403", "Retry-After", "5", "X-Ratelimit-Remaining", "9", "X-Ratelimit-Reset", "5"}}, []time.Duration{0, 0}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				rt := New().Wrap(&server{respond: sequence(tt.responses...)})
				var got []time.Duration
				for i := range tt.want {
					got = append(got, gaps(t, rt, 1, [...]string{"/", "/else"}[i%2])...)
				}
				if !slices.Equal(got, tt.want) {
					t.Errorf("waited %v, want %v", got, tt.want)
				}
			})
		})
	}
}

// The second time, the route that got the response still waits.
func TestAConstantRetryAfterPausesItsRoute(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		five := []string{"503", "Retry-After", "5"}
		rt := New().Wrap(&server{respond: sequence(five, []string{"200"}, five)})
		want := []time.Duration{0, 5 * time.Second, 0, 5 * time.Second}
		if got := gaps(t, rt, 4, "/"); !slices.Equal(got, want) {
			t.Errorf("waited %v, want %v", got, want)
		}
	})
}

// backingOff is a layer that waits for a second after a response for which a pause is offered, as
// retry does.
func backingOff(times *[]int) *testLayer {
	return &testLayer{"backing off", func(c *layer.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
		resp, err := next.RoundTrip(req)
		if p := c.Attempt().Pauser(); p != nil {
			*times = append(*times, p.Throttled())
			p.Pause(time.Second)
		}
		return resp, err
	}}
}

func TestA429WithoutAHintPausesItsRouteForTheBackoff(t *testing.T) {
	const s = time.Second
	for _, tt := range []struct {
		name       string
		pause      Pause
		others, it time.Duration // the waits of another route, and of the same one after it
	}{
		{"default", Pause{}, 0, s},
		{"whole scope", Pause{WholeScope: true}, s, 0},
		{"fixed", Pause{Fixed: 3 * s}, 3 * s, 0},
		{"dry run", Pause{DryRun: true}, 0, 0},
		{"off", Pause{Max: NoPause}, 0, 0},
		{"at most Max", Pause{Max: s / 4}, 0, s / 4},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var times []int
				l := NewLimiter(Config{Pause: tt.pause})
				rt := backingOff(&times).Wrap(l.Wrap(&server{respond: throttled(1, 429)}))
				flood(t, rt, "/", 1)
				if others, it := gaps(t, rt, 1, "/else")[0], gaps(t, rt, 1, "/")[0]; others != tt.others || it != tt.it {
					t.Errorf("waited %v and %v, want %v and %v", others, it, tt.others, tt.it)
				}
				quiet(t, l)
			})
		})
	}
}

func Test429sAreCountedForAllCallsTogether(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var times []int
		bare := []string{"429"}
		rt := backingOff(&times).Wrap(New().Wrap(&server{respond: sequence(bare, bare, bare, []string{"200"}, bare)}))
		gaps(t, rt, 6, "/")
		if want := []int{1, 2, 3, 1}; !slices.Equal(times, want) {
			t.Errorf("throttled %v times in a row, want %v", times, want)
		}
	})
}

// What a body says about a limit counts like a header.
func TestTheBodySaysWhetherALimitWasReached(t *testing.T) {
	const secondary, spent = "You have exceeded a secondary rate limit", `{"error":{"code":"insufficient_quota"}}`
	for _, tt := range []struct {
		name   string
		status int
		body   string
		header []string
		want   time.Duration // the wait of another route
	}{
		{"secondary", 403, secondary, nil, time.Second},
		{"a limit of all requests", 429, "", []string{"X-RateLimit-Global", "true"}, time.Second},
		{"secondary with a hint", 403, secondary, []string{"Retry-After", "7"}, 7 * time.Second},
		{"a right", 403, "no", nil, 0},
		{"spent", 429, spent, []string{"Retry-After", "7"}, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				n := 0
				var times []int
				rt := backingOff(&times).Wrap(New().Wrap(&server{respond: func(req *http.Request) (*http.Response, error) {
					if n++; n > 1 {
						return reply(req, 200), nil
					}
					resp := reply(req, tt.status, tt.header...)
					resp.Body, resp.ContentLength = io.NopCloser(strings.NewReader(tt.body)), int64(len(tt.body))
					return resp, nil
				}}))
				flood(t, rt, "/", 1)
				if got := gaps(t, rt, 1, "/else")[0]; got != tt.want {
					t.Errorf("waited %v, want %v", got, tt.want)
				}
			})
		})
	}
}

func TestFixedCanBeForOtherStatuses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rt := NewLimiter(Config{Pause: Pause{Fixed: 2 * time.Second, FixedOn: []int{503, 420}}}).Wrap(&server{
			respond: sequence([]string{"503"}, []string{"420"}, []string{"429"}),
		})
		want := []time.Duration{0, 2 * time.Second, 2 * time.Second, 0}
		if got := gaps(t, rt, 4, "/"); !slices.Equal(got, want) {
			t.Errorf("waited %v, want %v", got, want)
		}
	})
}

func TestAnEmptyQuotaCanBeObeyed(t *testing.T) {
	const s = time.Second
	left := func(n, reset string) []string {
		return []string{"200", "X-Ratelimit-Remaining", n, "X-Ratelimit-Reset", reset}
	}
	for _, tt := range []struct {
		name      string
		pause     Pause
		responses [][]string
		want      []time.Duration
	}{
		{"default", Pause{}, [][]string{left("0", "9")}, []time.Duration{0, 0}},
		{"empty", Pause{OnEmpty: true}, [][]string{left("1", "9"), left("0", "9")}, []time.Duration{0, 0, 9 * s}},
		{"window after window", Pause{OnEmpty: true}, [][]string{left("0", "9"), left("0", "9")}, []time.Duration{0, 9 * s, 9 * s}},
		{"at most Max", Pause{OnEmpty: true, Max: 2 * s}, [][]string{left("0", "9")}, []time.Duration{0, 2 * s}},
		{"dry run", Pause{OnEmpty: true, DryRun: true}, [][]string{left("0", "9")}, []time.Duration{0, 0}},
		{"no reset", Pause{OnEmpty: true}, [][]string{{"200", "X-Ratelimit-Remaining", "0"}}, []time.Duration{0, 0}},
		{"a bucket that fills", Pause{OnEmpty: true}, [][]string{left("1", "30"), left("0", "60")}, []time.Duration{0, 0, 0}},
		{"accepted without a Retry-After", Pause{OnEmpty: true}, [][]string{{"200"}, {"503", "Retry-After", "5"}}, []time.Duration{0, 0, 5 * s}},
		{"a redirect", Pause{OnEmpty: true}, [][]string{{"302", "Ratelimit", `"a";r=0;t=9`}}, []time.Duration{0, 9 * s}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				rt := NewLimiter(Config{Pause: tt.pause}).Wrap(&server{respond: sequence(tt.responses...)})
				if got := gaps(t, rt, len(tt.want), "/"); !slices.Equal(got, tt.want) {
					t.Errorf("waited %v, want %v", got, tt.want)
				}
			})
		})
	}
}
