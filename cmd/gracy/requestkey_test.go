package main

import (
	"testing"

	"github.com/gracy-go/gracy/replay/store"
)

func TestTheMeaningOfABody(t *testing.T) {
	const (
		asJSON = "application/json"
		form   = "application/x-www-form-urlencoded"
	)
	for _, c := range []struct {
		name, media, a, b string
		same              bool
	}{
		{"order and spaces", asJSON, `{"a":[1,{"b":null}],"c":true}`, "{ \"c\":true,\n\"a\":[1, {\"b\":null}]}", true},
		{"numbers", asJSON, `[1.50,100]`, `[1.5,1e2]`, true},
		{"a number and a string", asJSON, `[1]`, `["1"]`, false},
		{"an array has an order", asJSON, `[1,2]`, `[2,1]`, false},
		{"a member that may differ", "application/vnd.x+json", `{"x":1,"at":{"y":1}}`, `{"x":1}`, true},
		{"another member", asJSON, `{"x":1}`, `{"x":2}`, false},
		{"malformed", asJSON, `{"x":1,}`, `{ "x":1,}`, false},
		{"lines", "application/x-ndjson", "{\"a\":1,\"b\":2}\n{}\n", "{\"b\":2,\"a\":1}\n{}\n", true},
		{"fewer lines", "application/x-ndjson", "{}\n{}\n", "{}\n", false},
		{"form", form, "a=1&b=x+y&at=2", "b=x%20y&a=1", true},
		{"values have an order", form, "a=1&a=2", "a=2&a=1", false},
		{"XML", "application/xml", `<a x="1" y="2"/>`, `<a y='2' x='1'></a>`, true},
		{"GraphQL", asJSON, `{"query":"{ a, b }"}`, `{"query":"{a b}"}`, true},
		{"text", "text/plain", `{"a":1,"b":2}`, `{"b":2,"a":1}`, false},
	} {
		of := func(body string) requestKey {
			return requestKeyOf(&store.Request{Header: map[string][]string{"Content-Type": {c.media}}, Body: []byte(body)}, []string{"at"})
		}
		if same := of(c.a) == of(c.b); same != c.same {
			t.Errorf("%s: the same is %v: %q, %q", c.name, same, of(c.a), of(c.b))
		}
	}
}
