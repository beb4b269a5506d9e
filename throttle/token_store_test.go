package throttle

import (
	"context"
	"errors"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/sethvargo/go-limiter"

	"github.com/gracy-go/gracy/concurrency"
	"github.com/gracy-go/gracy/throttle/internal/pauses"
	"github.com/gracy-go/gracy/throttle/internal/storetest"
)

// One asker per class would be easy. Here the heads of two classes need the same store, and it has
// tokens for both.
func TestNeverTwoInsideTheStore(t *testing.T) {
	const n = 40
	for name, tt := range map[string]struct {
		mode  Mode
		queue bool
		most  int64
	}{
		"the store alone":               {Bucket, true, 1},
		"beside the window":             {Window, true, 1},
		"each for himself, the control": {Bucket, false, n},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c := &counted{Store: &storetest.FixedWindow{Limit: 100, Per: time.Second}, slow: 10 * time.Millisecond}
				l := New(
					Rule{Limit: 100, Mode: tt.mode, Store: c, Margin: NoMargin},
					Rule{Limit: 100, URL: "/both", Margin: NoMargin},
				)
				rt := l.Wrap(&server{})
				storetest.Line(n, func(i int) {
					if !tt.queue {
						storetest.SleepUntilReset(t.Context(), c)
					} else if _, err := get(t.Context(), rt, []string{"/one", "/both"}[i%2]); err != nil {
						t.Error(err)
					}
				})
				if c.most.Load() != tt.most || c.takes.Load() != n {
					t.Errorf("%d inside at once, want %d; %d takes", c.most.Load(), tt.most, c.takes.Load())
				}
				quiet(t, l)
			})
		})
	}
}

// A request that is rejected while it is inside Take is still inside: the next head must not ask at
// the same time.
func TestNeverTwoInsideAfterOneIsRejected(t *testing.T) {
	for name, send := range map[string]func(l *Limiter){
		"a pause past its deadline": func(l *Limiter) {
			l.shell.arm(pauses.Key{Scheme: "http", Host: "api.test"}, pauses.Order{For: time.Minute})
		},
		"a lowered limit": func(l *Limiter) {
			rules := l.Rules()
			rules[1].Limit = 1
			if err := l.SetRules(rules...); err != nil {
				panic(err)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c := &counted{Store: &storetest.FixedWindow{Limit: 100, Per: time.Second}, slow: time.Second}
				l := New(
					Rule{Limit: 100, Per: time.Minute, Mode: Bucket, Store: c},
					Rule{Limit: 2, URL: "heavy", Cost: func(*http.Request) int { return 2 }},
				)
				rt := l.Wrap(&server{})
				ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
				defer cancel()
				storetest.Line(3, func(i int) {
					switch i {
					case 0:
						if _, err := get(ctx, rt, "/heavy"); !errors.Is(err, ErrDeadline) && !errors.Is(err, ErrCost) {
							t.Error(err)
						}
					case 1:
						req := request(t.Context(), "/")
						req.URL.Host = "other.test"
						if _, err := rt.RoundTrip(req); err != nil {
							t.Error(err)
						}
					case 2:
						time.Sleep(time.Second / 2)
						send(l)
					}
				})
				if n := c.most.Load(); n != 1 {
					t.Errorf("%d inside at once", n)
				}
				quiet(t, l)
			})
		})
	}
}

// farReset names a reset in ten years for each token.
type farReset struct{ limiter.Store }

func (f farReset) Take(ctx context.Context, key string) (tokens, remaining, reset uint64, ok bool, err error) {
	tokens, remaining, reset, ok, err = f.Store.Take(ctx, key)
	if ok {
		reset += uint64(10 * 365 * 24 * time.Hour)
	}
	return tokens, remaining, reset, ok, err
}

// One request is granted at 10 s, must wait for its slot until 10.9 s, and gives up at 10.5 s. What
// it was granted belongs to the next.
func TestWhatAGrantedOneLeavesBehind(t *testing.T) {
	const per = 10 * time.Second
	const left, free, later = 10500 * time.Millisecond, 10900 * time.Millisecond, 11 * time.Second
	window := func() limiter.Store { return &storetest.FixedWindow{Limit: 1, Per: per} }
	far := func() limiter.Store { return farReset{window()} }
	none := func() limiter.Store { return nil }
	bucket := Rule{Limit: 1, Per: per, Mode: Bucket, URL: "/quota"}
	paced := Rule{Limit: 2, Per: 2 * per, Mode: Paced, Burst: 1, URL: "/quota", Margin: NoMargin} // one every 10 s
	for name, tt := range map[string]struct {
		rule   Rule
		store  func() limiter.Store
		leaves bool
		comes  time.Duration // the next one
		sent   time.Duration
		takes  int64 // in all: one went, one was rejected and got it at 10 s
	}{
		// It asks once at 10 s, in vain: the token is still another's.
		"a token, for one that waits":                  {bucket, window, true, 0, free, 3 + 1},
		"a token, for one that waits, the control":     {bucket, window, false, 0, 2 * per, 3 + 2},
		"a token, for one that comes":                  {bucket, window, true, later, later, 3},
		"a token, for one that comes, the control":     {bucket, window, false, later, 2 * per, 3 + 2},
		"a token, until its window ends":               {bucket, window, true, 2 * per, 2 * per, 3 + 1},
		"a token, for a Per, whatever was said":        {bucket, far, true, 2 * per, 2 * per, 3 + 1},
		"the spacing, for one that waits":              {paced, none, true, 0, free, 0},
		"the spacing, for one that waits, the control": {paced, none, false, 0, 2 * per, 0},
		"the spacing, for one that comes":              {paced, none, true, later, later, 0},
		"the spacing, for one that comes, the control": {paced, none, false, later, 2 * per, 0},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c := &counted{Store: tt.store()}
				if c.Store != nil {
					tt.rule.Store = c
				}
				s := &server{latency: func(req *http.Request) time.Duration {
					if req.URL.Path == "/long" {
						return free
					}
					return 0
				}}
				l := New(tt.rule)
				rt := concurrency.New(concurrency.Limit{Max: 1}).Wrap(l.Wrap(s))
				start := time.Now()
				flood(t, rt, "/quota", 1)
				ctx, cancel := context.WithTimeout(t.Context(), time.Minute) // so that a forgotten request does not hang
				defer cancel()
				if tt.leaves {
					time.AfterFunc(left, cancel)
				}
				storetest.Line(3, func(i int) {
					switch i {
					case 0:
						if _, err := get(ctx, rt, "/quota"); errors.Is(err, context.Canceled) != tt.leaves {
							t.Errorf("the one that was granted: %v", err)
						}
					case 1:
						time.Sleep(tt.comes)
						ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
						defer cancel()
						if _, err := get(ctx, rt, "/quota"); err != nil || time.Since(start) != tt.sent {
							t.Errorf("the next one went after %v, want %v: %v", time.Since(start), tt.sent, err)
						}
					case 2:
						_, _ = get(t.Context(), rt, "/long") // has the slot from now on
					}
				})
				if n := c.takes.Load(); n != tt.takes {
					t.Errorf("%d takes, want %d", n, tt.takes)
				}
				quiet(t, l)
			})
		})
	}
}
