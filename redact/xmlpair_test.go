package redact

import (
	"strings"
	"testing"
)

// In XML a name and its value may be elements beside one another, or the name may be an attribute.
func TestNamesAndValuesInXML(t *testing.T) {
	const s = planted
	for _, c := range []struct{ in, want string }{
		{`<e><key>token</key><value>` + s + `</value></e>`, `<e><key>token</key><value>REDACTED</value></e>`},
		{`<e><Value>` + s + `</Value><Name>Token</Name></e>`, `<e><Value>REDACTED</Value><Name>Token</Name></e>`},
		{`<a:e xmlns:a="u"><a:name><![CDATA[password]]></a:name> <a:value> <![CDATA[` + s + `]]> </a:value></a:e>`, `<a:e xmlns:a="u"><a:name><![CDATA[password]]></a:name> <a:value> <![CDATA[REDACTED]]> </a:value></a:e>`},
		{`<m><name>pass&#x77;ord</name><value><string>` + s + `</string></value></m>`, `<m><name>pass&#x77;ord</name><value><string>REDACTED</string></value></m>`},
		{`<m><value><int>7</int><string>` + s + `</string></value><name>password</name></m>`, `<m><value>REDACTED</value><name>password</name></m>`},
		{`<p><name>fs.s3a.secret.key</name><value>` + s + `</value><final>true</final></p>`, `<p><name>fs.s3a.secret.key</name><value>REDACTED</value><final>true</final></p>`},
		{`<l><name>a</name><value>1</value><name>token</name><value>` + s + `</value><name>b</name><value>2</value></l>`, `<l><name>a</name><value>1</value><name>token</name><value>REDACTED</value><name>b</name><value>2</value></l>`},
		{`<m><ParameterKey>DbPassword</ParameterKey><ParameterValue>` + s + `</ParameterValue></m>`, `<m><ParameterKey>DbPassword</ParameterKey><ParameterValue>REDACTED</ParameterValue></m>`},
		{`<plist><dict><key>n</key><true/><key>token</key><string>` + s + `</string><key>a</key><string>b</string></dict></plist>`, `<plist><dict><key>n</key><true/><key>token</key><string>REDACTED</string><key>a</key><string>b</string></dict></plist>`},
		{`<c><entry key="token">` + s + `</entry><entry key="a">b</entry></c>`, `<c><entry key="token">REDACTED</entry><entry key="a">b</entry></c>`},
		{`<c><Attribute Name="password"><AttributeValue>` + s + `</AttributeValue><AttributeValue>` + s + `</AttributeValue><b>c</b></Attribute></c>`, `<c><Attribute Name="password"><AttributeValue>REDACTED</AttributeValue><AttributeValue>REDACTED</AttributeValue><b>c</b></Attribute></c>`},
		{`<c><m a:name="x.API_KEY" a:value="` + s + `"/><p name="to&#107;en" value='` + s + `'/></c>`, `<c><m a:name="x.API_KEY" a:value="REDACTED"/><p name="to&#107;en" value='REDACTED'/></c>`},
		{`<c><header name="Authorization">Bearer ` + s + `</header></c>`, `<c><header name="Authorization">REDACTED</header></c>`},
		{`<c><e><name>token</name><value>` + s, `<c><e><name>token</name><value>REDACTED`}, // cut off

		{`<r><Contents><Key>my/token</Key><Size>12</Size><ETag>a</ETag></Contents></r>`, ""},
		{`<e><name>Reset password</name><value>x</value></e>`, ""},
		{`<e><key>color</key><value>red</value></e><e><value>blue</value></e>`, ""},
		{`<e><name>token</name></e><e><value>x</value></e>`, ""},
		{`<e><value>x</value></e><name>token</name>`, ""},
		{`<e><name>token<b/></name><value>x</value></e>`, ""},
		{`<e><name>page_token</name><value>x</value></e>`, ""},
		{`<e><name>token</name><value/><b>x</b></e>`, ""},
		{`<w:message name="GetToken"><w:documentation>Gets it.</w:documentation> <w:part name="token" element="t"/></w:message>`, ""},
		{`<x:element name="password"><x:simpleType><x:maxLength value="20"/></x:simpleType></x:element>`, ""},
	} {
		want := c.want
		if want == "" {
			want = c.in
		}
		got := string((*Redactor)(nil).Body("application/xml", []byte(c.in)))
		if got != want {
			t.Errorf("%s\ngot  %s\nwant %s", c.in, got, want)
		}
		if again := string((*Redactor)(nil).Body("application/xml", []byte(got))); again != got {
			t.Errorf("%s, then %s", got, again)
		}
	}
	keep := New(Rules{Keep: []string{"token"}})
	const in = `<c><e><name>token</name><value>x</value></e><p name="token">x</p></c>`
	if got := string(keep.Body("application/xml", []byte(in))); got != in {
		t.Errorf("Keep: %s became %s", in, got)
	}
}

// However deep elements are nested, a pair in the innermost ones is found.
func TestAPairIsFoundBelowManyElements(t *testing.T) {
	for _, depth := range []int{0, 30, 31, 32, 33, 1000} {
		in := "<c>" + strings.Repeat("<a>", depth) + "<e><name>token</name><b><c/></b><value>" + planted + "</value></e><e><value>" + planted + "</value><name>token</name></e>"
		if got := string((*Redactor)(nil).Body("application/xml", []byte(in+strings.Repeat("</a>", depth)+"</c>"))); strings.Contains(got, planted) {
			t.Errorf("below %d elements it survives", depth)
		}
	}
}

// The same names make a pair in JSON and YAML.
func TestParametersAndAttributesArePairs(t *testing.T) {
	for kind, c := range map[string][2]string{
		"application/json": {`{"ParameterKey":"DbPassword","ParameterValue":"` + planted + `"}`, `{"ParameterKey":"DbPassword","ParameterValue":"REDACTED"}`},
		"application/yaml": {"- ParameterKey: DbPassword\n  ParameterValue: " + planted + "\n", "- ParameterKey: DbPassword\n  ParameterValue: REDACTED\n"},
	} {
		if got := string((*Redactor)(nil).Body(kind, []byte(c[0]))); got != c[1] {
			t.Errorf("%s becomes %s", c[0], got)
		}
	}
}
