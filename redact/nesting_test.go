package redact

import "testing"

// Names also count below a name of cookies, since many frameworks log there what they know about a
// session.
func TestNamesBelowCookiesCount(t *testing.T) {
	r := New(Rules{})
	for body, want := range map[string]string{
		`{"cookies":{"password":"hunter2","theme":"dark","n":1,"s":"a=b"}}`:                          `{"cookies":{"password":"REDACTED","theme":"dark","n":1,"s":"REDACTED"}}`,
		`{"cookies":{"secret":{"a":["hunter2"]},"theme":"dark","pin":{"password":12}},"user":"a=b"}`: `{"cookies":{"secret":{"a":["REDACTED"]},"theme":"dark","pin":{"password":0}},"user":"a=b"}`,
		`{"cookies":[{"value":"hunter2","name":"token"},{"name":"password","value":["hunter2"]}]}`:   `{"cookies":[{"value":"REDACTED","name":"token"},{"name":"password","value":["REDACTED"]}]}`,
		`{"cookies":{"query":"a=b","auth":"sid=1","x":"y"}}`:                                         `{"cookies":{"query":"REDACTED","auth":"REDACTED","x":"y"}}`,
	} {
		for _, kind := range []string{"application/json", "application/yaml"} {
			comment := ""
			if kind == "application/yaml" {
				comment = " # so it is no JSON"
			}
			if got := string(r.Body(kind, []byte(body+comment))); got != want+comment {
				t.Errorf("%s:\n%s\nwant\n%s", kind, got, want+comment)
			}
		}
	}
}
