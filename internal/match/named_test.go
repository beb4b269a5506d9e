package match

import (
	"net/http"
	"testing"
)

func TestRequestsAreNamedByHostAndByPattern(t *testing.T) {
	list, err := Named([]string{"localhost", "a.test:81", "GET /healthz"})
	if err != nil {
		t.Fatal(err)
	}
	for url, want := range map[string]bool{
		"http://localhost:8080/x": true, "http://a.test:81/x": true, "http://a.test:82/x": false, "http://b.test/healthz": true, "http://b.test/": false,
	} {
		if got := list.Match(nil, request(t, "GET", url)); got != want {
			t.Errorf("%s: %v, want %v", url, got, want)
		}
	}
	if list.Match(nil, &http.Request{}) {
		t.Error("a request without a URL is named")
	}
	if none, err := Named(nil); err != nil || none.Match(nil, request(t, "GET", "http://a.test/")) {
		t.Errorf("no names: %v", err)
	}
}

func TestANameThatIsNoneIsAnError(t *testing.T) {
	for _, s := range []string{"", "GET healthz", "*.test", "GET /{", "/{a}/{a}"} {
		if _, err := Named([]string{"a.test", s}); err == nil {
			t.Errorf("%q: no error", s)
		}
	}
}
