package route

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
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
		{"/{a}/x", "/x/{b}"},
		{"GET /{a...}", "/x"},
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

// The reference is ServeMux: for every set of patterns and every request that it does
// not redirect, Match must return the pattern that it serves.
func TestMatchAgreesWithServeMux(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	segs := []string{"/a", "/b", "/{x}", "/c%20d"}
	ends := []string{"", "/", "/{$}", "/{r...}"}
	methods := []string{"", "", "GET ", "POST ", "HEAD "}
	hosts := []string{"", "", "h.example"}
	checked, rejected, sets := 0, 0, 3000
	if testing.Short() {
		sets = 1000
	}
	for range sets {
		mux := http.NewServeMux()
		var patterns []string
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
			parsed, err := parse(p)
			if err != nil {
				t.Fatal(err)
			}
			_, err = Compile(append(slices.Clip(patterns), p)...)
			if msg := register(mux, parsed); (msg == "") != (err == nil) && !strings.Contains(strings.Join(patterns, "\n"), p) {
				t.Fatalf("%q after %q: ServeMux: %q, Compile: %v", p, patterns, msg, err)
			} else if msg == "" {
				patterns = append(patterns, p)
			} else {
				rejected++
			}
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
			req := httptest.NewRequest(method, path, nil)
			req.Host = host
			h, pattern := mux.Handler(req)
			if strings.Contains(fmt.Sprintf("%T", h), "redirect") {
				continue
			}
			want := ""
			if pattern != "" {
				_, _, want, _ = Split(pattern)
			}
			got, ok := tab.Match(method, host, path)
			if want == "" && ok || got != want {
				t.Fatalf("%s %s%s among %q: %q, ServeMux %q (%T)", method, host, path, patterns, got, pattern, h)
			}
			checked++
		}
	}
	if checked < 3*sets || rejected < 100 {
		t.Errorf("only %d checked, %d rejected", checked, rejected)
	}
}
