package fault

import (
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/gracy-go/gracy/internal/rttest"
)

func TestAMatcherReturnsThePatternOfARequest(t *testing.T) {
	m := newRouteMatcher("GET /pokemon/{name}", "/berry/")
	for _, c := range []struct{ method, target, want string }{
		{"GET", "/pokemon/pikachu", "GET /pokemon/{name}"},
		{"HEAD", "/pokemon/pikachu", "GET /pokemon/{name}"}, // a pattern of GET matches HEAD too
		{"GET", "/berry/cheri/soft", "/berry/"},
		{"POST", "/pokemon/pikachu", ""}, // ServeMux responds with 405 by a handler of its own
		{"GET", "/pokemon", ""},
		{"GET", "/", ""},
	} {
		pattern, ok := m.pattern(httptest.NewRequest(c.method, c.target, nil))
		if ok != (c.want != "") || ok && pattern != c.want {
			t.Errorf("%s %s: %q, %v, want %q", c.method, c.target, pattern, ok, c.want)
		}
	}
}

func TestAnEmptyPatternMatchesEveryRequest(t *testing.T) {
	m := newRouteMatcher("")
	for _, method := range []string{"GET", "DELETE"} {
		if !m.match(httptest.NewRequest(method, "/a/b?c", nil)) {
			t.Errorf("%s is not matched", method)
		}
	}
	if newRouteMatcher().match(httptest.NewRequest("GET", "/", nil)) {
		t.Error("the control, a matcher without patterns, matches")
	}
}

func TestAMatcherPanicsOnAPatternThatServeMuxRejects(t *testing.T) {
	for _, patterns := range [][]string{{"no slash"}, {"/a/{x}", "/a/{y}"}} {
		if text, _ := rttest.PanicOf(func() { newRouteMatcher(patterns...) }).(string); !strings.HasPrefix(text, "fault: route: ") {
			t.Errorf("%q: panic %q", patterns, text)
		}
	}
}
