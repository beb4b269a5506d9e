package gracy_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gracy-go/gracy"
	"github.com/gracy-go/gracy/auth"
	"github.com/gracy-go/gracy/concurrency"
	"github.com/gracy-go/gracy/hook"
	"github.com/gracy-go/gracy/internal/rttest"
	"github.com/gracy-go/gracy/retry"
	"github.com/gracy-go/gracy/throttle"
	"github.com/gracy-go/gracy/timeout"
	"github.com/gracy-go/gracy/transport"
)

// A POST whose attempt ends while it waits for a token has not been sent, so it is sent again like any other request.
// One that something inside retry had sent before, and lost, is not.
func TestAPostThatWaitedForATokenIsSentAgain(t *testing.T) {
	again := transport.Func(func(next http.RoundTripper) http.RoundTripper {
		return rttest.Func(func(req *http.Request) (*http.Response, error) {
			if resp, err := next.RoundTrip(req); err == nil {
				return resp, nil
			}
			return next.RoundTrip(req)
		})
	})
	for name, c := range map[string]struct {
		layers  []transport.Layer // between retry and auth
		first   bool              // whether there is a token for the first request
		arrived int
		fails   bool
	}{
		"nothing was sent":         {nil, false, 1, false},
		"a foreign layer had sent": {[]transport.Layer{again}, true, 1, true},
	} {
		synctest.Test(t, func(t *testing.T) {
			fetches, arrived := 0, 0
			source := auth.SourceFunc(func(context.Context) (auth.Token, error) {
				if fetches++; fetches == 1 && c.first {
					return auth.Token{Value: "short", Expiry: time.Now().Add(time.Second)}, nil
				}
				time.Sleep(1500 * time.Millisecond)
				return auth.Token{Value: "token"}, nil
			})
			base := rttest.Func(func(req *http.Request) (*http.Response, error) {
				arrived++
				if c.fails {
					time.Sleep(1100 * time.Millisecond) // the token expires
					return nil, errors.New("connection lost")
				}
				return rttest.Response(req, 200, ""), nil
			})
			layers := []transport.Layer{retry.New(retry.Policy{MarkAmbiguous: true}), timeout.PerAttempt(1200 * time.Millisecond)}
			layers = append(append(layers, c.layers...), auth.Bearer(source, "http://api.test"))
			req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://api.test/orders", strings.NewReader("order"))
			if err != nil {
				t.Fatal(err)
			}
			resp, err := gracy.Around(base, layers...).RoundTrip(req)
			if err == nil {
				_ = resp.Body.Close()
			}
			if arrived != c.arrived || (err != nil) != c.fails || c.fails && !errors.Is(err, retry.ErrAmbiguous) {
				t.Errorf("%s: %d arrived, want %d: %v", name, arrived, c.arrived, err)
			}
			time.Sleep(time.Minute) // the fetch ends
		})
	}
}

// If none of its attempts got a token, its error does not say that it may have done its work.
func TestAPostThatNeverGotATokenIsNotAmbiguous(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		never := auth.SourceFunc(func(ctx context.Context) (auth.Token, error) {
			<-ctx.Done()
			return auth.Token{}, ctx.Err()
		})
		rt := gracy.Around(rttest.Func(func(req *http.Request) (*http.Response, error) {
			t.Error("a request was sent")
			return rttest.Response(req, 200, ""), nil
		}), retry.New(retry.Policy{MarkAmbiguous: true}), timeout.PerAttempt(time.Second), auth.Bearer(never, "http://api.test"))
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://api.test/orders", strings.NewReader("order"))
		if err != nil {
			t.Fatal(err)
		}
		_, err = rt.RoundTrip(req)
		if e, ok := errors.AsType[*retry.Error](err); !ok || e.Attempts != 3 || errors.Is(err, retry.ErrAmbiguous) {
			t.Errorf("%v, want the error of three attempts that were not sent", err)
		}
		time.Sleep(time.Minute) // the fetch ends
	})
}

// A POST that ends in a queue has not been sent either: under a limit of the call its error does not say that it may have
// done its work, and after one of the attempt it is sent again.
func TestAPostThatEndsInAQueueWasNotSent(t *testing.T) {
	total, attempt := timeout.Config{Total: time.Second}, time.Second
	slot, quota := concurrency.Limit{Max: 1}, throttle.Rule{Limit: 1, Per: time.Minute, MaxWait: time.Hour}
	policy := retry.Policy{MarkAmbiguous: true, Attempts: 100, Delay: time.Second}
	for name, c := range map[string]struct {
		layers  func() []transport.Layer
		arrives bool
	}{
		"slot, call": {func() []transport.Layer {
			return []transport.Layer{timeout.New(total), retry.New(policy), concurrency.New(slot)}
		}, false},
		"quota, cancel": {func() []transport.Layer { return []transport.Layer{retry.New(policy), throttle.New(quota)} }, false},
		"slot, attempt": {func() []transport.Layer {
			return []transport.Layer{retry.New(policy), timeout.PerAttempt(attempt), concurrency.New(slot)}
		}, true},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				arrived := 0
				rt := gracy.Around(rttest.Func(func(req *http.Request) (*http.Response, error) {
					arrived++
					return rttest.Response(req, 200, "text"), nil
				}), c.layers()...)
				first := rttest.Get(t.Context(), t, rt)
				time.AfterFunc(time.Minute, func() { _ = first.Body.Close() })
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				if !c.arrives {
					time.AfterFunc(30*time.Second, cancel)
				}
				req, err := http.NewRequestWithContext(ctx, http.MethodPost, rttest.URL, strings.NewReader("order"))
				if err != nil {
					t.Fatal(err)
				}
				resp, err := rt.RoundTrip(req)
				if err == nil {
					_ = resp.Body.Close()
				}
				if want := map[bool]int{false: 1, true: 2}[c.arrives]; arrived != want || (err == nil) != c.arrives || errors.Is(err, retry.ErrAmbiguous) {
					t.Errorf("%d arrived, want %d: %v", arrived, want, err)
				}
				time.Sleep(time.Hour)
			})
		})
	}
}

