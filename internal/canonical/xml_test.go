package canonical

import (
	"bytes"
	"errors"
	"strings"
	"testing"
)

func TestXMLIsComparedByMeaning(t *testing.T) {
	const (
		plain = `<a xmlns="urn:x" c="1" b="2"><d>t</d><e/></a>`
		list  = `<Delete><Quiet>true</Quiet><Object><Key>a</Key></Object></Delete>`
	)
	for _, c := range []struct {
		name, a, b string
		same       bool
	}{
		{"white space, attributes, declaration", plain, "<?xml version=\"1.0\"?>\n<a b='2' c='1' xmlns='urn:x'>\n  <d>t</d>\n  <!-- x -->\n  <e></e>\n</a>\n", true},
		{"prefixes", plain, `<p:a xmlns:p="urn:x" c="1" b="2"><p:d>t</p:d><p:e/></p:a>`, true},
		{"namespace", plain, `<a xmlns="urn:y" c="1" b="2"><d>t</d><e/></a>`, false},
		{"entities", `<a>&lt;&#65;</a>`, `<a><![CDATA[<A]]></a>`, true},
		{"text", list, `<Delete><Quiet>true</Quiet><Object><Key>b</Key></Object></Delete>`, false},
		{"white space in text", `<a>x</a>`, `<a> x</a>`, false},
		{"white space as text", `<a> </a>`, `<a></a>`, false},
		{"order of elements", `<a><b/><c/></a>`, `<a><c/><b/></a>`, false},
		{"nesting", `<a><b><c/></b></a>`, `<a><b/><c/></a>`, false},
		{"mixed", `<a>x<b/>y</a>`, `<a>xy<b/></a>`, false},
		{"ignored element", `<a>x<id>1</id>y</a>`, `<a>x<id><z>2</z></id>y</a>`, true},
		{"beside an ignored element", `<a>x<id>1</id>y</a>`, `<a>z<id>1</id>y</a>`, false},
		{"ignored attribute", `<a id="1"/>`, `<a id="2"/>`, true},
		{"all is ignored", `<id>1</id>`, `<id>2</id>`, true},
		{"a document type", `<!DOCTYPE a><a/>`, `<!DOCTYPE a><a></a>`, false},
		{"malformed", `<a><b></a>`, `<a><b> </a>`, false},
		{"no document", `x`, ` x`, false},
	} {
		ignore := []string{"id"}
		for _, media := range []string{"application/xml", "text/xml; charset=utf-8", "application/soap+xml"} {
			if got := sumOf(ignore, media, c.a) == sumOf(ignore, media, c.b); got != c.same {
				t.Errorf("%s, %s: same is %v, want %v", c.name, media, got, c.same)
			}
		}
	}
}

func TestCanonicalXMLIsInProportionToTheDocument(t *testing.T) {
	for _, n := range []int{1000, 200000} {
		body := `<a xmlns="` + strings.Repeat("n", n) + `">` + strings.Repeat("<b/>", 5000) + `</a>`
		out, err := formOfXML([]byte(body), nil)
		if (err == nil) != (n <= maxSpace) || len(out) > 5*len(body) {
			t.Errorf("%d bytes of %d, %v", len(out), len(body), err)
		}
	}
	a, errA := formOfXML([]byte(`<p:a xmlns:p="one" xmlns:q="two"><q:b p:c="1"/></p:a>`), nil)
	b, errB := formOfXML([]byte(`<a xmlns:r="two" xmlns="one" xmlns:s="one"><r:b s:c="1"/></a>`), nil)
	c, errC := formOfXML([]byte(`<p:a xmlns:p="one" xmlns:q="two"><p:b p:c="1"/></p:a>`), nil)
	if errors.Join(errA, errB, errC) != nil || !bytes.Equal(a, b) || bytes.Equal(a, c) {
		t.Errorf("%s\n%s\n%s", a, b, c)
	}
}
