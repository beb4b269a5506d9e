package route

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"unicode"
	"unicode/utf8"
)

func request(tb testing.TB, method, target string) *http.Request {
	tb.Helper()
	req, err := http.NewRequest(method, target, nil)
	if err != nil {
		tb.Fatal(err)
	}
	return req
}

func TestAutomaticRoutes(t *testing.T) {
	r := New(nil, Options{})
	for _, c := range []struct{ in, want string }{
		{"https://api.github.com", "/"},
		{"https://api.github.com/", "/"},
		{"https://api.github.com/?q=secret#f", "/"},
		{"https://api.github.com/repos/golang/go/issues/4242", "/repos/golang/go/issues/{id}"},
		{"https://api.github.com/repos/golang/go/issues/4242/comments/99", "/repos/golang/go/issues/{id}/comments/{id2}"},
		{"https://api.github.com/repos/golang/go/git/commits/da39a3ee5e6b4b0d3255bfef95601890afd80709", "/repos/golang/go/git/commits/{hash}"},
		{"https://api.stripe.com/v1/customers/cus_NffrFeUfNV2Hib", "/v1/customers/{id}"},
		{"https://hooks.slack.com/services/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", "/services/{id}/{id2}/{token}"},
		{"https://hooks.slack.com/services/T00000000/B00000000/XXXXXXXXXXXXXXXXXXXXXXXX", "/services/{id}/{id2}/{token}"},
		{"https://api.telegram.org/bot123:ABC/getMe", "/{token}/getMe"},
		{"https://discord.com/api/webhooks/1234567890/aQ3rT-kk8sLm_Zx01YvBnCdEfGhIjKlMnOpQrStUvWxYz0123456789abcdefghijklm", "/api/webhooks/{id}/{token}"},
		{"https://pokeapi.co/api/v2/pokemon/pikachu/", "/api/v2/pokemon/pikachu/"},
		{"https://bucket.s3.amazonaws.com/logs/2024/02/29/4f1c0ffee1234567.parquet", "/logs/{id}/{id2}/{id3}/{hash}.parquet"},
		{"https://x.test/rates/2024-02-29", "/rates/{date}"},
		{"https://x.test/posts/123-hello-world", "/posts/{slug}"},
		{"https://x.test/u/6ba7b810-9dad-11d1-80b4-00c04fd430c8/mail/a@b.co", "/u/{uuid}/mail/{email}"},
		{"https://x.test/a//b/./c/../d", "/a/b/d"},
		{"https://x.test/a%0Ab%1b%5B31m", "/{x}"},
		{"https://x.test/%ff", "/{x}"},
		{
			"https://x.test/1/2/3/4/5/6/7/8/9/10/11/12/13/14/15/16/17/18",
			"/{id}/{id2}/{id3}/{id4}/{id5}/{id6}/{id7}/{id8}/{id9}/{id10}/{id11}/{id12}/{id13}/{id14}/{id15}/{rest...}",
		},
	} {
		for range 2 { // made, then from the cache
			if got := r.Route(request(t, "GET", c.in)); got != c.want {
				t.Errorf("%s = %s, want %s", c.in, got, c.want)
			}
		}
	}
	for _, p := range r.Routes() {
		if _, err := Compile(p); err != nil {
			t.Errorf("a route is no pattern: %v", err)
		}
	}
	if r.Overflow() != 0 || len(r.Learned()) != 0 {
		t.Errorf("overflow %d, learned %q", r.Overflow(), r.Learned())
	}
}

func TestOddURLs(t *testing.T) {
	r := New(nil, Options{})
	for _, c := range []struct {
		u    *url.URL
		want string
	}{
		{nil, "/"},
		{&url.URL{}, "/"},
		{&url.URL{Path: "*"}, "*"},
		{&url.URL{Path: "users"}, "/users"},
		{&url.URL{Path: "/a%2Fb"}, "/{x}"},                  // a literal percent sign
		{&url.URL{Path: "/a/b", RawPath: "/a%2Fb"}, "/{x}"}, // one segment
		{&url.URL{Path: "/a/b", RawPath: "/zzz"}, "/a/b"},   // RawPath is no encoding of Path
		{&url.URL{Path: "/c/d", RawPath: "/zzz"}, "/c/d"},   // nor here
		{&url.URL{Opaque: "//h/users/7?k=v"}, "/users/{id}"},
		{&url.URL{Opaque: "//h"}, "/"},
		{&url.URL{Opaque: "users/7#x"}, "/users/{id}"},
	} {
		for range 2 {
			if got := r.Route(&http.Request{URL: c.u}); got != c.want {
				t.Errorf("%#v = %q, want %q", c.u, got, c.want)
			}
		}
	}
}

