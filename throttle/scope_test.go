package throttle

import (
	"errors"
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gracy-go/gracy/layer"
	"github.com/gracy-go/gracy/throttle/internal/pauses"
	"github.com/gracy-go/gracy/transport"
)

func TestScopes(t *testing.T) {
	for scope, waits := range map[transport.Scope]map[string]bool{
		transport.ScopeHost:  {"http://api.test/a/2": true, "http://api.test/b": true, "https://api.test/a/2": false, "http://other.test/a/2": false, "http://API.test/a/2": true},
		transport.ScopeRoute: {"http://api.test/a/2": true, "http://api.test/b": false, "http://other.test/a/2": false},
		transport.ScopeAll:   {"http://api.test/a/2": true, "http://api.test/b": true, "http://other.test/a/2": true},
	} {
		for url, want := range waits {
			synctest.Test(t, func(t *testing.T) {
				rt := transport.Routes("/a/{id}").Wrap(NewLimiter(Config{Pause: Pause{Scope: scope}}).Wrap(&server{respond: throttled(1, 429, "Retry-After", "5")}))
				flood(t, rt, "/a/1", 1)
				req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
				if err != nil {
					t.Fatal(err)
				}
				d := took(func() {
					if resp, err := rt.RoundTrip(req); err == nil {
						_ = resp.Body.Close()
					}
				})
				if (d == 5*time.Second) != want {
					t.Errorf("scope %s: %s waited %v", scope, url, d)
				}
			})
		}
	}
}

func TestAReplayedResponsePausesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for name, mark := range map[string]func(*layer.Call, *layer.Attempt){
			"attempt": func(_ *layer.Call, a *layer.Attempt) { a.SetReplayed(0) },
			"call":    func(c *layer.Call, _ *layer.Attempt) { c.SetOffline() },
		} {
			l := New()
			rt := l.Wrap((&testLayer{"tape", func(c *layer.Call, req *http.Request, _ http.RoundTripper) (*http.Response, error) {
				mark(c, c.Attempt())
				return reply(req, 429, "Retry-After", "5"), nil
			}}).Wrap(&server{}))
			flood(t, rt, "/", 1)
			if d := l.Paused(request(t.Context(), "/")); d != 0 {
				t.Errorf("%s: paused for %v", name, d)
			}
		}
	})
}

func TestOneOwnerOfTheWait(t *testing.T) {
	for _, tt := range []struct {
		pause  Pause
		hint   string
		status int
		taken  bool
	}{
		{Pause{}, "7", 429, true},
		{Pause{}, "7", 503, true},
		{Pause{}, "300", 429, false}, // longer than we pause: retry decides
		{Pause{DryRun: true}, "7", 429, false},
		{Pause{Max: NoPause}, "7", 429, false},
		{Pause{Fixed: time.Second}, "", 429, false}, // there is no hint to own
	} {
		synctest.Test(t, func(t *testing.T) {
			var free bool
			outer := &testLayer{"asker", func(c *layer.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
				resp, err := next.RoundTrip(req)
				free = c.Attempt().TakeHint()
				return resp, err
			}}
			header := []string{"Retry-After", tt.hint}
			if tt.hint == "" {
				header = nil
			}
			l := NewLimiter(Config{Pause: tt.pause})
			flood(t, outer.Wrap(l.Wrap(&server{respond: throttled(1, tt.status, header...)})), "/", 1)
			if free == tt.taken {
				t.Errorf("%+v, hint %q: claimed %v, want %v", tt.pause, tt.hint, !free, tt.taken)
			}
		})
	}
}

func TestDryRunReports(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := &observer{kinds: layer.Paused}
		rt := e.Wrap(NewLimiter(Config{Pause: Pause{DryRun: true}}).Wrap(&server{respond: throttled(1, 429, "Retry-After", "7")}))
		if d := took(func() { flood(t, rt, "/", 3) }); d != 0 || e.count(layer.Paused) != 1 || e.observed[0].Wait != 7*time.Second {
			t.Errorf("waited %v, %d events", d, e.count(layer.Paused))
		}
	})
}

func TestPausesAreBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := New()
		rt := l.Wrap(&server{respond: func(req *http.Request) (*http.Response, error) { return reply(req, 429, "Retry-After", "30"), nil }})
		for i := range 3 * pauses.Max {
			req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, fmt.Sprintf("http://h%d.test/", i), nil)
			if err != nil {
				t.Fatal(err)
			}
			resp, err := rt.RoundTrip(req)
			if err != nil {
				t.Fatal(err)
			}
			_ = resp.Body.Close()
		}
		if n := l.shell.core.Pauses().Len(); n > pauses.Max {
			t.Errorf("%d pauses kept", n)
		}
	})
}

func TestPauseQueue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := NewLimiter(Config{Pause: Pause{MaxQueue: 2}})
		rt := l.Wrap(&server{respond: throttled(1, 429, "Retry-After", "5")})
		flood(t, rt, "/", 1)
		var full atomic.Int64
		var wg sync.WaitGroup
		for range 5 {
			wg.Go(func() {
				if _, err := get(t.Context(), rt, "/"); errors.Is(err, ErrFull) {
					full.Add(1)
				}
			})
		}
		wg.Wait()
		if full.Load() != 3 {
			t.Errorf("%d rejected, want 3", full.Load())
		}
		quiet(t, l)
	})
}

