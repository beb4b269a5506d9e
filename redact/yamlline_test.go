package redact

import "testing"

func TestALineOfYAML(t *testing.T) {
	for text, want := range map[string]struct {
		name, value string
		item, ok    bool
	}{
		"  a: b":             {"a", "b", false, true},
		"- a: b":             {"a", "b", true, true},
		`- &x "a: b" : c: d`: {"a: b", "c: d", true, true},
		"? a":                {"a", "", false, true},
		"--- a: b":           {"a", "b", false, true},
		"a:b":                {"", "a:b", false, true},
		"'it''s: b'":         {"", "'it''s: b'", false, true},
		"a # b: c":           {"", "a # b: c", false, true},
		"[a: b]":             {"", "[a: b]", false, true},
		"# a: b":             {"", "# a: b", false, false},
		"---":                {"", "", false, false},
		"...":                {"", "...", false, false},
		"":                   {"", "", false, false},
	} {
		l, ok := yamlLineOf([]byte(text))
		if value := text[l.from:]; ok != want.ok || l.name != want.name || value != want.value || l.item != want.item {
			t.Errorf("%q: name %q, value %q, item %v, %v; want %+v", text, l.name, value, l.item, ok, want)
		}
	}
}
