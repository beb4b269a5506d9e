package redact

import "testing"

// An element may contain a JSON text, with references or in CDATA.
func TestJSONInXML(t *testing.T) {
	for in, want := range map[string]string{
		`<r><a> {"token":"` + planted + `"} </a></r>`:                                                      `<r><a> {"token":"REDACTED"} </a></r>`,
		`<r><a><![CDATA[{"token":"` + planted + `","b":"<&"}]]></a></r>`:                                   `<r><a><![CDATA[{"token":"REDACTED","b":"<&"}]]></a></r>`,
		`<r><a>{&quot;token&quot;:&quot;` + planted + `&quot;,&#34;b&#x22;:&quot;&lt;&amp;&quot;}</a></r>`: `<r><a>{"token":"REDACTED","b":"&lt;&amp;"}</a></r>`,
		`<r><a>[{"name":"token","value":"` + planted + `"}]</a></r>`:                                       `<r><a>[{"name":"token","value":"REDACTED"}]</a></r>`,
		`<r><a>{&quot;color&quot;:&quot;red&quot;}</a><b>{x}</b><c>[1]</c></r>`:                            "",
	} {
		if want == "" {
			want = in
		}
		if got := string((*Redactor)(nil).Body("application/xml", []byte(in))); got != want {
			t.Errorf("%s\ngot  %s\nwant %s", in, got, want)
		}
	}
}

func TestReferencesOfXML(t *testing.T) {
	for in, want := range map[string]string{
		"a&amp;b&lt;&gt;&quot;&apos;": `a&b<>"'`,
		"&#97;&#x62;&#X63;&#x1F600;":  "abc\U0001f600",
		"&amp;amp;":                   "&amp;",
		"& &; &nbsp; &#; &#x; &#xg; &#0; &#x110000; &#99999999999999999999; &am": "& &; &nbsp; &#; &#x; &#xg; &#0; &#x110000; &#99999999999999999999; &am",
	} {
		if got := xmlUnescape(in); got != want {
			t.Errorf("%s becomes %q, want %q", in, got, want)
		}
	}
}
