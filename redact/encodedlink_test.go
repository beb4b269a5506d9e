package redact

import (
	"net/http"
	"strings"
	"testing"
)

// A URL that is percent-encoded as a whole is masked wherever it stands, and nothing else changes.
func TestEncodedURLs(t *testing.T) {
	var r *Redactor
	for _, c := range []struct{ in, want string }{
		{"https%3A%2F%2Fx.test%2F%3Fa%3D1%26token%3D" + planted, "https%3A%2F%2Fx.test%2F%3Fa%3D1%26token%3DREDACTED"},
		{"https%3a%2f%2fme%3a" + planted + "%40x.test%2fa", "https%3A%2F%2FREDACTED%40x.test%2Fa"},
		{"https%3A%2F%2Fx.test%2F%3Ftoken%3D" + planted + "%2", "https%3A%2F%2Fx.test%2F%3Ftoken%3DREDACTED"}, // cut off
		{"https%3A%2F%2Fx.test%2Fa%3Fpage%3D2", ""},
		{"100%3A%2F", ""},
		{"%3A%2F%2", ""},
	} {
		want := c.want
		if want == "" {
			want = c.in
		}
		for _, around := range [][2]string{{"see ", " ok"}, {"(", ")"}, {`x="`, `"`}} {
			text := around[0] + c.in + around[1]
			want := around[0] + want + around[1]
			for name, got := range map[string]string{
				"Text": r.Text(text), "text": string(r.Body("text/plain", []byte(text))), "page": string(r.Body("text/html", []byte(text))),
			} {
				if got != want {
					t.Errorf("%s: %s becomes %s, want %s", name, text, got, want)
				}
			}
		}
		if got := r.Location("https://cdn.test/w=1/" + c.in); got != "https://cdn.test/w=1/"+want {
			t.Errorf("in a path %s becomes %s", c.in, got)
		}
		if got := r.Headers(http.Header{"X-From": {c.in}}).Get("X-From"); got != want {
			t.Errorf("in a header %s becomes %s, want %s", c.in, got, want)
		}
	}
}

// The slashes of a URL may be escaped as well as what is behind them.
func TestTextMasksURLsWithEscapedSlashes(t *testing.T) {
	const u = "https://me:" + planted + "@x.test/a?page=2"
	for name, escape := range map[string]*strings.Replacer{
		"JSON":       strings.NewReplacer("/", `\/`),
		"a script":   strings.NewReplacer("/", `\u002f`, "=", `\u003d`),
		"XML":        strings.NewReplacer("/", "&#x2F;"),
		"JSON in it": strings.NewReplacer("/", `\\/`),
	} {
		in, want := escape.Replace(u), escape.Replace("https://REDACTED@x.test/a?page=2")
		if got := (*Redactor)(nil).Text("clone " + in + ": EOF"); got != "clone "+want+": EOF" {
			t.Errorf("%s: %s becomes %s, want %s", name, in, got, want)
		}
	}
}
