package route

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/gracy-go/gracy/internal/growth"
)

// A redirect leads to a path that a server has chosen.
func TestARouteTakesTimeInProportionToThePath(t *testing.T) {
	growth.Hostile(t, map[string]func(string){
		"path": func(s string) {
			New(nil, Options{}).Route(&http.Request{Method: "GET", URL: &url.URL{Scheme: "http", Host: "h", Path: "/" + s}})
		},
		"segments": func(s string) {
			r := New(nil, Options{})
			for range 3 {
				r.Route(&http.Request{Method: "GET", URL: &url.URL{Scheme: "http", Host: "h", Path: "/a/" + s, RawPath: "/a/" + s}})
			}
		},
		"host": func(s string) {
			New(nil, Options{}).Route(&http.Request{Method: s[:8], Host: s, URL: &url.URL{Scheme: "http", Host: s, Path: "/"}})
		},
	})
}

// A description of an API may have thousands of patterns.
func TestCompileTakesTimeInProportionToThePatterns(t *testing.T) {
	for name, pattern := range map[string]func(i int) string{
		"text":           func(i int) string { return fmt.Sprintf("GET /v1/things%d/{id}\n", i) },
		"partial text":   func(i int) string { return fmt.Sprintf("GET /v1/{id}.t%d\n", i) },
		"text and hosts": func(i int) string { return fmt.Sprintf("h%d.test/v1/{id}\n", i) },
	} {
		growth.Linear(t, growth.Input{Name: name, Make: func(n int) string {
			var b strings.Builder
			for i := 0; b.Len() < n; i++ {
				b.WriteString(pattern(i))
			}
			return b.String()
		}}, func(s string) {
			if _, err := Compile(strings.Fields(strings.ReplaceAll(s, "GET ", ""))...); err != nil {
				t.Fatal(err)
			}
		})
	}
}
