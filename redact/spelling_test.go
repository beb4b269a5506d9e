package redact_test

import (
	"net/url"
	"strings"
	"testing"

	"github.com/gracy-go/gracy/redact"
)

// markup returns what template engines and encoders write in a page or in XML.
func markup() map[string]*strings.Replacer {
	return map[string]*strings.Replacer{
		"html/template": strings.NewReplacer("&", "&amp;", "+", "&#43;", `"`, "&#34;", "'", "&#39;"),
		"ASP.NET":       strings.NewReplacer("&", "&amp;", "+", "&#x2B;", `"`, "&quot;", "'", "&#x27;"),
		"Mustache":      strings.NewReplacer("&", "&amp;", "/", "&#x2F;", "=", "&#x3D;", `"`, "&quot;"),
		"XML":           strings.NewReplacer("&", "&amp;", `"`, "&quot;", "'", "&apos;"),
	}
}

// script returns what they write in a script.
func script() map[string]*strings.Replacer {
	return map[string]*strings.Replacer{
		"PHP":           strings.NewReplacer("/", `\/`),
		"PHP, for HTML": strings.NewReplacer("/", `\/`, "&", `\u0026`),
		"Gson":          strings.NewReplacer("=", `\u003d`, "&", `\u0026`),
		"twice":         strings.NewReplacer("/", `\\\/`, "&", `\\u0026`),
		"JavaScript":    strings.NewReplacer("/", `\x2f`, "&", `\x26`, "=", `\x3D`),
	}
}

// A page and a script write a URL with escapes. What is secret in it is masked as without them.
func TestEscapesHideNoSecretOfAURL(t *testing.T) {
	var r *redact.Redactor
	for _, link := range []struct{ in, want string }{
		{"https://api.test/reset?user=1&token=ab+PLANTED/c&x=1", "https://api.test/reset?user=1&token=REDACTED&x=1"},
		{"https://b.test/o?part=60&X-Amz-Signature=PLANTED", "https://b.test/o?part=60&X-Amz-Signature=REDACTED"},
		{"https://me:ab+PLANTED@api.test/?a=1&b=2", "https://REDACTED@api.test/?a=1&b=2"},
		{"https://api.test/a?b=1&c=2", "https://api.test/a?b=1&c=2"},
	} {
		check := func(name, frame, in, want, got string) {
			t.Helper()
			if want = strings.Replace(frame, "%s", want, 1); got != want {
				t.Errorf("%s: %s\n got %s\nwant %s", name, strings.Replace(frame, "%s", in, 1), got, want)
			}
		}
		for name, e := range markup() {
			in, want := e.Replace(link.in), e.Replace(link.want)
			for _, frame := range []string{
				`<html><body><a href="%s">there</a></body></html>`, `<?xml version="1.0"?><a><b>%s</b></a>`,
				`<?xml version="1.0"?><a b="see &quot;%s&quot;"/>`, `[see](%s) there`,
			} {
				body := strings.Replace(frame, "%s", in, 1)
				check(name, frame, in, want, string(r.Body("", []byte(body))))
			}
			if name != "Mustache" { // whose // are not looked for
				check(name+" in a log line", "see %s there", in, want, r.Text("see "+in+" there"))
				for _, frame := range []string{`{"a":"<a href='%s'>there</a>"}`, `{"a":"<b>%s</b>, once"}`, `{"a":"see %s there"}`} {
					body := strings.Replace(frame, "%s", in, 1)
					check(name+" in JSON", frame, in, want, string(r.Body("application/json", []byte(body))))
				}
			}
		}
		for name, e := range script() {
			in, want := e.Replace(link.in), e.Replace(link.want)
			for _, frame := range []string{`<html><script>let a = {"b": "%s"}</script></html>`, `let a = '%s';`} {
				body := strings.Replace(frame, "%s", in, 1)
				check(name, frame, in, want, string(r.Body("", []byte(body))))
			}
		}
	}
}

// A text may write the same character in two ways. What is not masked stays as it is.
func TestTheRestOfAURLKeepsItsEscapes(t *testing.T) {
	var r *redact.Redactor
	for in, want := range map[string]string{
		"https://api.test/a?b=1&c&#61;2&amp;token=PLANTED&#x26;d=e&f=g": "https://api.test/a?b=1&c&#61;2&amp;token=REDACTED&#x26;d=e&f=g",
		"https://api.test&#x2F;a/b?c=1&amp;token&#61;PLANTED":           "https://api.test&#x2F;a/b?c=1&amp;token&#61;REDACTED",
		"https://api.test/a?token=xD&#68;&amp;sig=R&#82;&amp;b=1":       "https://api.test/a?token=REDACTED&amp;sig=REDACTED&amp;b=1",
	} {
		for name, got := range map[string]string{"body": string(r.Body("", []byte("<p>"+in+"</p>"))), "text": "<p>" + r.Text(in) + "</p>"} {
			if want := "<p>" + want + "</p>"; got != want {
				t.Errorf("%s: %s\n got %s\nwant %s", name, in, got, want)
			}
		}
	}
}

