package redact

import (
	"bytes"
	"encoding/xml"
	"html"
	"html/template"
	"strings"
	"testing"
)

// Whichever encoder has written a literal, it is found. These are what the encoders of the standard
// library write, and what others are known to.
func TestALiteralIsFoundWhateverEncoderWroteIt(t *testing.T) {
	const secret = `a+b/c='d"e<f>g&h==`
	r := New(Rules{Literals: []string{secret}})
	var inXML, inTemplate bytes.Buffer
	if err := xml.EscapeText(&inXML, []byte(secret)); err != nil {
		t.Fatal(err)
	}
	if err := template.Must(template.New("").Parse("{{.}}")).Execute(&inTemplate, secret); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"encoding/xml":     inXML.String(),
		"html":             html.EscapeString(secret),
		"html/template":    inTemplate.String(),
		"Gson":             `a+b/c\u003d\u0027d\"e\u003cf\u003eg\u0026h\u003d\u003d`,
		"System.Text.Json": `a\u002Bb/c=\u0027d\u0022e\u003Cf\u003Eg\u0026h==`,
		"PHP":              `a+b\/c=\u0027d\u0022e\u003Cf\u003Eg\u0026h==`,
		"PHP in a page":    "a+b/c=&#039;d&quot;e&lt;f&gt;g&amp;h==",
		"Python":           "a+b/c=&#x27;d&quot;e&lt;f&gt;g&amp;h==",
		".NET":             "a&#x2B;b/c=&#x27;d&quot;e&lt;f&gt;g&amp;h==",
		"Mustache":         "a+b&#x2F;c&#x3D;&#39;d&quot;e&lt;f&gt;g&amp;h&#x3D;&#x3D;",
		"Handlebars":       "a+b/c&#x3D;&#x27;d&quot;e&lt;f&gt;g&amp;h&#x3D;&#x3D;",
		"a text of XML":    `a+b/c='d"e&lt;f&gt;g&amp;h==`,
		"an attribute":     `a+b/c='d&quot;e&lt;f&gt;g&amp;h==`,
	} {
		for _, frame := range []string{"<p>%s</p>", `<p title="%s">`, `{"a": "%s"}`, "see %s there"} {
			in := strings.Replace(frame, "%s", text, 1)
			if !r.Leaks([]byte(in)) {
				t.Errorf("%s: %s: it is not found", name, in)
			}
			if strings.Contains(text, `"`) && strings.Contains(frame, `"`) {
				continue
			}
			if got, want := string(r.Body("", []byte(in))), strings.Replace(frame, "%s", Mask, 1); got != want {
				t.Errorf("%s: %s becomes %s", name, in, got)
			}
		}
	}
	// A secret in base64, as most are, that has nothing else to escape.
	for _, in := range []string{`{"a":"c2VjcmV0Kzk\u003d"}`, `{"a":"c2VjcmV0\u002Bzk="}`, "<p>c2VjcmV0&#43;zk=</p>"} {
		r := New(Rules{Literals: []string{"c2VjcmV0Kzk=", "c2VjcmV0+zk="}})
		if got := string(r.Body("", []byte(in))); !strings.Contains(got, Mask) {
			t.Errorf("%s: %s", in, got)
		}
	}
}

func TestUpperHex(t *testing.T) {
	for in, want := range map[string]string{
		`\u00e9`: `\u00E9`, `a\u003cb\u002b`: `a\u003Cb\u002B`, `\\u00e9`: `\\u00e9`, `\u00e`: `\u00e`, `\`: `\`, "": "",
	} {
		if got := upperHex(in); got != want {
			t.Errorf("%s: %s, want %s", in, got, want)
		}
	}
}
