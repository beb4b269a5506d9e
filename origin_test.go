package gracy_test

import (
	"context"
	"net/http"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gracy-go/gracy/auth"
	"github.com/gracy-go/gracy/concurrency"
	"github.com/gracy-go/gracy/internal/long"
	"github.com/gracy-go/gracy/page"
	"github.com/gracy-go/gracy/parse"
	"github.com/gracy-go/gracy/replay"
	"github.com/gracy-go/gracy/retry"
	"github.com/gracy-go/gracy/throttle"
	"github.com/gracy-go/gracy/transport"
)

// rooms are all that compare hosts or origins. Each takes two URLs without a path, and
// reports whether they are one to it.
func rooms() map[string]func(t *testing.T, a, b string) bool {
	return map[string]func(t *testing.T, a, b string) bool{
		"concurrency": func(t *testing.T, a, b string) bool {
			t.Helper()
			return slotsAreShared(t, concurrency.Limit{Max: 1}, a, b)
		},
		"concurrency, routes": func(t *testing.T, a, b string) bool {
			t.Helper()
			return slotsAreShared(t, concurrency.Limit{Max: 1, Scope: transport.ScopeRoute}, a, b)
		},
		"throttle": func(t *testing.T, a, b string) bool {
			t.Helper()
			limiter := throttle.New()
			h := http.Header{"Retry-After": {"2"}}
			send(t, limiter.Wrap(respond(429, h)), a)
			return limiter.Paused(request(t, b)) > 0
		},
		"retry": func(t *testing.T, a, b string) bool {
			t.Helper()
			budget := retry.NewBudget(retry.BudgetConfig{Reserve: 1, Ratio: 1e-9})
			rt := retry.New(retry.Policy{Budget: budget, Delay: time.Nanosecond, Repeats: retry.IgnoreRepeats}).Wrap(respond(503, nil))
			send(t, rt, a) // has the only retry of its host
			resp := send(t, rt, b)
			return transport.CallOf(resp).Count() == 1
		},
		"retry, repeats": func(t *testing.T, a, b string) bool {
			t.Helper()
			rt := retry.New(retry.Policy{Budget: retry.NoBudget(), Delay: time.Nanosecond}).Wrap(respond(503, nil))
			send(t, rt, a)
			return transport.CallOf(send(t, rt, b)).Count() == 1
		},
		"replay": func(t *testing.T, a, b string) bool {
			t.Helper()
			tape, err := replay.Open(filepath.Join(t.TempDir(), "tape.json"), replay.Options{Reuse: true})
			if err != nil {
				t.Fatal(err)
			}
			defer tape.Close()
			send(t, tape.Wrap(respond(200, nil)), a)
			synctest.Wait()
			if err := tape.Flush(t.Context()); err != nil {
				t.Fatal(err)
			}
			return transport.CallOf(send(t, tape.Wrap(respond(200, nil)), b)).Attempt().Replayed()
		},
		"auth": func(t *testing.T, a, b string) bool {
			t.Helper()
			sent := false
			rt := auth.Header("X-Key", "k", a).Wrap(roundTripper(func(req *http.Request) (*http.Response, error) {
				sent = req.Header.Get("X-Key") != ""
				return respond(200, nil).RoundTrip(req)
			}))
			send(t, rt, b)
			return sent
		},
		"page": func(t *testing.T, a, b string) bool {
			t.Helper()
			n := 0
			p := page.Next(a+"/1", func(context.Context, string) (page.Slice[int], error) {
				n++
				return page.Slice[int]{Next: b + "/2", Last: n > 1}, nil
			})
			_, err := p.Collect(t.Context(), 0)
			return err == nil
		},
		"parse": func(t *testing.T, a, b string) bool {
			t.Helper()
			kept := false
			client := &http.Client{Transport: roundTripper(func(req *http.Request) (*http.Response, error) {
				if req.URL.Path == "/a" {
					return respond(307, http.Header{"Location": {b + "/b"}}).RoundTrip(req)
				}
				kept = req.Header.Get("X-Key") != ""
				return respond(200, nil).RoundTrip(req)
			})}
			if _, err := parse.Get[parse.None](t.Context(), client, a+"/a", parse.Header("X-Key", "k")); err != nil {
				t.Fatal(err)
			}
			return kept
		},
	}
}

