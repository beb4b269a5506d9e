package redact_test

import (
	"testing"

	"github.com/gracy-go/gracy/redact"
)

// Clients of Kubernetes, GitLab and others send manifests and settings as YAML.
func TestSecretsInYAMLAreMasked(t *testing.T) {
	r := redact.New(redact.Rules{})
	for name, c := range map[string]struct{ body, want string }{
		"a value":             {"user: bob\npassword: hunter2\n", "user: bob\npassword: REDACTED\n"},
		"quotes":              {"\"password\": \"hunter2 # no\"\r\n'api_key': 'x: y' # c\r\n", "\"password\": REDACTED\r\n'api_key': REDACTED\r\n"},
		"nested":              {"a:\n  b:\n    - password: hunter2\n      user: bob\n    - c\n", "a:\n  b:\n    - password: REDACTED\n      user: bob\n    - c\n"},
		"a text":              {"password: |\n  one: 1\n\n  two\nuser: bob", "password: |\n  REDACTED\n\n  REDACTED\nuser: bob"},
		"a folded value":      {"password: hunter2\n  and: more\nuser: bob", "password: REDACTED\n  REDACTED\nuser: bob"},
		"a list":              {"password:\n- a\n- b\nuser: bob", "password:\n- REDACTED\n- REDACTED\nuser: bob"},
		"a mapping":           {"secret:\n  name: a\n  n: 12\n  on: true\n  # c\n  more:\n  - x\nuser: bob", "secret:\n  name: REDACTED\n  n: 0\n  on: true\n  # c\n  more:\n  - REDACTED\nuser: bob"},
		"flow":                {"a: {password: hunter2, user: bob}\n", "a: {password: REDACTED, user: bob}\n"},
		"a variable":          {"env:\n- name: DB_PASSWORD\n  value: hunter2\n- name: USER\n  value: bob\n", "env:\n- name: DB_PASSWORD\n  value: REDACTED\n- name: USER\n  value: bob\n"},
		"like events":         {"data:\n  password: hunter2\n", "data:\n  password: REDACTED\n"},
		"two documents":       {"password: hunter2\n---\nuser: bob\n", "password: REDACTED\n---\nuser: bob\n"},
		"tags, anchors":       {"password: !!str hunter2\ntoken: &t hunter2\n", "password: REDACTED\ntoken: REDACTED\n"},
		"nothing":             {"password:\ntoken: null\nsecret: ''\nuser: bob\n", "password:\ntoken: null\nsecret: ''\nuser: bob\n"},
		"no secret":           {"a: b\n# password: c\nurl: http://a.test:80/x\n- password\n", "a: b\n# password: c\nurl: http://a.test:80/x\n- password\n"},
		"a name with a colon": {"\"my: password\": hunter2\n'a: b': c\n", "\"my: password\": REDACTED\n'a: b': c\n"},
		"a name of its own":   {"? password\n: hunter2\n? user\n: bob\n", "? password\n: REDACTED\n? user\n: bob\n"},
		"a list behind more":  {"password: # all\n- a\nsecret: &s\n- b\ntoken: !!seq\n- c\n", "password: # all\n- REDACTED\nsecret: REDACTED\n- REDACTED\ntoken: REDACTED\n- REDACTED\n"},
		"no comment":          {"password: |\n  # hunter2\nsecret:\n  a: >-\n    # hunter2\n    b: hunter2\nuser: bob\n", "password: |\n  REDACTED\nsecret:\n  a: >-\n    REDACTED\n    REDACTED\nuser: bob\n"},
		"no text below":       {"password: |hunter2\ntoken: >hunter2\n", "password: REDACTED\ntoken: REDACTED\n"},
		"carriage returns":    {"a: b\rpassword: hunter2\ruser: bob\r", "a: b\rpassword: REDACTED\ruser: bob\r"},
		"tabs":                {"-\tpassword: hunter2\n-\tuser:\tbob\n", "-\tpassword: REDACTED\n-\tuser:\tbob\n"},
		"a value first":       {"- value: hunter2\n  name: DB_PASSWORD\n- value: bob\n  name: USER\n", "- value: REDACTED\n  name: DB_PASSWORD\n- value: bob\n  name: USER\n"},
		"a commented name":    {"- name: &n DB_PASSWORD # c\n  value: hunter2\n", "- name: &n DB_PASSWORD # c\n  value: REDACTED\n"},
		"cookies":             {"Set-Cookie: a=b; Path=/\ncookie: yes\n", "Set-Cookie: REDACTED\ncookie: yes\n"},
		"lists of cookies":    {"cookies:\n- a=b; Path=/\n- yes\ncookie:\n  x: a=b\nuser: a=b\n", "cookies:\n- REDACTED\n- yes\ncookie:\n  x: REDACTED\nuser: a=b\n"},
		"auth":                {"auth:\n  basic: hunter2\n  kind: basic\nauths:\n  h.test:\n    auth: \"dXNlcjpwYXNzd29yZA==\" # c\nbasic: x\nauth: yes\n", "auth:\n  basic: REDACTED\n  kind: basic\nauths:\n  h.test:\n    auth: REDACTED\nbasic: x\nauth: yes\n"},
		"a flow behind name":  {"key: {password: hunter2}\nname: [{token: hunter2,\n  user: bob}]\n", "key: {password: REDACTED}\nname: [{token: REDACTED,\n  user: bob}]\n"},
		"tags and colons":     {"secret:\n- !!str 'a: hunter2'\n- &a \"b: hunter2\"\n- !x hunter2 # c: d\n&b password: hunter2\n!!str user: bob\n", "secret:\n- REDACTED\n- REDACTED\n- REDACTED\n&b password: REDACTED\n!!str user: bob\n"},
		"commented items":     {"secret:\n- hunter2 # from: a\n- \"hunter2\" # from: a\n- a: hunter2 # b: c\nuser: bob # c: d\n", "secret:\n- REDACTED\n- REDACTED\n- a: REDACTED\nuser: bob # c: d\n"},
		"items in quotes":     {"secret:\n- 'it''s: hunter2'\n- \"\\\"a: hunter2\"\n- 'one: hunter2\n  hunter2'\n- 'a''b': hunter2\nuser: bob\n", "secret:\n- REDACTED\n- REDACTED\n- REDACTED\n  REDACTED\n- 'a''b': REDACTED\nuser: bob\n"},
		"a value and more":    {"- value: hunter2\n    two\n  sub:\n    x: y\n  name: DB_PASSWORD\n", "- value: REDACTED\n  sub:\n    x: y\n  name: DB_PASSWORD\n"},
		"JSON":                {`{"password":"hunter2"}`, `{"password":"REDACTED"}`},
	} {
		for _, kind := range []string{"application/yaml", "application/x-yaml; charset=utf-8", "text/yaml", "application/vnd.oai.openapi+yaml"} {
			got := string(r.Body(kind, []byte(c.body)))
			if got != c.want {
				t.Errorf("%s, %s:\n%s\nwant\n%s", name, kind, got, c.want)
			}
			if again := string(r.Body(kind, []byte(got))); again != got {
				t.Errorf("%s: masked again:\n%s", name, again)
			}
		}
	}
	const plain = "password: must be long\n"
	if got := string(r.Body("text/plain", []byte(plain))); got != plain {
		t.Errorf("a text became %q", got)
	}
}
