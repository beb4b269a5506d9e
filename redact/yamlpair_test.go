package redact

import "testing"

// The name that says that a value is secret may follow it, however many lines the value has.
func TestAValueInFrontOfItsNameIsMaskedInYAML(t *testing.T) {
	r := New(Rules{})
	for name, c := range map[string]struct{ body, want string }{
		"lines of a value":    {"- value:\n    - hunter2\n    - a: |\n        hunter2\n  name: DB_PASSWORD\n- value:\n  - bob\n  name: USER\n", "- value:\n    REDACTED\n  name: DB_PASSWORD\n- value:\n  - bob\n  name: USER\n"},
		"flow of a value":     {"- value: [a,\n    hunter2]\n  name: DB_PASSWORD\n- value:\n  name: DB_PASSWORD\n", "- value: REDACTED\n  name: DB_PASSWORD\n- value:\n  name: DB_PASSWORD\n"},
		"a flow behind value": {"- value: hunter2\n  sub: {x: y,\n    z: w}\n  name: DB_PASSWORD\n", "- value: REDACTED\n  sub: {x: y,\n    z: w}\n  name: DB_PASSWORD\n"},
		"like a comment":      {"- value: |\n    # hunter2\n  name: DB_PASSWORD\n- value:\n    - x\n# c\n    - y\n  name: DB_PASSWORD\n", "- value: REDACTED\n  name: DB_PASSWORD\n- value:\n    REDACTED\n  name: DB_PASSWORD\n"},
	} {
		got := string(r.Body("application/yaml", []byte(c.body)))
		if got != c.want {
			t.Errorf("%s:\n%s\nwant\n%s", name, got, c.want)
		}
		if again := string(r.Body("application/yaml", []byte(got))); again != got {
			t.Errorf("%s: masked again:\n%s", name, again)
		}
	}
}