// If a foreign layer had sent the POST, and it was lost, that the next one ended in a queue does not help: it may have done
// its work.
func TestAPostThatEndsInAQueueAfterAnotherWasLost(t *testing.T) {
	for _, mark := range []bool{true, false} {
		synctest.Test(t, func(t *testing.T) {
			again := transport.Func(func(next http.RoundTripper) http.RoundTripper {
				return rttest.Func(func(req *http.Request) (*http.Response, error) {
					if resp, err := next.RoundTrip(req); err == nil {
						return resp, nil
					}
					req.Body, _ = req.GetBody()
					return next.RoundTrip(req)
				})
			})
			posts := 0
			rt := gracy.Around(rttest.Func(func(req *http.Request) (*http.Response, error) {
				if req.Method == http.MethodPost {
					posts++
					time.Sleep(100 * time.Millisecond)
					return nil, errors.New("connection lost")
				}
				return rttest.Response(req, 200, "text"), nil
			}), retry.New(retry.Policy{MarkAmbiguous: mark}), timeout.PerAttempt(time.Second), again, concurrency.New(concurrency.Limit{Max: 1}))
			time.AfterFunc(50*time.Millisecond, func() { // it waits, and has the slot from then on
				resp := rttest.Get(t.Context(), t, rt)
				time.AfterFunc(time.Minute, func() { _ = resp.Body.Close() })
			})
			req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, rttest.URL, strings.NewReader("order"))
			if err != nil {
				t.Fatal(err)
			}
			resp, err := rt.RoundTrip(req)
			if err == nil {
				_ = resp.Body.Close()
			}
			if posts != 1 || err == nil || errors.Is(err, retry.ErrAmbiguous) != mark {
				t.Errorf("%d sent, want one: %v", posts, err)
			}
			time.Sleep(time.Hour)
		})
	}
}

// Nor has a POST been sent that ends while it waits to reacquire its slot, which another request has taken while it waited
// for a token, or for a call of a hook.
func TestAPostThatDoesNotReacquireItsSlotIsSentAgain(t *testing.T) {
	for name, layer := range map[string]func(get func(context.Context)) transport.Layer{
		"auth": func(func(context.Context)) transport.Layer {
			return auth.Bearer(auth.SourceFunc(func(context.Context) (auth.Token, error) {
				time.Sleep(200 * time.Millisecond)
				return auth.Token{Value: "token"}, nil
			}), "http://api.test")
		},
		"hook": func(get func(context.Context)) transport.Layer {
			calls := 0
			return hook.New(hook.Hooks{Before: func(ctx context.Context, _ *http.Request) error {
				if calls++; calls == 1 {
					get(ctx)
				}
				return nil
			}})
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				posts := 0
				base := rttest.Func(func(req *http.Request) (*http.Response, error) {
					if req.Method == http.MethodPost {
						posts++
					} else {
						time.Sleep(100 * time.Millisecond)
					}
					return rttest.Response(req, 200, "text"), nil
				})
				slots := concurrency.New(concurrency.Limit{Max: 1})
				var rt http.RoundTripper
				get := func(ctx context.Context) { _ = rttest.Get(ctx, t, rt).Body.Close() }
				rt = gracy.Around(base, retry.New(retry.Policy{MarkAmbiguous: true, Attempts: 100, Delay: time.Second}),
					timeout.PerAttempt(time.Second), slots, layer(get))
				time.AfterFunc(50*time.Millisecond, func() { // it waits, and has the slot from then on
					resp := rttest.Get(t.Context(), t, slots.Wrap(base))
					time.AfterFunc(time.Minute, func() { _ = resp.Body.Close() })
				})
				req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, rttest.URL, strings.NewReader("order"))
				if err != nil {
					t.Fatal(err)
				}
				resp, err := rt.RoundTrip(req)
				if err == nil {
					_ = resp.Body.Close()
				}
				if posts != 1 || err != nil {
					t.Errorf("%s: %d sent, want one: %v", name, posts, err)
				}
				time.Sleep(time.Hour)
			})
		})
	}
}
