package throttle

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/sethvargo/go-limiter"

	"github.com/gracy-go/gracy/concurrency"
	"github.com/gracy-go/gracy/layer"
	"github.com/gracy-go/gracy/throttle/internal/storetest"
	"github.com/gracy-go/gracy/transport"
	"github.com/gracy-go/gracy/transport/verdict"
)

func TestWhatWasNotSentIsGivenBack(t *testing.T) {
	hour := Rule{Limit: 1, Per: time.Hour}
	for name, rules := range map[string][]Rule{
		"a plain rule": {hour},
		"two":          {hour, hour},
		"several":      {hour, {Limit: 1, Per: time.Hour, Mode: UntilResponse}},
	} {
		synctest.Test(t, func(t *testing.T) {
			boom := errors.New("boom")
			veto := true
			l := New(rules...)
			s := &server{}
			rt := l.Wrap((&testLayer{"veto", func(_ *layer.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
				if veto {
					return layer.Reject(req, boom)
				}
				return next.RoundTrip(req)
			}}).Wrap(s))
			for range 5 {
				if _, err := get(t.Context(), rt, "/"); !errors.Is(err, boom) {
					t.Errorf("%s: error %v", name, err)
				}
			}
			veto = false
			if d := took(func() { flood(t, rt, "/", 1) }); d != 0 {
				t.Errorf("%s: waited %v for quota that was not used", name, d)
			}
			if d := took(func() { flood(t, rt, "/", 1) }); d < time.Hour {
				t.Errorf("%s: the control did not wait: %v", name, d)
			}
			quiet(t, l)
		})
	}
}

// However many rules a request is under, its caller gets the outcome, and a pause is made of it.
func TestTheOutcomeIsThatOfTheBaseWhateverTheRules(t *testing.T) {
	rule := Rule{Limit: 9, Per: time.Hour}
	for name, rules := range map[string][]Rule{
		"none": nil, "one": {rule}, "two": {rule, rule}, "a mode": {rule, {Limit: 9, Per: time.Hour, Mode: UntilResponse}},
	} {
		synctest.Test(t, func(t *testing.T) {
			boom := errors.New("boom")
			fails := true
			l := New(rules...)
			rt := l.Wrap(&server{respond: func(req *http.Request) (*http.Response, error) {
				if fails {
					return nil, boom
				}
				return reply(req, 429, "Retry-After", "5"), nil
			}})
			if _, err := get(t.Context(), rt, "/"); !errors.Is(err, boom) {
				t.Errorf("%s: error %v", name, err)
			}
			fails = false
			if status, err := get(t.Context(), rt, "/"); status != 429 || err != nil {
				t.Errorf("%s: %d, %v", name, status, err)
			}
			if d := l.Paused(request(t.Context(), "/")); d != 5*time.Second {
				t.Errorf("%s: paused for %v, want 5s", name, d)
			}
		})
	}
}

// After a pause a response that asks for nothing more lets others go, also a failure.
func TestAFailureAfterAPauseAsksForNothingMore(t *testing.T) {
	after := func(status int) (d time.Duration) {
		synctest.Test(t, func(t *testing.T) {
			paused := false
			rt := New().Wrap(&server{latency: func(*http.Request) time.Duration { return 100 * time.Millisecond }, respond: func(req *http.Request) (*http.Response, error) {
				if !paused {
					paused = true
					return reply(req, 429, "Retry-After", "1"), nil
				}
				return reply(req, status), nil
			}})
			flood(t, rt, "/", 1)
			time.Sleep(time.Second)
			d = took(func() { flood(t, rt, "/", 7) })
		})
		return d
	}
	good := after(200)
	for status, same := range map[int]bool{404: true, 403: true, 500: true, 503: false} {
		if d := after(status); (d == good) != same || d < good {
			t.Errorf("%d: seven requests after the pause took %v, and %v with 200", status, d, good)
		}
	}
}

// What such a request is for, only the base can say.
func TestARequestWithoutAURLIsLeftToTheBase(t *testing.T) {
	req := request(t.Context(), "/")
	req.URL = nil
	rt := New(Rule{Limit: 1, URL: "/x/"}, Rule{Limit: 1, Key: func(req *http.Request) string { return req.URL.Path }}).Wrap(&http.Transport{})
	resp, err := rt.RoundTrip(req)
	if err == nil {
		_ = resp.Body.Close()
	}
	if err == nil || !strings.Contains(err.Error(), "nil Request.URL") {
		t.Errorf("%v, want the error of the base", err)
	}
}

func TestPanicBelow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := New(Rule{Limit: 1, Per: time.Minute, Mode: UntilResponse, Margin: NoMargin})
		rt := l.Wrap(&server{respond: func(*http.Request) (*http.Response, error) { panic("boom") }})
		for range 2 {
			func() {
				defer func() {
					if recover() == nil {
						t.Error("the panic was swallowed")
					}
				}()
				_, _ = get(t.Context(), rt, "/")
			}()
		}
		quiet(t, l)
	})
}

