package metrics

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/gracy-go/gracy/internal/route"
	"github.com/gracy-go/gracy/transport"
)

func TestUnknownMethodsShareOneSeries(t *testing.T) {
	s := newStore(new(route.Owner), 0)
	for i := range 1000 {
		s.find(fmt.Sprintf("METHOD%d", i), route.Named("/r"))
	}
	if n := len(s.index.Load().series); n != 1 {
		t.Errorf("%d series for made up methods", n)
	}
	for in, want := range map[string]string{"": "GET", "PATCH": "PATCH", "get": "_OTHER", "QUERY": "_OTHER", "\xff": "_OTHER"} {
		if got := method(in); got != want {
			t.Errorf("method(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestLabelsAreValidAndBounded(t *testing.T) {
	s := newStore(new(route.Owner), 0)
	a, _ := s.find("GET", route.Named("/\xff"))
	b, _ := s.find("GET", route.Named("/\xfe"))
	if a != b || a.route != "/\uFFFD" {
		t.Errorf("%q and %q", a.route, b.route)
	}
	long, _ := s.find("GET", route.Named("/"+strings.Repeat("ö", 500)))
	if len(long.route) > longest || !utf8.ValidString(long.route) {
		t.Errorf("%d bytes, valid %v", len(long.route), utf8.ValidString(long.route))
	}
	escape, _ := s.find("GET", route.Named("/\x1b[2J\u202e\n"))
	if want := "/\uFFFD[2J\uFFFD\uFFFD"; escape.route != want {
		t.Errorf("%q, want %q", escape.route, want)
	}
	if n := len(s.index.Load().series); n != 3 {
		t.Errorf("%d series", n)
	}
}

// A route from the caller with a credential in it is shown without the credential.
func TestARouteWithACredential(t *testing.T) {
	const planted = "sk_live_4eC39HqLyjWDarjtT1zdp7dc"
	for route, want := range map[string]string{
		"/hooks/" + planted + "/send":          "/hooks/{token}/send",
		"/v1/token:refresh":                    "/v1/token:refresh",
		"/repos/{owner}/secrets/{secret_name}": "/repos/{owner}/secrets/{secret_name}",
	} {
		r := New("test")
		r.KeepCalls(10)
		rt := r.Wrap(fixed(&http.Response{StatusCode: 200, Header: http.Header{}}))
		for range 3 {
			req, err := http.NewRequestWithContext(transport.WithRoute(t.Context(), route), http.MethodGet, "http://api.test/x", nil)
			if err != nil {
				t.Fatal(err)
			}
			if err := readAll(rt.RoundTrip(req)); err != nil {
				t.Fatal(err)
			}
		}
		rows, calls := r.Snapshot().Rows, r.Timeline().Calls
		if len(rows) != 1 || rows[0].Route != want || rows[0].Calls != 3 || calls[2].Route != want {
			t.Errorf("%s: the rows are %+v, the route of a call is %s", route, rows, calls[2].Route)
		}
	}
}

func TestTheVersionLabel(t *testing.T) {
	for v, want := range map[string]string{"": "unknown", "v1.2.3": "v1.2.3", "(devel)": "(devel)"} {
		if got := versionLabel(v); got != want {
			t.Errorf("%q is %q, want %q", v, got, want)
		}
	}
}