func TestTablesComeFirst(t *testing.T) {
	first := compile(t, "GET api.example/users/{name}")
	second := compile(t, "/users/{user}", "POST /users/{new}/{x...}")
	r := New([]*Table{nil, first, second}, Options{Max: 1})
	for range 2 {
		for _, c := range []struct{ method, in, want string }{
			{"GET", "https://api.example/users/ann", "/users/{name}"},
			{"", "https://api.example/users/ann", "/users/{name}"},
			{"PUT", "https://api.example/users/ann", "/users/{user}"},
			{"GET", "https://other.example/users/ann", "/users/{user}"},
			{"POST", "https://other.example/users/ann/7", "/users/{new}/{x...}"},
			{"PUT", "https://other.example/users/ann/7", "/users/ann/{id}"},
		} {
			req := request(t, "GET", c.in)
			req.Method = c.method
			if got := r.Route(req); got != c.want {
				t.Errorf("%s %s = %s, want %s", c.method, c.in, got, c.want)
			}
		}
	}
	req := request(t, "GET", "https://10.0.0.1/users/ann")
	req.Host = "api.example:443"
	if got := r.Route(req); got != "/users/{name}" {
		t.Errorf("the Host field is not preferred: %s", got)
	}
	if got := r.Routes(); !slices.Equal(got, []string{"/users/ann/{id}"}) {
		t.Errorf("names from tables count against the cap: %q", got)
	}
}