func TestUntilResponseCountsWhatGotNoResponse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &server{latency: func(*http.Request) time.Duration { return time.Minute }}
		l := New(Rule{Limit: 1, Per: 10 * time.Second, Mode: UntilResponse, Margin: NoMargin})
		rt := l.Wrap(s)
		start := time.Now()
		ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
		defer cancel()
		if _, err := get(ctx, rt, "/"); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("error %v", err)
		}
		if _, err := get(t.Context(), rt, "/"); err != nil {
			t.Error(err)
		}
		// Counted from its end: the second by which the server may be behind, and the window.
		if d := s.times("/")[1].Sub(start); d != 14*time.Second {
			t.Errorf("the next one left after %v, want 14s", d)
		}
		if d := took(func() {
			s.latency = nil
			flood(t, rt, "/", 1)
		}); d != 10*time.Second {
			t.Errorf("after a response the next one waited %v, want the window", d)
		}
		quiet(t, l)
	})
}

// Whatever panics on the way, neither a count nor a body is left behind.
func TestPanicsOfTheUsersFunctions(t *testing.T) {
	for name, tt := range map[string]struct {
		adjust func(time.Duration) time.Duration
		kind   layer.Kind
	}{
		"Adjust":                     {adjust: func(time.Duration) time.Duration { panic("boo") }},
		"an observer, the pause":     {kind: layer.Paused},
		"an observer, a wait begins": {kind: layer.WaitBegin},
		"an observer, a wait ends":   {kind: layer.WaitEnd},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				closed, n := 0, 0
				s := &server{respond: func(req *http.Request) (*http.Response, error) {
					resp := reply(req, 200)
					if n++; n == 1 {
						resp = reply(req, 429, "Retry-After", "1")
					}
					resp.Body = closing{resp.Body, &closed}
					return resp, nil
				}}
				l := NewLimiter(Config{Rules: []Rule{{Limit: 1, Mode: UntilResponse, Margin: NoMargin}}, Pause: Pause{Adjust: tt.adjust}})
				rt := (&boo{kind: tt.kind}).Wrap(l.Wrap(s))
				panics := 0
				for range 4 {
					func() {
						defer func() {
							if recover() != nil {
								panics++
							}
						}()
						ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
						defer cancel()
						if _, err := get(ctx, rt, "/"); err != nil {
							t.Error(err)
						}
					}()
				}
				if panics != 1 || closed != n {
					t.Errorf("%d panics, want 1; %d of %d bodies closed", panics, closed, n)
				}
				time.Sleep(time.Minute)
				quiet(t, l)
			})
		})
	}
}

// boo is an observer that panics once.
type boo struct {
	kind layer.Kind
	used bool
}

func (b *boo) Wrap(next http.RoundTripper) http.RoundTripper {
	return layer.Wrap("boo", b, next, nil)
}
func (b *boo) Wants() layer.Kind { return b.kind }
func (b *boo) Observe(layer.Event) {
	if !b.used {
		b.used = true
		panic("boo")
	}
}

// closing counts how often it was closed.
type closing struct {
	io.ReadCloser
	n *int
}

func (c closing) Close() error {
	*c.n++
	return c.ReadCloser.Close()
}

// An inner retry has sent once and was then kept from sending again. What was taken was used.
func TestWhatAnInnerRetryHasSentCounts(t *testing.T) {
	for name, inner := range map[string]transport.Layer{
		"":                         pass(),
		"above a layer that waits": concurrency.New(concurrency.Limit{Max: 5}),
	} {
		synctest.Test(t, func(t *testing.T) {
			s := &server{respond: func(req *http.Request) (*http.Response, error) { return reply(req, 503), nil }}
			again := &testLayer{"again", func(c *layer.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
				resp, err := next.RoundTrip(req)
				if err != nil {
					return nil, err
				}
				c.Attempt().End(resp, nil)
				_ = resp.Body.Close()
				c.NextAttempt(layer.Retry)
				return layer.Reject(req, verdict.ErrRejected) // vetoed
			}}
			l := New(Rule{Limit: 2, Per: time.Minute, Margin: NoMargin})
			rt := l.Wrap(again.Wrap(inner.Wrap(s)))
			for range 6 {
				_, _ = get(t.Context(), rt, "/")
			}
			if n := storetest.Worst(s.times("/"), time.Minute); n != 2 {
				t.Errorf("retry %s: %d sends in a minute of 2", name, n)
			}
		})
	}
}

// What was not sent is given back to everything that counts it.
func TestAVetoGivesBackToEveryMode(t *testing.T) {
	for _, mode := range []Mode{Window, UntilResponse, Paced, Bucket} {
		synctest.Test(t, func(t *testing.T) {
			store := limiter.Store(nil)
			if mode == Bucket { // that of the mode keeps the real time
				store = &storetest.FixedWindow{Limit: 100, Per: time.Minute}
			}
			l := New(Rule{Limit: 100, Per: time.Minute, Margin: NoMargin, Mode: mode, Store: store, Cost: func(*http.Request) int { return 60 }})
			veto := &testLayer{"veto", func(_ *layer.Call, req *http.Request, _ http.RoundTripper) (*http.Response, error) {
				return layer.Reject(req, verdict.ErrRejected)
			}}
			_, _ = get(t.Context(), l.Wrap(veto.Wrap(&server{})), "/")
			if d := took(func() { flood(t, l.Wrap(&server{}), "/", 1) }); d != 0 {
				t.Errorf("%s: the next one waited %v", mode, d)
			}
			quiet(t, l)
		})
	}
}
