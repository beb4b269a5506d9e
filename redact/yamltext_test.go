package redact

import "testing"

// What YAML writes with escapes is masked like what it writes without.
func TestEscapesInYAML(t *testing.T) {
	const s, key = planted, "ghp_0123456789abcdefghijABCDEFGHIJ012345"
	for _, c := range []struct{ in, want string }{
		{`"to\u006ben": ` + s, `"to\u006ben": REDACTED`},
		{`- "to\x6ben": ` + s, `- "to\x6ben": REDACTED`},
		{`? "to\U0000006ben"` + "\n: " + s, `? "to\U0000006ben"` + "\n: REDACTED"},
		{"name: \"to\\x6ben\" # c\nvalue: " + s, "name: \"to\\x6ben\" # c\nvalue: REDACTED"},
		{"value: " + s + "\nname: \"pass\\u0077ord\"", "value: REDACTED\nname: \"pass\\u0077ord\""},
		{`a: {"to\x6ben": ` + s + `, b: c}`, `a: {"to\x6ben": REDACTED, b: c}`},
		{`a: {name: "to\x6ben", value: ` + s + `}`, `a: {name: "to\x6ben", value: REDACTED}`},
		{`a: "{\"token\": \"` + s + `\", \"b\": 1}" # c`, `a: "{\"token\": \"REDACTED\", \"b\": 1}" # c`},
		{`a: '{"token": "` + s + `", "b": "it''s"}'`, `a: '{"token": "REDACTED", "b": "it''s"}'`},
		{`- !!str "{\"token\": \"` + s + `\"}"`, `- !!str "{\"token\": \"REDACTED\"}"`},
		{`a: ["{\"token\": \"` + s + `\"}", '{"token": "` + s + `"}']`, `a: ["{\"token\": \"REDACTED\"}", '{"token": "REDACTED"}']`},
		{`a: "https://x.test/?a=1&to\x6ben=` + s + `"`, `a: "https://x.test/?a=1&token=REDACTED"`},
		{`a: "\/cb?a=1\u0026token=` + s + `"`, `a: "/cb?a=1&token=REDACTED"`},
		{`a: "\x67` + key[1:] + `"`, `a: "REDACTED"`},
		{`a: "see \x67` + key[1:] + `,\e\N ok"`, `a: "see REDACTED,\u001b` + "\u0085" + ` ok"`},
		{`a: {b: "\x67` + key[1:] + `"}`, `a: {b: "REDACTED"}`},
		{`auth: "bWU6cGFz\x63w=="`, `auth: REDACTED`},

		{`"color\x21": "red \x41\qz\xzz" # token`, ""},
		{`'it''s': "a\tb"`, ""},
		{`a: "cut off \x67`, ""},
		{`a: "see /items?page=2" `, ""},
		{`a: {"b\x41": "{\"color\": \"red\"}"}`, ""},
	} {
		want := c.want
		if want == "" {
			want = c.in
		}
		got := string((*Redactor)(nil).Body("application/yaml", []byte(c.in)))
		if got != want {
			t.Errorf("%s\ngot  %s\nwant %s", c.in, got, want)
		}
		if again := string((*Redactor)(nil).Body("application/yaml", []byte(got))); again != got {
			t.Errorf("%s, then %s", got, again)
		}
	}
}

func TestEveryEscapeOfYAML(t *testing.T) {
	const in = `\0\a\b\t\n\v\f\r\e\ \"\/\\\N\_\L\P\x41\u00e9\U0001f600` + "\\\t"
	if got, want := yamlUnquote(in, '"'), "\x00\a\b\t\n\v\f\r\x1b \"/\\\u0085\u00a0\u2028\u2029A\u00e9\U0001f600\t"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	const malformed = `\q\x4\u00g0\U99999999\`
	if got := yamlUnquote(malformed, '"'); got != malformed {
		t.Errorf("%q becomes %q", malformed, got)
	}
}
