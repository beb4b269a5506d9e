package replay

import (
	"bytes"
	"net/http"
	"testing"
	"time"

	"github.com/gracy-go/gracy/replay/store"
)

func keyOf(m Match, method, url, contentType, body string) [32]byte {
	r := &store.Request{Method: method, URL: url, Header: http.Header{}, Body: []byte(body)}
	if contentType != "" {
		r.Header.Set("Content-Type", contentType)
	}
	return m.key(r).Sum
}

func TestSameRequest(t *testing.T) {
	const (
		json = "application/json"
		form = "application/x-www-form-urlencoded"
	)
	type req struct{ method, url, contentType, body string }
	for _, c := range []struct {
		name string
		m    Match
		a, b req
		same bool
	}{
		{"identity", Match{}, req{"GET", "http://h/a", "", ""}, req{"GET", "http://h/a", "", ""}, true},
		{"no method is GET", Match{}, req{"", "http://h/a", "", ""}, req{"GET", "http://h/a", "", ""}, true},
		{"method", Match{}, req{"GET", "http://h/a", "", ""}, req{"HEAD", "http://h/a", "", ""}, false},
		{"method has case", Match{}, req{"GET", "http://h/a", "", ""}, req{"get", "http://h/a", "", ""}, false},
		{"scheme", Match{}, req{"GET", "http://h/a", "", ""}, req{"GET", "https://h/a", "", ""}, false},
		{"host case and port", Match{}, req{"GET", "http://H:80/a", "", ""}, req{"GET", "http://h/a", "", ""}, true},
		{"other port", Match{}, req{"GET", "https://h:80/a", "", ""}, req{"GET", "https://h/a", "", ""}, false},
		{"empty path", Match{}, req{"GET", "http://h", "", ""}, req{"GET", "http://h/", "", ""}, true},
		{"path case", Match{}, req{"GET", "http://h/A", "", ""}, req{"GET", "http://h/a", "", ""}, false},
		{"escaped slash", Match{}, req{"GET", "http://h/a%2Fb", "", ""}, req{"GET", "http://h/a/b", "", ""}, false},
		{"query order", Match{}, req{"GET", "http://h/?a=1&b=2", "", ""}, req{"GET", "http://h/?b=2&a=1", "", ""}, true},
		{"order of values", Match{}, req{"GET", "http://h/?a=1&a=2", "", ""}, req{"GET", "http://h/?a=2&a=1", "", ""}, false},
		{"query escapes", Match{}, req{"GET", "http://h/?a=x+y", "", ""}, req{"GET", "http://h/?a=x%20y", "", ""}, true},
		{"query value", Match{}, req{"GET", "http://h/?a=1", "", ""}, req{"GET", "http://h/?a=2", "", ""}, false},
		{"query name", Match{}, req{"GET", "http://h/?ab=c", "", ""}, req{"GET", "http://h/?a=bc", "", ""}, false},
		{"fragment", Match{}, req{"GET", "http://h/#x", "", ""}, req{"GET", "http://h/", "", ""}, true},
		{"ignored query", Match{IgnoreQuery: []string{"t"}}, req{"GET", "http://h/?t=1&a=1", "", ""}, req{"GET", "http://h/?a=1&t=2", "", ""}, true},
		{"json spaces and order", Match{}, req{"POST", "http://h/", json, `{"a":1,"b":{"c":[1,2],"d":null}}`}, req{"POST", "http://h/", json + "; charset=utf-8", "{ \"b\": {\"d\":null,\"c\":[1, 2]},\n\"a\":1}"}, true},
		{"json array order", Match{}, req{"POST", "http://h/", json, `[1,2]`}, req{"POST", "http://h/", json, `[2,1]`}, false},
		{"json numbers by value", Match{}, req{"POST", "http://h/", json, `[1.0, 20]`}, req{"POST", "http://h/", json, `[1, 2e1]`}, true},
		{"json numbers that differ", Match{}, req{"POST", "http://h/", json, `[1.01]`}, req{"POST", "http://h/", json, `[1]`}, false},
		{"json big numbers", Match{}, req{"POST", "http://h/", json, `[12345678901234567890]`}, req{"POST", "http://h/", json, `[12345678901234567891]`}, false},
		{"json string is no number", Match{}, req{"POST", "http://h/", json, `["1"]`}, req{"POST", "http://h/", json, `[1]`}, false},
		{"json escapes", Match{}, req{"POST", "http://h/", json, `["\u0041"]`}, req{"POST", "http://h/", json, `["A"]`}, true},
		{"json twice the member", Match{}, req{"POST", "http://h/", json, `{"a":1,"a":2}`}, req{"POST", "http://h/", json, `{"a":2}`}, false},
		{"json vendor type", Match{}, req{"POST", "http://h/", "application/x+json", `{"a":1,"b":2}`}, req{"POST", "http://h/", "application/x+json", `{"b":2,"a":1}`}, true},
		{"malformed json is raw", Match{}, req{"POST", "http://h/", json, `{"a":1,}`}, req{"POST", "http://h/", json, `{ "a":1,}`}, false},
		{"json with a tail is raw", Match{}, req{"POST", "http://h/", json, `{} 1`}, req{"POST", "http://h/", json, `{}`}, false},
		{"json ignored members", Match{IgnoreFields: []string{"id"}}, req{"POST", "http://h/", json, `{"a":[{"id":1,"x":2}]}`}, req{"POST", "http://h/", json, `{"a":[{"x":2,"id":9}]}`}, true},
		{"json text is not json", Match{}, req{"POST", "http://h/", "text/plain", `{"a":1,"b":2}`}, req{"POST", "http://h/", "text/plain", `{"b":2,"a":1}`}, false},
		{"form order", Match{}, req{"POST", "http://h/", form, "a=1&b=2"}, req{"POST", "http://h/", form, "b=2&a=1"}, true},
		{"form keeps all values", Match{}, req{"POST", "http://h/", form, "a=1&a=2"}, req{"POST", "http://h/", form, "a=1&a=3"}, false},
		{"form ignored", Match{IgnoreFields: []string{"n"}}, req{"POST", "http://h/", form, "a=1&n=2"}, req{"POST", "http://h/", form, "a=1&n=3"}, true},
		{"no body and an empty one", Match{}, req{"POST", "http://h/", json, ""}, req{"POST", "http://h/", "", ""}, true},
		{"ignored body", Match{IgnoreBody: true}, req{"POST", "http://h/", "", "a"}, req{"POST", "http://h/", "", "b"}, true},
		{"raw body", Match{}, req{"POST", "http://h/", "", "a"}, req{"POST", "http://h/", "", "b"}, false},
		{"headers do not count", Match{IgnoreBody: true}, req{"POST", "http://h/", "a/b", ""}, req{"POST", "http://h/", "c/d", ""}, true},
		{"chosen headers do", Match{IgnoreBody: true, Headers: []string{"content-type"}}, req{"POST", "http://h/", "a/b", ""}, req{"POST", "http://h/", "c/d", ""}, false},
		{"own key", Match{Key: func(r *http.Request) string { return r.Header.Get("Content-Type") }}, req{"POST", "http://h/?a", "a/b", "x"}, req{"POST", "http://h/?b", "a/b", "y"}, true},
		{"own key differs", Match{Key: func(r *http.Request) string { return r.URL.RawQuery }}, req{"POST", "http://h/?a", "", ""}, req{"POST", "http://h/?b", "", ""}, false},
	} {
		a := keyOf(c.m, c.a.method, c.a.url, c.a.contentType, c.a.body)
		b := keyOf(c.m, c.b.method, c.b.url, c.b.contentType, c.b.body)
		if (a == b) != c.same {
			t.Errorf("%s: same is %v, want %v", c.name, a == b, c.same)
		}
	}
}