func TestLearnedPositions(t *testing.T) {
	r := New(nil, Options{Learn: 3})
	names := []string{"bulbasaur", "ivysaur", "venusaur", "charmander", "charmeleon"}
	var got []string
	for _, n := range names {
		got = append(got, r.Route(request(t, "GET", "https://pokeapi.co/api/v2/pokemon/"+n+"/moves")))
	}
	want := []string{
		"/api/v2/pokemon/bulbasaur/moves", "/api/v2/pokemon/ivysaur/moves", "/api/v2/pokemon/venusaur/moves",
		"/api/v2/pokemon/{x}/moves", "/api/v2/pokemon/{x}/moves",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
	if got := r.Route(request(t, "GET", "https://pokeapi.co/api/v2/pokemon/ivysaur/moves")); got != want[1] {
		t.Errorf("a name given before has changed to %s", got)
	}
	if got := r.Route(request(t, "GET", "https://pokeapi.co/api/v2/pokemon/25/moves")); got != "/api/v2/pokemon/{id}/moves" {
		t.Errorf("numbers are no names: %s", got)
	}
	if got := r.Learned(); !slices.Equal(got, []string{"/api/v2/pokemon/{x}/moves"}) {
		t.Errorf("Learned() = %q", got)
	}
}

// Two positions of names under each other, more pairs than the cap: learning
// the first must teach the second, so that the route survives the flood.
func TestNestedNamesAreLearnedPastTheCap(t *testing.T) {
	r := New(nil, Options{})
	last := ""
	for i := range 60 {
		for j := range 5 {
			last = r.Route(request(t, "GET", fmt.Sprintf("https://api.github.com/users/%s/repos/%s", word(i), word(100+5*i+j))))
		}
	}
	if last != "/users/{x}/repos/{x2}" {
		t.Errorf("last is %s, learned %q, %d routes", last, r.Learned(), len(r.Routes()))
	}
	if n := len(r.Routes()); n > 200 {
		t.Errorf("%d routes", n)
	}
	if _, err := Compile(r.Learned()...); err != nil {
		t.Error(err)
	}
}

// word is a distinct name that no rule takes for anything else.
func word(i int) string {
	const c, v = "bdfklmnprst", "aeiou"
	s := ""
	for i++; i > 0; i /= 55 {
		s += string(c[i%11]) + string(v[i/11%5])
	}
	return s
}

func TestCap(t *testing.T) {
	r := New(nil, Options{Max: 16, Learn: 1000})
	seen := map[string]int{}
	for range 3 {
		for i := range 50 {
			seen[r.Route(request(t, "GET", "https://x.test/"+word(i)))]++
		}
	}
	if len(seen) != 15 || seen[Other] != 3*36 || r.Overflow() != 3*36 {
		t.Errorf("%d names, %d other, overflow %d", len(seen), seen[Other], r.Overflow())
	}
}

func TestOtherIsOutdatedByLearning(t *testing.T) {
	r := New(nil, Options{Max: 8, Learn: 10})
	ninth := request(t, "GET", "https://x.test/"+word(8))
	for i := range 8 {
		r.Route(request(t, "GET", "https://x.test/"+word(i)))
	}
	if got := r.Route(ninth); got != Other {
		t.Fatalf("ninth is %s", got)
	}
	for i := range 8 {
		r.Route(request(t, "GET", "https://x.test/"+word(9+i)))
	}
	if got := r.Route(ninth); got != "/{x}" {
		t.Errorf("ninth is still %s", got)
	}
}

func TestNewRefusesNonsense(t *testing.T) {
	for _, o := range []Options{{Max: -1}, {Learn: -1}, {Cache: -1}} {
		func() {
			defer func() {
				if v := recover(); v == nil || !strings.HasPrefix(fmt.Sprint(v), "route: ") {
					t.Errorf("%+v: %v", o, v)
				}
			}()
			New(nil, o)
		}()
	}
}

// Whatever comes in, the caches, names and counters stay within their bounds.
func TestFlatMemory(t *testing.T) {
	n := 1_000_000
	if testing.Short() || underRace {
		n = 100_000
	}
	tab := compile(t, "host-7.test/never/{x}", "POST /never")
	r := New([]*Table{tab}, Options{Cache: 1024})
	rng := rand.New(rand.NewPCG(5, 6))
	heap := func() int64 {
		var m runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&m)
		return int64(m.HeapAlloc)
	}
	u := &url.URL{Scheme: "https"}
	req := &http.Request{Method: "GET", URL: u, Header: http.Header{}}
	drive := func(n int) {
		for range n {
			u.Host = "host-" + random(rng, lower, 8) + ".test"
			u.Path = ""
			for range 1 + rng.IntN(6) {
				switch rng.IntN(3) {
				case 0:
					u.Path += "/" + word(rng.IntN(1<<20))
				case 1:
					u.Path += "/" + random(rng, base62, 1+rng.IntN(60))
				default:
					u.Path += "/" + word(rng.IntN(20))
				}
			}
			r.Route(req)
		}
	}
	drive(n / 10)
	before := heap()
	drive(n)
	after := heap()
	if got := r.cache.len(); got > 1024 {
		t.Errorf("%d cached verdicts", got)
	}
	if got := len(r.booked); got > 200 {
		t.Errorf("%d routes", got)
	}
	if r.trie.nodes > r.trie.max+maxDepth || r.trie.nodes != count(&r.trie.root) {
		t.Errorf("%d nodes counted, %d there, at most %d wanted", r.trie.nodes, count(&r.trie.root), r.trie.max)
	}
	if grown := after - before; grown > 1<<20 {
		t.Errorf("heap grew by %d KiB over %d requests", grown>>10, n)
	}
	t.Logf("%d routes, %d learned, %d nodes, %d other, heap %+d KiB", len(r.booked), len(r.Learned()), r.trie.nodes, r.Overflow(), (after-before)>>10)
}

func count(n *pos) int {
	sum := 0
	for _, c := range n.kids {
		sum += 1 + count(c)
	}
	return sum
}

func TestCachedKeysDoNotHoldTheURL(t *testing.T) {
	r := New(nil, Options{})
	r.Route(request(t, "GET", "https://x.test/users?key="+strings.Repeat("s", 1<<10)))
	r.Route(request(t, "GET", "https://x.test/"+strings.Repeat("a/", 1<<10)))
	if n := r.cache.len(); n != 1 {
		t.Errorf("%d entries, want the short one only", n)
	}
}

