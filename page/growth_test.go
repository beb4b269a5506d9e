package page

import (
	"net/http"
	"strings"
	"testing"

	"github.com/gracy-go/gracy/internal/growth"
)

func TestALinkTakesTimeInProportionToTheHeaders(t *testing.T) {
	growth.Hostile(t, map[string]func(string){
		"Link":             func(s string) { Link(http.Header{"Link": {s}}, "next") },
		"a link first":     func(s string) { Link(http.Header{"Link": {`<a>;rel="b",` + s}}, "next") },
		"parameters":       func(s string) { Link(http.Header{"Link": {"<a>" + s}}, "next") },
		"a relation":       func(s string) { Link(http.Header{"Link": {"<a>;rel=" + s}}, "next") },
		"quoted":           func(s string) { Link(http.Header{"Link": {`<a>;rel="` + s}}, "next") },
		"of several lines": func(s string) { Link(http.Header{"Link": strings.Split(s, "=")}, "next") },
	})
}
