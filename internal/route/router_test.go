package route

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
)

func request(tb testing.TB, method, target string) *http.Request {
	tb.Helper()
	req, err := http.NewRequest(method, target, nil)
	if err != nil {
		tb.Fatal(err)
	}
	return req
}

func TestSegmentsThatVaryBecomePlaceholders(t *testing.T) {
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
		{"https://x.test/a/.;v=1/b", "/a/{x}/b"},
		{"https://x.test/a/%2E%2e/b", "/a/{x}/b"},
		{"https://x.test/a%0Ab%1b%5B31m", "/{x}"},
		{"https://x.test/%ff", "/{x}"},
		{
			"https://x.test/1/2/3/4/5/6/7/8/9/10/11/12/13/14/15/16/17/18",
			"/{id}/{id2}/{id3}/{id4}/{id5}/{id6}/{id7}/{id8}/{id9}/{id10}/{id11}/{id12}/{id13}/{id14}/{id15}/{rest...}",
		},
	} {
		for range 3 { // the first two come from the rules, the third from the cache
			if got := r.Route(request(t, "GET", c.in)); got != c.want {
				t.Errorf("%s = %s, want %s", c.in, got, c.want)
			}
		}
	}
	for _, p := range r.Routes() {
		if _, err := Compile(p); err != nil {
			t.Errorf("an automatic route is not a pattern: %v", err)
		}
	}
	if r.Overflow() != 0 || len(r.Learned()) != 0 {
		t.Errorf("overflow %d, learned %q", r.Overflow(), r.Learned())
	}
}

func TestTablesAreTriedInOrder(t *testing.T) {
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
		t.Errorf("the URL came before the Host field: %s", got)
	}
	if got := r.Routes(); !slices.Equal(got, []string{"/users/ann/{id}"}) {
		t.Errorf("names from tables count against the bound: %q", got)
	}
}

// word returns a different word for each i, which every rule takes for a name.
func word(i int) string {
	const c, v = "bdfklmnprst", "aeiou"
	s := ""
	for i++; i > 0; i /= 55 {
		s += string(c[i%11]) + string(v[i/11%5])
	}
	return s
}

func TestRoutesOverTheBoundAreOther(t *testing.T) {
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

func TestNewPanicsOnANegativeBound(t *testing.T) {
	for _, o := range []Options{{Max: -1}, {Learn: -1}, {Cache: -1}} {
		if v := panicOf(func() { New(nil, o) }); v == nil || !strings.HasPrefix(fmt.Sprint(v), "route: ") {
			t.Errorf("%+v: %v", o, v)
		}
	}
}

func TestACachedRouteAllocatesNothing(t *testing.T) {
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

// panicOf returns what f panics with. Importing rttest here would be an import cycle.
func panicOf(f func()) (v any) {
	defer func() { v = recover() }()
	f()
	return nil
}
