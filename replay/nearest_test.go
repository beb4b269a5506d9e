package replay

import (
	"net/http"
	"testing"

	"github.com/gracy-go/gracy/replay/store"
)

func TestNearestNamesWhatDiffers(t *testing.T) {
	asked := &store.Request{Method: "POST", URL: "https://h/a?page=2&q=x", Header: http.Header{"Accept": {"a"}}, Body: []byte("1")}
	taped := func(change func(*store.Request)) *store.Exchange {
		x := &store.Exchange{Request: *asked, Route: "/{x}"}
		x.Request.Header = http.Header{"Accept": {"a"}}
		change(&x.Request)
		x.Key = Match{}.key(&x.Request)
		return x
	}
	path := taped(func(r *store.Request) { r.URL = "https://h/b?page=2&q=x" })
	for _, c := range []struct {
		name string
		m    Match
		near []*store.Exchange
		want string
	}{
		{"none", Match{}, nil, ""},
		{"path", Match{}, []*store.Exchange{path}, "path (POST /{x})"},
		{"closest", Match{}, []*store.Exchange{path, taped(func(r *store.Request) { r.Body = []byte("2") })}, "body (POST /{x})"},
		{"query", Match{}, []*store.Exchange{taped(func(r *store.Request) { r.URL = "https://h/a?page=3&z=1" })}, "query: page, q, z (POST /{x})"},
		{"header", Match{Headers: []string{"accept"}}, []*store.Exchange{taped(func(r *store.Request) { r.Header.Set("Accept", "b") })}, "header: Accept (POST /{x})"},
		{"method and scheme", Match{}, []*store.Exchange{taped(func(r *store.Request) { r.Method, r.URL = "PUT", "http://h/a?page=2&q=x" })}, "method; scheme (PUT /{x})"},
		{"own key", Match{Key: func(*http.Request) string { return "" }}, []*store.Exchange{taped(func(r *store.Request) { r.Body = nil })}, "Match.Key (POST /{x})"},
		{"terminal", Match{}, []*store.Exchange{taped(func(r *store.Request) { r.URL += "&%1b[31m=1" })}, `query: "\x1b[31m" (POST /{x})`},
	} {
		if got := (selector{c.m, func(string) bool { return false }}).nearest(asked, Match{}.key(asked), c.near); got != c.want {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
	}
}
