package compare

import (
	"strings"
	"testing"
	"time"
)

// Arrays in arrays are compared in linear time, however deep they are.
func TestDeepArraysAreLinear(t *testing.T) {
	const depth = 5000
	nested := func(leaf string) Body {
		return body(asJSON, strings.Repeat("[0,", depth)+leaf+strings.Repeat(",0]", depth))
	}
	done := make(chan List, 1)
	go func() {
		var l List
		l.Bodies(nested("1"), nested("2"), nil)
		done <- l
	}()
	select {
	case l := <-done:
		if l.Len() != 1 || strings.Count(l.Shown[0].Place, "/1") != deepest {
			t.Errorf("%+v", l)
		}
	case <-time.After(time.Minute):
		t.Fatal("still comparing")
	}
}

func TestIgnoredMembersMakeElementsEqual(t *testing.T) {
	for _, c := range []struct {
		a, b string
		n    int
	}{
		{`[{"id":1,"n":1},{"n":2}]`, `[{"n":1},{"id":2,"n":2}]`, 0},
		{`[{"id":1,"n":1},{"n":2}]`, `[{"n":1},{"id":2,"n":3}]`, 1},
		{`[{"n":1,"m":1}]`, `[{"n":1}]`, 1},
		{`[{"n":1}]`, `[{"n":1,"m":1}]`, 1},
		{`[[1],{"id":[]}]`, `[[1],{"id":{}}]`, 0},
		{`[null,true]`, `[null,false]`, 1},
	} {
		var l List
		l.Bodies(body(asJSON, c.a), body(asJSON, c.b), []string{"id"})
		if l.Len() != c.n {
			t.Errorf("%s and %s: %d differences\n%s", c.a, c.b, l.Len(), shown(l))
		}
	}
}