// An inner layer sends to another host, as a fallback does. What that host asks for holds nothing
// back here, and the wait is left to retry.
func TestTheResponseOfAnotherHostPausesNothing(t *testing.T) {
	for host, want := range map[string]time.Duration{"api.test": 5 * time.Second, "other.test": 0} {
		synctest.Test(t, func(t *testing.T) {
			hop := &testLayer{"hop", func(_ *layer.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
				r := req.Clone(req.Context())
				r.URL.Host = host
				return next.RoundTrip(r)
			}}
			s := &server{respond: func(req *http.Request) (*http.Response, error) { return reply(req, 429, "Retry-After", "5"), nil }}
			l := New()
			resp, err := l.Wrap(hop.Wrap(s)).RoundTrip(request(t.Context(), "/"))
			if err != nil {
				t.Fatal(err)
			}
			_ = resp.Body.Close()
			if d := l.Paused(request(t.Context(), "/")); d != want {
				t.Errorf("%s responded: paused %v, want %v", host, d, want)
			}
			if left := layer.AttemptOf(resp).TakeHint(); left != (want == 0) {
				t.Errorf("%s responded: the wait is left to retry: %v", host, left)
			}
		})
	}
}

// A request that is not sent yet names its route in its context. One that names none is held back
// by the pauses of its host.
func TestPausedKnowsTheRouteOfARequestThatIsNotSentYet(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := NewLimiter(Config{Pause: Pause{Scope: transport.ScopeRoute}})
		rt := l.Wrap(&server{respond: throttled(1, 429, "Retry-After", "5")})
		a, b := transport.WithRoute(t.Context(), "GET /a/{id}"), transport.WithRoute(t.Context(), "/b/{id}")
		if _, err := get(a, rt, "/a/1"); err != nil {
			t.Fatal(err)
		}
		inside := testLayer{"hook", func(_ *layer.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
			if d := l.Paused(request(transport.WithRoute(req.Context(), "/a/{id}"), "/a/3")); d != 5*time.Second {
				t.Errorf("inside a call of another route the one that is asked for is paused for %v", d)
			}
			if d := l.Paused(req); d != 0 {
				t.Errorf("the request of a call of another route is paused for %v", d)
			}
			return next.RoundTrip(req)
		}}
		if _, err := get(b, inside.Wrap(l.Wrap(&server{})), "/b/1"); err != nil {
			t.Fatal(err)
		}
		for name, c := range map[string]struct {
			req  *http.Request
			want time.Duration
		}{
			"its route": {request(a, "/a/2"), 5 * time.Second},
			"another":   {request(b, "/a/2"), 0},
			"none":      {request(t.Context(), "/a/2"), 0},
		} {
			if d := l.Paused(c.req); d != c.want {
				t.Errorf("%s: paused for %v, want %v", name, d, c.want)
			}
		}
	})
}

// Under [transport.ScopeAll] a pause holds back the requests to all servers, but what one of them says
// in its own way is no reason to doubt another.
func TestOneServerIsNoReasonToDoubtAnother(t *testing.T) {
	const window, other = ".window/", ".other/" // behind http://api.test
	for _, tt := range []struct {
		name         string
		others, last []string // the responses of the two
		want         time.Duration
	}{
		{"windows of another length", []string{"200", "X-Ratelimit-Remaining", "5", "X-Ratelimit-Reset", "60"}, []string{"200", "X-Ratelimit-Remaining", "0", "X-Ratelimit-Reset", "9"}, 9 * time.Second},
		{"a Retry-After on each response", []string{"200", "Retry-After", "3"}, []string{"503", "Retry-After", "9"}, 9 * time.Second},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				first := []string{"200", "X-Ratelimit-Remaining", "1", "X-Ratelimit-Reset", "9"}
				rt := NewLimiter(Config{Pause: Pause{OnEmpty: true, Scope: transport.ScopeAll}}).Wrap(&server{
					respond: sequence(first, tt.others, first, tt.others, tt.last),
				})
				for _, url := range []string{window, other, window, other, window} {
					flood(t, rt, url, 1)
				}
				if got := took(func() { flood(t, rt, window, 1) }); got != tt.want {
					t.Errorf("waited %v, want %v", got, tt.want)
				}
			})
		})
	}
}

// Windows of several routes look like one that moves, unless each route has a pause of its own.
func TestOnEmptyWithAWindowForEachRoute(t *testing.T) {
	for scope, want := range map[transport.Scope]time.Duration{transport.ScopeHost: 0, transport.ScopeRoute: 9 * time.Second} {
		synctest.Test(t, func(t *testing.T) {
			said := func(remaining, reset string) []string {
				return []string{"200", "X-Ratelimit-Remaining", remaining, "X-Ratelimit-Reset", reset}
			}
			rt := NewLimiter(Config{Pause: Pause{OnEmpty: true, Scope: scope}}).Wrap(&server{
				respond: sequence(said("1", "9"), said("5", "60"), said("0", "9")),
			})
			for _, path := range []string{"/search", "/items", "/search"} {
				flood(t, rt, path, 1)
			}
			if got := took(func() { flood(t, rt, "/items", 1) }); got != 0 {
				t.Errorf("%v: /items waited %v", scope, got)
			}
			if got := took(func() { flood(t, rt, "/search", 1) }); got != want {
				t.Errorf("%v: /search waited %v, want %v", scope, got, want)
			}
		})
	}
}
