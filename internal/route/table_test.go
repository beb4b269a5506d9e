package route

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/gracy-go/gracy/internal/long"
)

func compile(tb testing.TB, patterns ...string) *Table {
	tb.Helper()
	tab, err := Compile(patterns...)
	if err != nil {
		tb.Fatal(err)
	}
	return tab
}

func TestTheMostSpecificPatternMatches(t *testing.T) {
	tab := compile(t,
		"GET /repos/{owner}/{repo}", "/repos/{owner}/{repo}/issues/{number}", "GET /repos/{owner}/{repo}/compare/{base}...{head}",
		"GET /users/{name}", "GET /users/me", "api.stripe.com/v1/customers/{id}", "GET api.stripe.com/v1/balance", "/v1/balance",
		"/files/{path...}", "/tree/", "/exact/{$}", "/docs/{id}", "/docs/{id}.json", "/jobs/{id}:run", "/caf%C3%A9/{x}",
		"POST /only", "GET /a/{x}", "/b/{x}", "GET /b/c", "localhost:8080/z",
	)
	for _, c := range []struct{ method, host, path, want string }{
		{"GET", "api.github.com", "/repos/golang/go", "/repos/{owner}/{repo}"},
		{"", "api.github.com", "/repos/golang/go", "/repos/{owner}/{repo}"},
		{"HEAD", "api.github.com", "/repos/golang/go", "/repos/{owner}/{repo}"},
		{"POST", "api.github.com", "/repos/golang/go", ""},
		{"GET", "", "/repos/golang/go/", ""},
		{"DELETE", "", "/repos/a/b/issues/7", "/repos/{owner}/{repo}/issues/{number}"},
		{"GET", "", "/repos/a/b/compare/v1...v2", "/repos/{owner}/{repo}/compare/{base}...{head}"},
		{"GET", "", "/repos/a/b/compare/...v2", ""},
		{"GET", "", "/users/me", "/users/me"},
		{"GET", "", "/users/you", "/users/{name}"},
		{"POST", "", "/users/you", ""},
		{"POST", "api.stripe.com:443", "/v1/customers/cus_1", "/v1/customers/{id}"},
		{"POST", "API.Stripe.COM.", "/v1/customers/cus_1", "/v1/customers/{id}"},
		{"POST", "example.com", "/v1/customers/cus_1", ""},
		{"GET", "api.stripe.com", "/v1/balance", "/v1/balance"},
		{"POST", "api.stripe.com", "/v1/balance", "/v1/balance"}, // not hidden by the GET of the host
		{"GET", "", "/files/a/b/c", "/files/{path...}"},
		{"GET", "", "/files/", "/files/{path...}"},
		{"GET", "", "/files", ""},
		{"GET", "", "/tree/a/b", "/tree/"},
		{"GET", "", "/tree/", "/tree/"},
		{"GET", "", "/tree", ""}, // ServeMux would redirect
		{"GET", "", "/exact/", "/exact/{$}"},
		{"GET", "", "/exact/a", ""},
		{"GET", "", "/exact", ""},
		{"GET", "", "/docs/7", "/docs/{id}"},
		{"GET", "", "/docs/7.json", "/docs/{id}.json"},
		{"GET", "", "/docs/.json", "/docs/{id}"},
		{"POST", "", "/jobs/7:run", "/jobs/{id}:run"},
		{"POST", "", "/jobs/7:stop", ""},
		{"GET", "", "/caf%C3%A9/1", "/caf%C3%A9/{x}"},
		{"GET", "", "/docs/a%2Fb", "/docs/{id}"},
		{"GET", "", "//docs//7", "/docs/{id}"},
		{"GET", "", "/x/../docs/7", "/docs/{id}"},
		{"POST", "", "/b/c", "/b/{x}"},
		{"GET", "", "/b/c", "/b/c"}, // GET /b/c does not hide /b/{x}
		{"GET", "localhost:9999", "/z", "/z"},
		{"GET", "", "", ""},
		{"GET", "", "*", ""},
	} {
		got, ok := tab.Match(c.method, c.host, c.path)
		if got != c.want || ok != (c.want != "") {
			t.Errorf("%s %s%s = %q %v, want %q", c.method, c.host, c.path, got, ok, c.want)
		}
	}
	var none *Table
	if _, ok := none.Match("GET", "", "/"); ok {
		t.Error("a nil table matched")
	}
	if _, ok := new(Table).Match("GET", "", "/"); ok {
		t.Error("a zero table matched")
	}
}

