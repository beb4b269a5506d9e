package route

import (
	"math/rand/v2"
	"net/http"
	"net/url"
	"testing"

	"github.com/gracy-go/gracy/internal/long"
)

// routed is a call whose route is given.
type routed string

func (n routed) Route() string { return string(n) }

func TestEachMatchesThePathOrTheRouteOfTheCall(t *testing.T) {
	each, err := CompileEach("POST /v1/search", "POST /v1/{any}/query", "POST /v1/{other}/query", "POST /v1/x/{verb}", "POST api.test/rpc/{call}", "/read/")
	if err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct {
		method, url string
		call        interface{ Route() string }
		want        bool
	}{
		{"POST", "https://a.test/v1/search", nil, true},
		{"POST", "https://a.test/v1/search?q=1", nil, true},
		{"PATCH", "https://a.test/v1/search", nil, false},
		{"POST", "https://a.test/v1/x/query", nil, true}, // matched by two patterns, of which neither is the more specific
		{"POST", "https://a.test/v1/search/deep", nil, false},
		{"POST", "https://API.test:8443/rpc/list", nil, true},
		{"POST", "https://evil.test/rpc/list", nil, false},
		{"PATCH", "https://a.test/read/all/of/it", nil, true},
		{"POST", "https://a.test/base/v1/search", nil, false},
		{"POST", "https://a.test/base/v1/search", routed("/v1/search"), true},
		{"PATCH", "https://a.test/base/v1/search", routed("/v1/search"), false},
		{"POST", "https://a.test/base/v1/y/query", routed("/v1/{other}/query"), true}, // which a Table would not accept beside {any}
		{"POST", "https://evil.test/base/rpc/x", routed("/rpc/{call}"), false},
		{"POST", "https://api.test/base/rpc/x", routed("/rpc/{call}"), true},
	} {
		req, err := http.NewRequestWithContext(t.Context(), tc.method, tc.url, nil)
		if err != nil {
			t.Fatal(err)
		}
		if got := each.Match(req, tc.call); got != tc.want {
			t.Errorf("%s %s, call %v: %v, want %v", tc.method, tc.url, tc.call, got, tc.want)
		}
	}
	if each.Match(&http.Request{Method: "POST"}, nil) {
		t.Error("a request without a URL matches")
	}
	if new(Each).Match(&http.Request{}, nil) {
		t.Error("no patterns match something")
	}
	if _, err := CompileEach("/fine", "POST no-slash"); err == nil {
		t.Error("a malformed pattern is no error")
	}
}

// Whatever the order of the patterns in one table, none hides what another matches.
func TestEachIsTheUnionOfItsPatterns(t *testing.T) {
	parts := []string{"/a", "/b", "/{x}", "/c{x}", "/{y}", "/c{y}", "/{y...}", "/"}
	var patterns []string
	for _, method := range []string{"", "GET ", "POST "} {
		for _, host := range []string{"", "h.test"} {
			for _, first := range parts[:4] {
				for _, second := range append(parts[:2:2], parts[4:]...) {
					patterns = append(patterns, method+host+first+second)
				}
			}
		}
	}
	random := rand.New(rand.NewPCG(1, 2))
	hits, sets := 0, 10_000
	if long.Wanted() {
		sets = 20_000
	}
	for range sets {
		chosen := make([]string, 4)
		for i := range chosen {
			chosen[i] = patterns[random.IntN(len(patterns))]
		}
		all, err := CompileEach(chosen...)
		if err != nil {
			t.Fatal(err)
		}
		req := &http.Request{
			Method: []string{"", "HEAD", "POST", "PUT"}[random.IntN(4)],
			URL:    &url.URL{Host: []string{"h.test", "o.test"}[random.IntN(2)], Path: []string{"/a", "/a/b", "/cc/a", "/d/cd", "/a/", "/b/a/b"}[random.IntN(6)]},
		}
		want := false
		for _, text := range chosen {
			one, err := Compile(text)
			if err != nil {
				t.Fatal(err)
			}
			_, ok := one.Match(req.Method, req.URL.Host, req.URL.Path)
			want = want || ok
		}
		if got := all.Match(req, nil); got != want {
			t.Fatalf("%q: %s %s%s: %v, want %v", chosen, req.Method, req.URL.Host, req.URL.Path, got, want)
		}
		if want {
			hits++
		}
	}
	if hits < sets/10 || hits > sets*9/10 {
		t.Errorf("%d of %d requests match: that shows little", hits, sets)
	}
}

func TestAMatchCostsNoAllocation(t *testing.T) {
	each, err := CompileEach("POST /v1/search", "POST api.test/rpc/{call}")
	if err != nil {
		t.Fatal(err)
	}
	req, _ := http.NewRequestWithContext(t.Context(), http.MethodPost, "https://api.test/v1/things", nil)
	if n := testing.AllocsPerRun(100, func() { each.Match(req, nil) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
