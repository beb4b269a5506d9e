package replay

import (
	"net/http"
	"strings"
	"testing"

	"github.com/gracy-go/gracy/internal/growth"
)

// Only the named fields of a body count, and where they are.
func TestOnlyFieldsCount(t *testing.T) {
	const (
		json  = "application/json"
		lines = "application/x-ndjson"
		form  = "application/x-www-form-urlencoded"
	)
	for name, c := range map[string]struct {
		only        []string
		media, a, b string
		same        bool
	}{
		"control":                   {nil, json, `{"model":"m","seed":1}`, `{"model":"m","seed":2}`, false},
		"a member more":             {[]string{"model"}, json, `{"model":"m","seed":1}`, `{"seed":2,"model":"m","user":"u"}`, true},
		"another value":             {[]string{"model"}, json, `{"model":"m"}`, `{"model":"n"}`, false},
		"it is not there":           {[]string{"model"}, json, `{"model":"m"}`, `{"seed":1}`, false},
		"null is there":             {[]string{"model"}, json, `{"model":null}`, `{}`, false},
		"none of them":              {[]string{"model"}, json, `{"a":1}`, `{"b":2}`, true},
		"with all that it holds":    {[]string{"model"}, json, `{"model":{"seed":1}}`, `{"model":{"seed":2}}`, false},
		"further inside":            {[]string{"name"}, json, `{"params":{"name":"n","id":1},"id":1}`, `{"params":{"name":"n"}}`, true},
		"in another place":          {[]string{"name"}, json, `{"params":{"name":"n"}}`, `{"args":{"name":"n"}}`, false},
		"in an array":               {[]string{"name"}, json, `[{"name":"a","x":1},{"x":2},3]`, `[{"name":"a"},{},4]`, true},
		"in another element":        {[]string{"name"}, json, `[{"name":"a"},{}]`, `[{},{"name":"a"}]`, false},
		"in an array of a member":   {[]string{"name"}, json, `{"a":[{"name":"a"},{"x":1}]}`, `{"a":[{"name":"b"},{"x":1}]}`, false},
		"numbers by value":          {[]string{"n"}, json, `{"n":1.0,"x":1}`, `{"n":1}`, true},
		"no object":                 {[]string{"n"}, json, `1`, `2`, true},
		"malformed":                 {[]string{"n"}, json, `{"n":1,`, `{"n":1,,`, false},
		"lines":                     {[]string{"n"}, lines, "{\"n\":1,\"x\":1}\n{\"n\":2}\n", "{\"n\":1}\n\n{\"n\":2,\"x\":3}", true},
		"lines that differ":         {[]string{"n"}, lines, "{\"n\":1}\n{\"n\":2}\n", "{\"n\":1}\n{\"n\":3}\n", false},
		"a form":                    {[]string{"a b"}, form, "a+b=1&x=2", "x=3&a%20b=1&y=4", true},
		"a form that differs":       {[]string{"a b"}, form, "a+b=1&x=2", "a+b=2&x=2", false},
		"text counts whole":         {[]string{"a"}, "text/plain", "a=1&b=1", "a=1&b=2", false},
		"a query of GraphQL":        {[]string{"query"}, json, `{"query":"{ a, b }","variables":{"x":1}}`, `{"query":"{a b}","variables":{"x":2}}`, true},
		"beside what is ignored":    {[]string{"m"}, json, `{"m":{"id":1,"a":1}}`, `{"m":{"id":2,"a":1}}`, false},
		"a string that has letters": {[]string{"m"}, json, `{"m":"<é>"}`, `{"m":"\u003c\u00e9\u003e","x":1}`, true},
	} {
		m := Match{OnlyFields: c.only}.compiled()
		a, b := keyOf(m, "POST", "http://h/", c.media, c.a), keyOf(m, "POST", "http://h/", c.media, c.b)
		if (a == b) != c.same {
			t.Errorf("%s: the same is %v, want %v", name, a == b, c.same)
		}
	}
	m := Match{OnlyFields: []string{"m"}, IgnoreFields: []string{"id"}}.compiled()
	if keyOf(m, "POST", "http://h/", json, `{"m":{"id":1}}`) != keyOf(m, "POST", "http://h/", json, `{"m":{"id":2}}`) {
		t.Error("a member that is ignored counts in one that is named")
	}
}

// A secret that does not count is not part of the identity.
func TestASecretThatDoesNotCountIsNoIdentity(t *testing.T) {
	d := identifier{match: Match{OnlyFields: []string{"user"}}.compiled(), key: []byte("k")}
	h := http.Header{"Content-Type": {"application/json"}}
	if d.secrets(nil, h, []byte(`{"user":"u","password":"one"}`), []byte(`{"user":"u","password":"REDACTED"}`)) != nil {
		t.Error("a password that does not count is part of the identity")
	}
	d.match = Match{}
	if d.secrets(nil, h, []byte(`{"user":"u","password":"one"}`), []byte(`{"user":"u","password":"REDACTED"}`)) == nil {
		t.Error("the control: a password is part of the identity")
	}
}

func TestReducingTakesTimeInProportion(t *testing.T) {
	m := Match{OnlyFields: []string{"a"}, Patterns: []string{`[0-9]+`}}.compiled()
	h := http.Header{"Content-Type": {"application/json"}}
	growth.Hostile(t, map[string]func(string){
		"json":   func(s string) { m.counting(h, []byte(s)) },
		"object": func(s string) { m.counting(h, []byte(`{"b":[`+s+`]}`)) },
		"form": func(s string) {
			m.counting(http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}, []byte(s))
		},
	})
	deep := strings.Repeat(`{"b":`, 300) + "1" + strings.Repeat("}", 300)
	if got := m.counting(h, []byte(deep)); string(got) != deep {
		t.Error("a document that is too deep does not count as it is")
	}
}
