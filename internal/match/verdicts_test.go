package match

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
)

func TestAKnownPathIsNotSearchedAgain(t *testing.T) {
	s := setOf(t, thousand("URL", 1000)...)
	req := request(t, "GET", "https://api.test/v1/things77/5")
	for range 2 { // the first time might be the last
		s.Find(nil, req, new([Few]int32))
	}
	s.index = new(index) // finds nothing
	if got := s.Find(nil, req, new([Few]int32)); !slices.Equal(got, []int32{77}) {
		t.Errorf("found %v", got)
	}
	for _, change := range []func(*http.Request){
		func(req *http.Request) { req.Method = "PUT" },
		func(req *http.Request) { req.URL.Path += "6" },
		func(req *http.Request) { req.URL.RawPath = "/v1/things7%37/5" },
		func(req *http.Request) { req.URL.Host = "b.test" },
		func(req *http.Request) { req.URL.Scheme = "http" },
	} {
		other := request(t, "GET", req.URL.String())
		change(other)
		if got := s.Find(nil, other, new([Few]int32)); len(got) > 0 {
			t.Errorf("%s %s has the verdict of another request", other.Method, other.URL)
		}
	}
}

// A path that comes once is not kept, and costs the others no allocation.
func TestVerdictsAreBounded(t *testing.T) {
	s := setOf(t, thousand("URL", 100)...)
	req := request(t, "GET", "https://api.test/")
	kept := func() (n int) {
		for range s.cache.recent.All {
			n++
		}
		return n
	}
	for i := range 100 {
		req.URL.Path = fmt.Sprintf("/once/%d", i)
		s.Find(nil, req, new([Few]int32))
	}
	if n := kept(); n > 0 {
		t.Errorf("%d paths that came once are kept", n)
	}
	for i := range 3 * maxVerdicts {
		req.URL.Path = fmt.Sprintf("/often/%d", i)
		for range 3 {
			s.Find(nil, req, new([Few]int32))
		}
	}
	if n := kept(); n > maxVerdicts || n < maxVerdicts/2 {
		t.Errorf("%d paths are kept, of %d", n, maxVerdicts)
	}
	req.URL.Path = "/" + strings.Repeat("x", maxKey)
	for range 3 {
		s.Find(nil, req, new([Few]int32))
	}
	for e := range s.cache.recent.All {
		if len(e.Key.path) > maxKey {
			t.Error("a huge URL is kept")
		}
	}
}
