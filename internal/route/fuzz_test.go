package route

import (
	"math/rand/v2"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

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
				t.Errorf("an automatic route is not a pattern: %v", err)
			}
		}
	})
}
