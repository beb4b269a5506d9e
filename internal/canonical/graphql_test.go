package canonical

import (
	"encoding/json"
	"testing"
)

func TestGraphQLIsComparedByItsTokens(t *testing.T) {
	const (
		asJSON    = "application/json"
		asGraphQL = "application/graphql"
	)
	query := func(document string) string {
		b, _ := json.Marshal(map[string]any{"query": document})
		return string(b)
	}
	const document = "query Q($n: Int = -1.5e3) {\n  user(id: \"a b\", n: $n) { name, ...F }\n}"
	for _, c := range []struct {
		name, media, a, b string
		same              bool
	}{
		{"layout", asJSON, query(document), query("# c\nquery Q($n:Int=-1.5e3){user(id:\"a b\" n:$n){name ...F}}"), true},
		{"layout of a document alone", asGraphQL, document, "query Q ( $n : Int = -1.5e3 ) { user ( id : \"a b\" , n : $n ) { name ... F } }", true},
		{"white space in a string", asJSON, query(document), query("query Q($n:Int=-1.5e3){user(id:\"a  b\" n:$n){name ...F}}"), false},
		{"a comment in a string", asGraphQL, "{a(b:\"#x\")}", "{a(b:\"#y\")}", false},
		{"a block string", asGraphQL, "{a(b:\"\"\"x\\\"\"\" #y\"\"\")}", "{a(b:\"\"\"x\\\"\"\" #z\"\"\")}", false},
		{"names that touch", asGraphQL, "{ab}", "{a b}", false},
		{"numbers that touch", asGraphQL, "{a(b:[1 -2])}", "{a(b:[1-2])}", false},
		{"another field", asJSON, query("{a}"), query("{b}"), false},
		{"what says nothing", asJSON, query("{a}"), `{"query":"{ a }","variables":{},"operationName":null,"extensions":null}`, true},
		{"variables", asJSON, `{"query":"{a}","variables":{"x":1,"y":2}}`, `{"query":"{ a }","variables":{"y":2,"x":1.0}}`, true},
		{"other variables", asJSON, `{"query":"{a}","variables":{"x":1}}`, `{"query":"{a}","variables":{"x":2}}`, false},
		{"several", asJSON, `[{"query":"{a}"},{"query":"{b}"}]`, `[{"query":"{ a }"},{"query":"{ b }"}]`, true},
		{"a search is no document", asJSON, `{"query":"a, b"}`, `{"query":"a  b"}`, false},
		{"a search with braces", asJSON, `{"query":"} {"}`, `{"query":"}  {"}`, false},
		{"beside other members", asJSON, `{"query":"{ a }","size":1}`, `{"query":"{a}","size":1}`, false},
		{"a query that is an object", asJSON, `{"query":{"match":{"a":"{ b }"}}}`, `{"query":{"match":{"a":"{b}"}}}`, false},
		{"an open string", asGraphQL, "{a(b:\"x)}", "{a(b:\"x)} ", false},
	} {
		if got := sumOf(nil, c.media, c.a) == sumOf(nil, c.media, c.b); got != c.same {
			t.Errorf("%s: same is %v, want %v", c.name, got, c.same)
		}
	}
}
