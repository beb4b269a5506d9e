package compare

import (
	"strings"
	"testing"
)

func TestShapesLeaveValuesOut(t *testing.T) {
	for _, c := range []struct{ name, a, b, want string }{
		{"values", `{"a":1,"b":"x","c":true}`, `{"a":2.5,"b":"y","c":false}`, ""},
		{"a type", `{"a":{"b":1}}`, `{"a":{"b":"1"}}`, "body /a/b: number | string\n"},
		{"a member", `{"a":1}`, `{"b":1}`, "body /a: number | \nbody /b:  | number\n"},
		{"length of an array", `[{"a":1}]`, `[{"a":1},{"a":2}]`, ""},
		{"no element", `{"a":[]}`, `{"a":[{"b":1}]}`, ""},
		{"elements together", `[{"a":1},{"b":1}]`, `[{"b":1,"a":1}]`, ""},
		{"a member of all elements", `[{"a":1},{"a":2}]`, `[{"a":1,"n":null},{"a":"2"}]`, "body /*/a: number | number or string\nbody /*/n:  | null\n"},
		{"null fits", `{"a":null,"b":{"c":1}}`, `{"a":"x","b":null}`, ""},
		{"ignored", `{"id":1}`, `{"id":"x"}`, ""},
		{"an object for an array", `{}`, `[]`, "body: object | array\n"},
		{"no json", `a`, `b`, "body: \"a\" | \"b\"\n"},
	} {
		var l List
		l.Shapes(body(asJSON, c.a), body(asJSON, c.b), []string{"id"})
		if got := shown(l); got != c.want {
			t.Errorf("%s:\n%swant\n%s", c.name, got, c.want)
		}
	}
}

func TestDeepShapesEnd(t *testing.T) {
	nested := func(leaf string) Body {
		return body(asJSON, strings.Repeat(`{"a":[`, 4000)+leaf+strings.Repeat("]}", 4000))
	}
	var l List
	l.Shapes(nested("1"), nested(`"1"`), nil)
	if l.Len() != 0 {
		t.Errorf("%+v", l.Shown[0])
	}
}
