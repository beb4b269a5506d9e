package metrics

import (
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/gracy-go/gracy/internal/route"
)

func TestUnknownMethodsShareOneSeries(t *testing.T) {
	s := newStore()
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
	s := newStore()
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