func TestTheErrorOfAConflictNamesBothPatterns(t *testing.T) {
	for _, c := range [][2]string{
		{"/x/{a}", "/x/{b}"},
		{"/{a}/x/{b...}", "/{b}/x/"},
		{"GET h:1/x", "GET H:2/x"},
		{"/{a}.json", "/{b}.json"},
	} {
		_, err := Compile("GET /first", c[0], c[1])
		if err == nil || !strings.Contains(err.Error(), fmt.Sprintf("%q", c[0])) || !strings.Contains(err.Error(), fmt.Sprintf("%q", c[1])) {
			t.Errorf("Compile(%q): %v", c, err)
		}
	}
	if _, err := Compile("/ok", "/{"); err == nil || !strings.Contains(err.Error(), `"/{"`) {
		t.Errorf("bad syntax: %v", err)
	}
	compile(t, "/x/{a}", "/x/{a}", "GET /x/{b}", "h/x/{c}") // none of these conflict
}

// Third-party APIs have paths that ServeMux would not accept together.
func TestLiteralTextFurtherLeftWins(t *testing.T) {
	patterns := []string{
		"/v1/{mount}/data/{path...}", "/v1/sys/{path...}", "/v1/auth/{mount}/login/{user}", "/{index}/_search", "/_tasks/{id}",
		"GET /{a...}", "POST /x", "/{a}-{b}/z", "/{n}-/z",
	}
	for range 2 {
		tab := compile(t, patterns...)
		for _, c := range []struct{ method, path, want string }{
			{"GET", "/v1/kv/data/a/b", "/v1/{mount}/data/{path...}"},
			{"GET", "/v1/sys/data/a/b", "/v1/sys/{path...}"},
			{"GET", "/v1/auth/data/login/ann", "/v1/auth/{mount}/login/{user}"},
			{"GET", "/v1/auth/data/logout", "/v1/{mount}/data/{path...}"}, // what does not match further left hides nothing
			{"GET", "/_tasks/_search", "/_tasks/{id}"},
			{"GET", "/books/_search", "/{index}/_search"},
			{"GET", "/x", "/{a...}"},
			{"POST", "/x", "/x"},
			{"PUT", "/x", ""},
			{"PUT", "/a-b/z", "/{a}-{b}/z"},
			{"PUT", "/a-/z", "/{n}-/z"},
		} {
			if got, _ := tab.Match(c.method, "", c.path); got != c.want {
				t.Errorf("%s %s = %q, want %q", c.method, c.path, got, c.want)
			}
		}
		slices.Reverse(patterns) // the order in which they are given means nothing
	}
}

// register adds p to a ServeMux, which knows the rules of precedence. It returns the message with
// which that panics, or "" if it accepts p.
func register(mux *http.ServeMux, p *pattern) (msg string) {
	defer func() {
		if v := recover(); v != nil {
			msg = fmt.Sprint(v)
		}
	}()
	text := p.host + p.path
	if p.method != "" {
		text = p.method + " " + text
	}
	mux.Handle(text, http.NotFoundHandler())
	return ""
}

