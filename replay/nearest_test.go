package replay

import (
	"bytes"
	"compress/gzip"
	"net/http"
	"strings"
	"testing"

	"github.com/gracy-go/gracy/redact"
	"github.com/gracy-go/gracy/replay/store"
)

func comparerOf(m Match) comparer {
	return comparer{selector{m, func(string) bool { return false }}, masker{red: redact.New(redact.Rules{}), max: 1 << 20}}
}

func TestNearestNamesWhatDiffers(t *testing.T) {
	const asJSON = "application/json"
	asked := store.Request{
		Method: "POST", URL: "https://h/a/b?page=2&q=x", Header: http.Header{"Accept": {"a"}, "Content-Type": {asJSON}}, Body: []byte(`{"n":[1,2]}`),
	}
	taped := func(change func(*store.Request)) *store.Exchange {
		x := &store.Exchange{Request: asked, Route: "/{x}"}
		x.Request.Header = asked.Header.Clone()
		change(&x.Request)
		return x
	}
	url := func(u string) *store.Exchange { return taped(func(r *store.Request) { r.URL = u }) }
	body := taped(func(r *store.Request) { r.Body = []byte(`{"n": [1,3]}`) })
	for _, c := range []struct {
		name string
		m    Match
		near []*store.Exchange
		want string
	}{
		{"none", Match{}, nil, ""},
		{"no difference", Match{}, []*store.Exchange{taped(func(*store.Request) {})}, ""},
		{"host", Match{}, []*store.Exchange{url("https://127.0.0.1:41267/a/b?page=2&q=x")}, `host: "h", on tape "127.0.0.1:41267"`},
		{"path", Match{}, []*store.Exchange{url("https://h/c/b?page=2&q=x")}, `path: "/a/b", on tape "/c/b"`},
		{"nearest path", Match{}, []*store.Exchange{url("https://h/c/d?page=2&q=x"), url("https://h/a/d?page=3&q=x")}, `path: "/a/b", on tape "/a/d"; query page: "2", on tape "3"`},
		{"a body is nearer than a path", Match{}, []*store.Exchange{url("https://h/c/b?page=2&q=x"), body}, "body /n/1: 2, on tape 3"},
		{"the smaller difference of bodies", Match{}, []*store.Exchange{taped(func(r *store.Request) { r.Body = []byte(`{"n":[8,9],"m":1}`) }), body}, "body /n/1: 2, on tape 3"},
		{"query", Match{}, []*store.Exchange{url("https://h/a/b?page=3&z=1")}, `query page: "2", on tape "3"; query q: "x", on tape nothing; query z: nothing, on tape "1"`},
		{"ignored query", Match{IgnoreQuery: []string{"page"}}, []*store.Exchange{url("https://h/a/b?page=3&q=y")}, `query q: "x", on tape "y"`},
		{"header", Match{Headers: []string{"x-tenant"}}, []*store.Exchange{taped(func(r *store.Request) { r.Header.Set("X-Tenant", "b") })}, `header X-Tenant: nothing, on tape "b"`},
		{"virtual host", Match{}, []*store.Exchange{taped(func(r *store.Request) { r.Host = "v" })}, `header Host: "", on tape "v"`},
		{"method and scheme", Match{}, []*store.Exchange{taped(func(r *store.Request) { r.Method, r.URL = "PUT", "http://h/a/b?page=2&q=x" })}, `method: "POST", on tape "PUT"; scheme: "https", on tape "http"`},
		{"own key", Match{Key: func(r *http.Request) string { return r.URL.Query().Get("page") }}, []*store.Exchange{url("https://h/a/b?page=9")}, `Match.Key: "2", on tape "9"`},
		{"ignored body", Match{IgnoreBody: true}, []*store.Exchange{body}, ""},
		{"ignored member", Match{IgnoreFields: []string{"n"}}, []*store.Exchange{body}, ""},
		{"a long body", Match{}, []*store.Exchange{taped(func(r *store.Request) { r.Body, r.BodySum, r.BodySize = nil, []byte("s"), 1<<20+1 })}, "length of the body: 0, on tape 1048577"},
		{"media type", Match{}, []*store.Exchange{taped(func(r *store.Request) { r.Header.Set("Content-Type", "text/plain") })}, `header Content-Type: "application/json", on tape "text/plain"`},
		{"compressed", Match{}, []*store.Exchange{taped(func(r *store.Request) {
			r.Header.Set("Content-Encoding", "gzip")
			var b bytes.Buffer
			w := gzip.NewWriter(&b)
			_, _ = w.Write([]byte(`{"n":[1,7]}`))
			_ = w.Close()
			r.Body = b.Bytes()
		})}, "body /n/1: 2, on tape 7"},
		{"terminal", Match{}, []*store.Exchange{url("https://h/a/b?page=2&q=x&%1b[31m=1")}, `query \x1b[31m: nothing, on tape "1"`},
	} {
		x, l := comparerOf(c.m).nearest(&asked, c.near)
		if got := inWords(differences(l, strings.Clone), l.More); got != c.want || (x != nil) != (c.want != "") {
			t.Errorf("%s:\n%s\nwant\n%s", c.name, got, c.want)
		}
	}
}

// However many candidates there are, only a few bodies are compared.
func TestNearestComparesFewBodies(t *testing.T) {
	asked := store.Request{Method: "POST", URL: "https://h/a", Body: []byte("x")}
	var near []*store.Exchange
	for i := range 40 {
		near = append(near, &store.Exchange{Request: store.Request{Method: "POST", URL: "https://h/a?" + strings.Repeat("&n=1", i%2), Body: []byte{byte(i)}}})
	}
	x, l := comparerOf(Match{}).nearest(&asked, near)
	if x != near[0] || len(l.Shown) != 1 || l.Shown[0].Place != "body" {
		t.Errorf("%+v, %+v", x, l)
	}
}

// A body over MaxRequest is known only by its SHA-256. Two of them may have the same length.
func TestNearestOfBodiesThatAreHashed(t *testing.T) {
	whole := store.Request{Method: "POST", URL: "https://h/a", Body: []byte("abc"), BodySize: 3}
	hashed := func(sum string, size int64) store.Request {
		return store.Request{Method: "POST", URL: "https://h/a", BodySum: []byte(sum), BodySize: size}
	}
	for _, c := range []struct {
		name           string
		actual, onTape store.Request
		want           string
	}{
		{"equal", hashed("s", 3), hashed("s", 3), ""},
		{"another length", hashed("s", 3), hashed("t", 4), "length of the body: 3, on tape 4"},
		{"one length", hashed("s", 3), hashed("t", 3), "body: another SHA-256"},
		{"hashed on tape", whole, hashed("s", 3), "body: one is known only by its SHA-256, recorded with another MaxRequest"},
		{"whole on tape", hashed("s", 3), whole, "body: one is known only by its SHA-256, recorded with another MaxRequest"},
		{"hashed on tape, another length", whole, hashed("s", 4), "length of the body: 3, on tape 4"},
	} {
		_, l := comparerOf(Match{}).nearest(&c.actual, []*store.Exchange{{Request: c.onTape}})
		if got := inWords(differences(l, strings.Clone), l.More); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}
