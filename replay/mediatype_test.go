package replay

import (
	"testing"

	"github.com/gracy-go/gracy/replay/store"
)

// A recording that was made without the headers of its request, as some recorders write it, says
// nothing about how a body is read.
func TestABodyWithoutItsTypeIsReadByItsContent(t *testing.T) {
	const (
		form  = "application/x-www-form-urlencoded"
		mixed = "multipart/form-data; boundary=b"
	)
	const byType = "4-9a8c13ea93431333" // the recipe of builds that read such a body by its type
	ignoring := func(m Match) Match {
		m.IgnoreHeaders = append(m.IgnoreHeaders, "content-type")
		return m
	}
	for _, c := range []struct {
		name               string
		m                  Match
		typeA, a, typeB, b string
		same               bool
	}{
		{"json", Match{}, "application/json", `{"a":1,"b":2}`, "", `{"b":2, "a":1.0}`, true},
		{"json of two types", Match{}, "application/json", `{"a":1}`, "text/plain", `{ "a":1}`, true},
		{"another value", Match{}, "application/json", `{"a":1}`, "", `{"a":2}`, false},
		{"json lines", Match{}, "application/x-ndjson", "{\"a\":1,\"b\":2}\n{\"c\":3}\n", "", "{\"b\":2,\"a\":1}\n{\"c\":3}\n", true},
		{"form", Match{}, form, "a=1&b=2", "", "b=2&a=1", true},
		{"xml", Match{}, "application/xml", `<a x="1" y="2"/>`, "", `<a y="2" x="1"/>`, true},
		{"text", Match{}, "text/plain", "as it is", "", "as it is", true},
		{"bytes", Match{}, "application/octet-stream", "\x00\xff", "", "\x00\xff", true},
		{"a picture", Match{}, "image/png", "\x89PNG\r\n\x1a\n\x00\xff", "", "\x89PNG\r\n\x1a\n\x00\xff", true},
		{"no body", Match{}, "application/json", "", "", "", true},
		{"ignored field", Match{IgnoreFields: []string{"id"}}, "application/json", `{"a":1,"id":2}`, "", `{"id":3,"a":1}`, true},
		{"only field", Match{OnlyFields: []string{"a"}}, "application/json", `{"a":1,"id":2}`, "", `{"id":3,"a":1}`, true},
		{"multipart needs its boundary", Match{}, mixed, "--b\r\nContent-Disposition: form-data; name=x\r\n\r\n1\r\n--b--\r\n", "multipart/form-data; boundary=c", "--c\r\nContent-Disposition: form-data; name=x\r\n\r\n1\r\n--c--\r\n", true},
	} {
		m := ignoring(c.m)
		if got := keyOf(m, "POST", "http://h/", c.typeA, c.a) == keyOf(m, "POST", "http://h/", c.typeB, c.b); got != c.same {
			t.Errorf("%s: the same is %v", c.name, got)
		}
		if keyOf(c.m, "POST", "http://h/", c.typeA, c.a) == keyOf(c.m, "POST", "http://h/", c.typeB, c.b) && c.same && c.a != "" && c.typeA != mixed {
			t.Errorf("%s: control run: the same if the type counts", c.name)
		}
	}
	if ignoring(Match{}).recipe(1, "") == byType {
		t.Error("a tape with keys by the type is not indexed again")
	}
	asked := store.Request{Method: "POST", URL: "http://h/", Header: map[string][]string{"Content-Type": {"application/json"}}, Body: []byte(`{"a":{"b":1}}`)}
	taped := asked
	taped.Header, taped.Body = nil, []byte(`{"a":{"b":2}}`)
	_, l := comparer{by: selector{match: ignoring(Match{}), secret: func(string) bool { return false }}}.nearest(&asked, []*store.Exchange{{Request: taped}})
	if got, want := inWords(differences(l, func(s string) string { return s }), l.More), "body /a/b: 1, on tape 2"; got != want {
		t.Errorf("a miss says %q, want %q", got, want)
	}
}
