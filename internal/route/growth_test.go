package route

import (
	"net/http"
	"net/url"
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