func TestConcurrent(t *testing.T) {
	r := New([]*Table{compile(t, "GET /repos/{owner}/{repo}")}, Options{Max: 50, Learn: 5, Cache: 64})
	var wg sync.WaitGroup
	for g := range 8 {
		wg.Go(func() {
			rng := rand.New(rand.NewPCG(uint64(g), 1))
			for range 3000 {
				if got := r.Route(request(t, "GET", "https://x.test/repos/a/"+word(rng.IntN(100)))); got != "/repos/{owner}/{repo}" {
					t.Errorf("got %s", got)
				}
				r.Route(request(t, "POST", "https://x.test/"+word(rng.IntN(20))+"/"+word(rng.IntN(1000))))
				r.Learned()
				r.Overflow()
			}
		})
	}
	wg.Wait()
	if len(r.Routes()) > 50 {
		t.Errorf("%d routes", len(r.Routes()))
	}
}

func TestNoAllocationOnAHit(t *testing.T) {
	for name, r := range map[string]*Router{
		"bare":   New(nil, Options{}),
		"tables": New([]*Table{compile(t, "GET api.github.com/repos/{owner}/{repo}")}, Options{}),
	} {
		for _, path := range []string{"/repos/golang/go", "/repos/golang/go/issues/4242", "/caf%C3%A9", "/a%2Fb"} {
			req := request(t, "GET", "https://api.github.com"+path+"?page=2")
			r.Route(req)
			if n := testing.AllocsPerRun(100, func() { r.Route(req) }); n != 0 {
				t.Errorf("%s %s: %v allocations", name, path, n)
			}
		}
	}
}

func FuzzRoute(f *testing.F) {
	f.Add("/users/1", "h", "GET /users/{id}", uint64(1))
	f.Add("/a%2Fb//c/../%zz", "[::1]:80", "h/{a}.json", uint64(2))
	f.Add("\x00\xff\u202e", "", "/{a}...{b}/{c...}", uint64(3))
	f.Fuzz(func(t *testing.T, path, host, pattern string, seed uint64) {
		rng := rand.New(rand.NewPCG(seed, 9))
		token := random(rng, base62, 32+rng.IntN(32))
		var tables []*Table
		if tab, err := Compile(pattern, "/repos/{owner}/{repo}"); err == nil {
			tables = append(tables, tab)
			if strings.Contains(pattern, token) {
				return
			}
		} else if tab != nil {
			t.Error("a table and an error")
		}
		Names(pattern)
		r := New(tables, Options{Max: 4, Learn: 2})
		for _, u := range []*url.URL{
			{Host: host, Path: path},
			{Host: host, Path: path + "/" + token},
			{Host: host, Path: "/" + token + "/" + path},
			{Host: host, Path: path + "/" + token + ".json", RawQuery: token},
			{Host: host, Path: path, RawPath: path},
			{Opaque: path + "/" + token},
		} {
			for range 2 {
				got := r.Route(&http.Request{Method: "GET", URL: u})
				if !utf8.ValidString(got) || strings.ContainsFunc(got, unicode.IsControl) || got == "" {
					t.Errorf("%q from %#v", got, u)
				}
				if strings.Contains(got, token) && !strings.Contains(path, token) {
					t.Errorf("token shown: %q from %#v", got, u)
				}
			}
		}
		for _, p := range r.Routes() {
			if _, _, _, err := Split(p); err != nil {
				t.Errorf("automatic route is no pattern: %v", err)
			}
		}
	})
}

func BenchmarkRoute(b *testing.B) {
	tab := compile(b, "GET /repos/{owner}/{repo}", "api.github.com/users/{name}")
	for name, r := range map[string]*Router{"bare": New(nil, Options{}), "tables": New([]*Table{tab}, Options{})} {
		req := request(b, "GET", "https://api.github.com/repos/golang/go?page=2")
		b.Run("hit/"+name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				r.Route(req)
			}
		})
		b.Run("parallel/"+name, func(b *testing.B) {
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					r.Route(req)
				}
			})
		})
		b.Run("miss/"+name, func(b *testing.B) {
			b.ReportAllocs()
			req := request(b, "GET", "https://api.github.com/x")
			i := 0
			for b.Loop() {
				i++
				req.URL.Path = fmt.Sprint("/orders/", i, "/items")
				r.Route(req)
			}
		})
	}
}