// before reports whether p comes before q in the order of Compile. It compares patterns that match
// the same path, segment by segment.
func before(p, q *pattern) bool {
	if p.host != q.host {
		return p.host != ""
	}
	for i := range min(len(p.segs), len(q.segs)) {
		// A slash at the end is {name...}, and {$} comes before it.
		if a, b := p.segs[i].kind, q.segs[i].kind; a != b {
			rank := map[segKind]int{end: 0, literal: 1, single: 2, multi: 3}
			return rank[a] < rank[b]
		}
	}
	return len(p.method) > len(q.method) // HEAD before GET before "", which is what a HEAD may match
}

// There are two references. For every set of patterns that ServeMux accepts and every request that
// it does not redirect, Match returns the pattern that ServeMux serves. For every set, Match
// returns the first in the order of Compile of all that match.
func TestMatchAgreesWithServeMux(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	segs := []string{"/a", "/b", "/{x}", "/c%20d"}
	ends := []string{"", "/", "/{$}", "/{r...}"}
	methods := []string{"", "", "GET ", "POST ", "HEAD "}
	hosts := []string{"", "", "h.example"}
	checked, beyond, rejected, sets := 0, 0, 0, 3000
	if !long.Wanted() {
		sets = 1000
	}
	for range sets {
		mux, strict := http.NewServeMux(), true
		var patterns []string
		var kept []*pattern
		for range 1 + rng.IntN(6) {
			p := methods[rng.IntN(len(methods))] + hosts[rng.IntN(len(hosts))]
			for i := range rng.IntN(4) {
				p += strings.ReplaceAll(segs[rng.IntN(len(segs))], "x", fmt.Sprintf("x%d", i))
			}
			e := ends[rng.IntN(len(ends))]
			if e == "" && !strings.Contains(p, "/") {
				e = "/"
			}
			p += e
			if slices.Contains(patterns, p) {
				continue
			}
			parsed, err := parse(p)
			if err != nil {
				t.Fatal(err)
			}
			_, err = Compile(append(slices.Clip(patterns), p)...)
			msg := register(mux, parsed)
			if msg == "" && err != nil {
				t.Fatalf("%q after %q: ServeMux accepts, Compile: %v", p, patterns, err)
			}
			if err != nil {
				rejected++
				continue
			}
			patterns, kept = append(patterns, p), append(kept, parsed)
			strict = strict && msg == ""
		}
		tab := compile(t, patterns...)
		for range 20 {
			path := ""
			for range rng.IntN(4) {
				path += []string{"/a", "/b", "/z", "/c%20d", "/a%2Fb"}[rng.IntN(5)]
			}
			if path == "" || rng.IntN(3) == 0 {
				path += "/"
			}
			method := []string{"GET", "HEAD", "POST", "DELETE"}[rng.IntN(4)]
			host := []string{"h.example", "h.example:80", "other"}[rng.IntN(3)]
			got, ok := tab.Match(method, host, path)

			var first *pattern
			for _, p := range kept {
				if alone, hit := compile(t, p.text).Match(method, host, path); hit && alone == p.path && (first == nil || before(p, first)) {
					first = p
				}
			}
			want := ""
			if first != nil {
				want = first.path
			}
			if want == "" && ok || got != want {
				t.Fatalf("%s %s%s among %q: %q, the first that matches is %q", method, host, path, patterns, got, want)
			}
			if !strict {
				beyond++
				continue
			}
			req := httptest.NewRequest(method, path, nil)
			req.Host = host
			h, pattern := mux.Handler(req)
			if strings.Contains(fmt.Sprintf("%T", h), "redirect") {
				continue
			}
			want = ""
			if pattern != "" {
				_, _, want, _ = Split(pattern)
			}
			if want == "" && ok || got != want {
				t.Fatalf("%s %s%s among %q: %q, ServeMux %q (%T)", method, host, path, patterns, got, pattern, h)
			}
			checked++
		}
	}
	t.Logf("%d checked against ServeMux, %d where it rejects the set, %d patterns rejected", checked, beyond, rejected)
	if checked < 2*sets || beyond < 2*sets || rejected < sets/100 {
		t.Errorf("only %d checked, %d beyond ServeMux, %d rejected", checked, beyond, rejected)
	}
}
