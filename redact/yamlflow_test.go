package redact

import "testing"

// Text in brackets is masked as in JSON, whatever line it begins on and however many lines it has.
func TestSecretsInFlowsOfYAMLAreMasked(t *testing.T) {
	r := New(Rules{})
	for name, c := range map[string]struct{ body, want string }{
		"lines":             {"db: {user: app, password: hunter2,\n  host: x}\n", "db: {user: app, password: REDACTED,\n  host: x}\n"},
		"more on a line":    {"db: {\n  user: app, password: hunter2,\n  host: x }\nuser: bob\n", "db: {\n  user: app, password: REDACTED,\n  host: x }\nuser: bob\n"},
		"words":             {"a: {password: correct horse, user: x}\n", "a: {password: REDACTED, user: x}\n"},
		"a list":            {"{password: [hunter1, 12, true, null], user: [x]}\n", "{password: [REDACTED, 0, true, null], user: [x]}\n"},
		"a mapping":         {"a: {password: {a: hunter2, b: [x, y]}, c: d}\n", "a: {password: {a: REDACTED, b: [REDACTED, REDACTED]}, c: d}\n"},
		"quotes":            {"a: {'password': 'it''s, ok', \"token\":\"x\\\"}, y\", user: 'a, b'}\n", "a: {'password': 'REDACTED', \"token\":\"REDACTED\", user: 'a, b'}\n"},
		"quotes and lines":  {"a: {password: \"one\n  two\", user: x}\n", "a: {password: \"REDACTED\", user: x}\n"},
		"words and lines":   {"a: {password: one\n  two, user: x}\n", "a: {password: REDACTED\n  REDACTED, user: x}\n"},
		"tags, anchors":     {"a: &a !!map {password: !!str hunter2, token: &t [x], secret: !x, user: !!str bob}\n", "a: &a !!map {password: !!str REDACTED, token: &t [REDACTED], secret: REDACTED, user: !!str bob}\n"},
		"a document":        {"--- {password: hunter2, user: x}\n--- # c\na: b\n", "--- {password: REDACTED, user: x}\n--- # c\na: b\n"},
		"items":             {"- {user: a, password: hunter2}\n- &i {password:\n    [hunter2, # c\n    hunter2]}\n- c", "- {user: a, password: REDACTED}\n- &i {password:\n    [REDACTED, # c\n    REDACTED]}\n- c"},
		"pairs":             {"- {value: hunter2, name: DB_PASSWORD}\n- {name: DB_PASSWORD, value: [hunter2]}\n- {name: USER, value: bob}\n", "- {value: REDACTED, name: DB_PASSWORD}\n- {name: DB_PASSWORD, value: [REDACTED]}\n- {name: USER, value: bob}\n"},
		"like JSON":         {"[ {password:\n  [\n\"hunter2\"\n] } ]\n", "[ {password:\n  [\n\"REDACTED\"\n] } ]\n"},
		"words of a text":   {"a: [--password=hunter2, Bearer abcdef12]\n", "a: [--password=REDACTED, Bearer REDACTED]\n"},
		"never closed":      {"a:\n  b: {c: d\n  password: hunter2\n  user: bob\n", "a:\n  b: {c: d\n  password: REDACTED\n  user: bob\n"},
		"a stray quote":     {"a: {b: 'c\npassword: hunter2\nuser: bob\n", "a: {b: 'c\npassword: REDACTED\nuser: bob\n"},
		"under a secret":    {"secret:\n  a: {b: c,\n    d: e}\nuser: {a: b}\n", "secret:\n  a: REDACTED\n    REDACTED\nuser: {a: b}\n"},
		"a byte order mark": {"\ufeff{password: hunter2}\n", "\ufeff{password: REDACTED}\n"},
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