// Where markup ends a URL, what follows is not part of it.
func TestAReferenceCanEndAURL(t *testing.T) {
	var r *redact.Redactor
	for _, in := range []string{
		`<p title="&quot;https://api.test/?a=1&quot; token=2">`, `<p title="&#34;https://api.test/?a=1&#34; token=2">`,
		`<p>&lt;https://api.test/?a=1&gt; token=2</p>`, `see https://api.test/?a=1\n token=2`,
	} {
		if got := string(r.Body("", []byte(in))); got != in {
			t.Errorf("%s: %s", in, got)
		}
	}
}

// The base64 behind Basic has characters that encoders escape.
func TestEscapesHideNoUserAndPassword(t *testing.T) {
	const short, long = "dXNlcjo/Pz8+Pg==", "dXNlcjo/Pz8+Pj4+PlBMQU5URUQ/Pz8+Pg==" // user:???>> and a longer one
	var r *redact.Redactor
	for _, basic := range []string{short, long} {
		in := "see Basic " + basic + ", there"
		const want = "see Basic REDACTED, there"
		for _, encoders := range []map[string]*strings.Replacer{markup(), script(), {"percent": strings.NewReplacer("/", "%2F", "+", "%2B", "=", "%3D")}} {
			for name, e := range encoders {
				in := strings.Replace(in, basic, e.Replace(basic), 1)
				if got := string(r.Body("", []byte("<b>"+in+"</b>"))); got != "<b>"+want+"</b>" {
					t.Errorf("%s: %s: %s", name, in, got)
				}
				if got := r.Text(in); got != want {
					t.Errorf("%s, in a log line: %s: %s", name, in, got)
				}
			}
		}
		form := url.Values{"a": {in}, "b": {"1"}}.Encode()
		if got := string(r.Body("", []byte(form))); got != (url.Values{"a": {want}, "b": {"1"}}).Encode() {
			t.Errorf("%s: %s", form, got)
		}
		if got := r.RawQuery(form); got != (url.Values{"a": {want}, "b": {"1"}}).Encode() {
			t.Errorf("a query: %s: %s", form, got)
		}
	}
}

// A string of JSON may be a form or markup and have a URL in it.
func TestAURLHidesNothingElseOfAString(t *testing.T) {
	var r *redact.Redactor
	for in, want := range map[string]string{
		`{"a":"password=PLANTED&u=https://api.test/"}`:          `{"a":"password=REDACTED&u=https://api.test/"}`,
		`{"a":"<r><u>https://api.test/?token=PLANTED</u></r>"}`: `{"a":"<r><u>https://api.test/?token=REDACTED</u></r>"}`,
		`{"a":"<a href='https://me:PLANTED@api.test/'>b</a>"}`:  `{"a":"<a href='https://REDACTED@api.test/'>b</a>"}`,
	} {
		if got := string(r.Body("application/json", []byte(in))); got != want {
			t.Errorf("%s: %s, want %s", in, got, want)
		}
	}
}

// The URL in a string of JSON may be relative, as that of the next page often is.
func TestARelativeURLInJSONHidesNoSecret(t *testing.T) {
	var r *redact.Redactor
	for in, want := range map[string]string{
		"/v1/items?access_token=PLANTED&page=2": "/v1/items?access_token=REDACTED&page=2",
		`\/v1\/items?page=2&api_key=PLANTED`:    "/v1/items?page=2&api_key=REDACTED",
		"//api.test/items?token=PLANTED":        "//api.test/items?token=REDACTED",
		"items?token=PLANTED":                   "items?token=REDACTED",
		"?token=PLANTED":                        "?token=REDACTED",
		"items?token=PLANTED&a=b":               "items?token=REDACTED&a=b",
		"a=b?&password=PLANTED":                 "a=b?&password=REDACTED",
		"/v1/items?page=2&sort=name":            "/v1/items?page=2&sort=name",
		"is token=1? or token=2":                "is token=1? or token=2",
		"a ? b : c=d":                           "a ? b : c=d",
	} {
		in, want = `{"next":"`+in+`"}`, `{"next":"`+want+`"}`
		if got := string(r.Body("application/json", []byte(in))); got != want {
			t.Errorf("%s: %s, want %s", in, got, want)
		}
	}
}
