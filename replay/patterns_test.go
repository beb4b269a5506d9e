package replay

import (
	"strings"
	"testing"
)

const uuidPattern = `[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}`

// A value that a client makes anew is not compared if a pattern describes it.
func TestAValueThatAPatternMatchesCountsAsAnyOther(t *testing.T) {
	const (
		json = "application/json"
		form = "application/x-www-form-urlencoded"
		one  = "3f2b8a51-0c4d-4e6f-9a7b-1c2d3e4f5a6b"
		two  = "00000000-0000-4000-8000-000000000000"
	)
	patterns := []string{uuidPattern, `\d{4}-\d\d-\d\dT[0-9:.]+Z`, `1[0-9]{9}`}
	type req struct{ url, media, body string }
	for name, c := range map[string]struct {
		a, b req
		same bool
	}{
		"a segment":             {req{"http://h/o/" + one + "/x", "", ""}, req{"http://h/o/" + two + "/x", "", ""}, true},
		"a part of a segment":   {req{"http://h/o/x" + one, "", ""}, req{"http://h/o/x" + two, "", ""}, false},
		"another segment":       {req{"http://h/o/" + one, "", ""}, req{"http://h/o/latest", "", ""}, false},
		"an escaped segment":    {req{"http://h/a%2Fb/" + one, "", ""}, req{"http://h/a%2Fb/" + two, "", ""}, true},
		"another path":          {req{"http://h/a%2Fb/" + one, "", ""}, req{"http://h/a/b/" + two, "", ""}, false},
		"a query":               {req{"http://h/?id=" + one + "&a=1", "", ""}, req{"http://h/?a=1&id=" + two, "", ""}, true},
		"another parameter":     {req{"http://h/?id=" + one, "", ""}, req{"http://h/?no=" + one, "", ""}, false},
		"an escaped value":      {req{"http://h/?t=2026-11-28T10%3A00%3A00Z", "", ""}, req{"http://h/?t=2027-01-01T00:00:00Z", "", ""}, true},
		"two patterns":          {req{"http://h/?id=" + one, "", ""}, req{"http://h/?id=2026-11-28T10:00:00Z", "", ""}, false},
		"a string of JSON":      {req{"http://h/", json, `{"id":"` + one + `","a":1}`}, req{"http://h/", json, `{"a":1,"id":"` + two + `"}`}, true},
		"a name in JSON":        {req{"http://h/", json, `{"` + one + `":1}`}, req{"http://h/", json, `{"` + two + `":1}`}, false},
		"a number in JSON":      {req{"http://h/", json, `[1796000000]`}, req{"http://h/", json, `[1234567890]`}, true},
		"another number":        {req{"http://h/", json, `[1796000000]`}, req{"http://h/", json, `[2]`}, false},
		"a number is no string": {req{"http://h/", json, `["1796000000"]`}, req{"http://h/", json, `[1234567890]`}, true},
		"a form":                {req{"http://h/", form, "id=" + one}, req{"http://h/", form, "id=" + two}, true},
		"text":                  {req{"http://h/", "text/plain", one}, req{"http://h/", "text/plain", two}, false},
	} {
		for i, m := range []Match{Match{}.compiled(), Match{Patterns: patterns}.compiled()} {
			same := keyOf(m, "POST", c.a.url, c.a.media, c.a.body) == keyOf(m, "POST", c.b.url, c.b.media, c.b.body)
			if want := c.same && i == 1; same != want {
				t.Errorf("%s, %d patterns: the same is %v, want %v", name, len(m.Patterns), same, want)
			}
		}
	}
}

func TestThePatternThatMatchesFirstCounts(t *testing.T) {
	key := func(patterns ...string) [32]byte {
		return keyOf(Match{Patterns: patterns}.compiled(), "GET", "http://h/12", "", "")
	}
	if key(`\d+`, `.*`) == key(`.*`, `\d+`) {
		t.Error("the order of patterns does not count")
	}
	if a, b := (Match{Patterns: []string{"a", "b"}}).recipe(1, ""), (Match{Patterns: []string{"b", "a"}}).recipe(1, ""); a == b {
		t.Error("the order of patterns is not in the recipe")
	}
	for name, m := range map[string]Match{"Patterns": {Patterns: []string{"a"}}, "OnlyFields": {OnlyFields: []string{"a"}}} {
		if m.recipe(1, "") == (Match{}).recipe(1, "") {
			t.Errorf("%s is not in the recipe", name)
		}
	}
}

func TestAPatternThatIsNonePanics(t *testing.T) {
	defer func() {
		if v, _ := recover().(string); !strings.HasPrefix(v, "replay: Match.Patterns: ") {
			t.Errorf("%v", v)
		}
	}()
	Match{Patterns: []string{`a)(`}}.compiled()
}