func TestRecipe(t *testing.T) {
	base := Match{}.recipe(1, "")
	for name, other := range map[string]string{
		"headers": Match{Headers: []string{"a"}}.recipe(1, ""), "query": Match{IgnoreQuery: []string{"a"}}.recipe(1, ""),
		"fields": Match{IgnoreFields: []string{"a"}}.recipe(1, ""), "body": Match{IgnoreBody: true}.recipe(1, ""),
		"key": Match{Key: func(*http.Request) string { return "" }}.recipe(1, ""), "max": Match{}.recipe(2, ""), "rules": Match{}.recipe(1, "x"),
	} {
		if other == base {
			t.Errorf("%s does not change the recipe", name)
		}
	}
	if (Match{Headers: []string{"b", "A"}}).recipe(1, "") != (Match{Headers: []string{"a", "B", "a"}}).recipe(1, "") {
		t.Error("order and case of headers change the recipe")
	}
}

// Any exchange that decodes has a key and can be replayed.
func FuzzDecodedExchange(f *testing.F) {
	x := exchange(1, "http://h/?a=%zz", "body")
	x.Response.Trailer = http.Header{"X-Sum": {"1"}}
	good, _ := x.MarshalBinary()
	f.Add(good)
	f.Add(good[:len(good)-3])
	f.Add([]byte{1})
	f.Fuzz(func(_ *testing.T, b []byte) {
		var x store.Exchange
		if x.UnmarshalBinary(b) != nil {
			return
		}
		if x.Response != nil {
			rebuild(x.Response, x.Response.Header.Clone(), nil, time.Time{})
		}
		Match{}.key(&x.Request)
	})
}

func FuzzKey(f *testing.F) {
	f.Add("application/json", []byte(`{"b":[1,{"c":"\u00e9"}],"a":null}`), "a=1&b=%zz;c")
	f.Add("multipart/form-data; boundary=x", []byte("--x\r\nContent-Disposition: form-data; name=a\r\n\r\nv\r\n--x--\r\n"), "")
	f.Add("application/x-www-form-urlencoded", []byte("a=1&&b"), "&&=")
	f.Add("application/xml", []byte("<a b='1'> <c/>x<!-- --></a>"), "")
	f.Add("application/graphql", []byte("query{a(b:\"\"\"c\"\"\",d:-1.5)...F}#x"), "")
	f.Add("application/x-ndjson", []byte("{\"query\":\"{a}\"}\n1e2\n"), "")
	f.Fuzz(func(t *testing.T, contentType string, body []byte, query string) {
		m := Match{IgnoreFields: []string{"a"}}
		r := &store.Request{Method: "POST", URL: "http://h/?" + query, Header: http.Header{"Content-Type": {contentType}}, Body: bytes.Clone(body)}
		first := m.key(r)
		if m.key(r) != first {
			t.Error("not the same twice")
		}
		if !bytes.Equal(r.Body, body) {
			t.Error("the body was changed")
		}
	})
}