func TestEveryRoomHasOneNotionOfAnOrigin(t *testing.T) {
	for _, tt := range []struct {
		a, b string
		one  bool
	}{
		{"http://a.test", "http://a.test:80", true},
		{"http://a.test:80", "http://a.test", true},
		{"https://a.test:443", "https://a.test", true},
		{"https://a.test", "https://A.TEST", true},
		{"http://a.test", "HTTP://A.test:80", true},
		{"https://a.test:8443", "https://A.test:8443", true},
		{"http://[::1]", "http://[::1]:80", true},
		// The controls.
		{"http://a.test", "http://a.test:8080", false},
		{"http://a.test", "http://a.test.", false},
		{"http://a.test", "http://b.test", false},
		{"https://a.test", "https://a.test:80", false},
		{"http://a.test", "https://a.test:80", false},
		{"http://kelvin.test", "http://\u212aelvin.test", false},
	} {
		for name, one := range rooms() {
			t.Run(name+": "+tt.a+" and "+tt.b, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					if got := one(t, tt.a, tt.b); got != tt.one {
						t.Errorf("one: %t, want %t", got, tt.one)
					}
				})
			})
		}
	}
}

// A server has its slots and its budget whichever scheme is spoken to it.
func TestAHostOfAnotherSchemeIsAnotherOrigin(t *testing.T) {
	for name, one := range rooms() {
		host := map[string]bool{"concurrency": true, "concurrency, routes": true, "retry": true}[name]
		synctest.Test(t, func(t *testing.T) {
			if got := one(t, "http://a.test", "https://a.test"); got != host {
				t.Errorf("%s: one: %t, want %t", name, got, host)
			}
		})
	}
}

// slotsAreShared reports whether a request to b waits for one to a.
func slotsAreShared(t *testing.T, l concurrency.Limit, a, b string) bool {
	t.Helper()
	var now, peak atomic.Int64
	rt := concurrency.New(l).Wrap(roundTripper(func(req *http.Request) (*http.Response, error) {
		peak.Store(max(peak.Load(), now.Add(1)))
		time.Sleep(time.Second)
		now.Add(-1)
		return respond(200, nil).RoundTrip(req)
	}))
	var wg sync.WaitGroup
	for _, u := range []string{a, b} {
		wg.Go(func() { send(t, rt, u) })
		synctest.Wait() // for the shortcut of the host that was asked for last
	}
	wg.Wait()
	return peak.Load() == 1
}

func respond(status int, h http.Header) roundTripper {
	return func(req *http.Request) (*http.Response, error) {
		return &http.Response{StatusCode: status, Header: h.Clone(), Body: http.NoBody, Request: req}, nil
	}
}

func request(t *testing.T, u string) *http.Request {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, u+"/things", nil)
	if err != nil {
		t.Fatal(err)
	}
	return req
}

func send(t *testing.T, rt http.RoundTripper, u string) *http.Response {
	t.Helper()
	resp, err := rt.RoundTrip(request(t, u))
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	return resp
}

// A server chooses hosts, paths and their lengths by redirects. What a room remembers of
// a host is the host alone: not the URL that it is a part of, up to a mebibyte here, and not
// more of it than a name can have.
func TestWhatIsKeptOfAHostIsShort(t *testing.T) {
	calls, size := 20, 256<<10
	if long.Wanted() {
		calls, size = 50, 1<<20
	}
	for name, layer := range map[string]transport.Layer{
		"concurrency":         concurrency.New(concurrency.Limit{Max: 1}),
		"concurrency, routes": concurrency.New(concurrency.Limit{Max: 1, Scope: transport.ScopeRoute}),
		"retry":               retry.New(retry.Policy{Attempts: 2}),
		"throttle":            throttle.New(),
	} {
		status, h := 200, http.Header(nil)
		if name == "throttle" {
			status, h = 429, http.Header{"Retry-After": {"30"}} // a pause is kept
		}
		rt := layer.Wrap(respond(status, h))
		for what, u := range map[string]func(i string) string{
			"path": func(i string) string { return "http://p" + i + ".test/" + strings.Repeat("p", size) },
			"host": func(i string) string { return "http://h" + i + strings.Repeat("h", size) + ".test" },
		} {
			before := heap()
			for i := range calls {
				send(t, rt, u(strconv.Itoa(i)))
			}
			if grown := heap() - before; grown > int64(4*size) {
				t.Errorf("%s: %d hosts, each with a %s of %d KiB, took %d KiB, want at most that of 4", name, calls, what, size>>10, grown>>10)
			}
		}
		runtime.KeepAlive(rt)
	}
}

// heap returns how many bytes are in use after a collection.
func heap() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}
