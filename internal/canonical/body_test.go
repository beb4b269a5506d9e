package canonical

import (
	"bytes"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"testing"
)

func TestMultipartIgnoresBoundary(t *testing.T) {
	form := func(boundary string, parts ...[3]string) (string, string) {
		var b bytes.Buffer
		w := multipart.NewWriter(&b)
		_ = w.SetBoundary(boundary)
		for _, p := range parts {
			h := textproto.MIMEHeader{}
			h.Set("Content-Disposition", multipart.FileContentDisposition(p[0], p[1]))
			if len(p[2]) > 0 && p[2][0] == '{' {
				h.Set("Content-Type", "application/json")
			}
			pw, _ := w.CreatePart(h)
			_, _ = pw.Write([]byte(p[2]))
		}
		_ = w.Close()
		return w.FormDataContentType(), b.String()
	}
	key := func(ct, body string) [32]byte { return sumOf(nil, ct, body) }
	a := key(form("one", [3]string{"f", "x.txt", "content"}, [3]string{"j", "", `{"a":1,"b":2}`}))
	if b := key(form("two", [3]string{"j", "", `{"b":2,"a":1}`}, [3]string{"f", "x.txt", "content"})); a != b {
		t.Error("the boundary, or the order of parts, matters")
	}
	for _, other := range [][3]string{{"f", "x.txt", "Content"}, {"f", "y.txt", "content"}, {"g", "x.txt", "content"}} {
		if b := key(form("one", other, [3]string{"j", "", `{"a":1,"b":2}`})); a == b {
			t.Errorf("%q does not matter", other)
		}
	}
}

// A malformed or truncated multipart body is compared byte for byte.
func TestMalformedMultipartIsCompared(t *testing.T) {
	key := func(body string) [32]byte {
		return sumOf(nil, "multipart/form-data; boundary=x", body)
	}
	for a, b := range map[string]string{
		"hello":                           "world",
		"before\r\n--x\r\n\r\none\r\n--x": "before\r\n--x\r\n\r\none\r\n--x\r\n",
	} {
		if key(a) == key(b) {
			t.Errorf("%q and %q are the same", a, b)
		}
	}
}

// sumOf returns the digest of a body.
func sumOf(ignore []string, contentType, body string) [32]byte {
	h := http.Header{}
	if contentType != "" {
		h.Set("Content-Type", contentType)
	}
	var d Digest
	Body(&d, h, []byte(body), ignore)
	return d.Sum()
}

func FuzzBody(f *testing.F) {
	f.Add("application/json", []byte(`{"b":[1,{"c":"\u00e9"}],"a":null}`))
	f.Add("multipart/form-data; boundary=x", []byte("--x\r\nContent-Disposition: form-data; name=a\r\n\r\nv\r\n--x--\r\n"))
	f.Add("application/x-www-form-urlencoded", []byte("a=1&&b"))
	f.Add("application/xml", []byte("<a b='1'> <c/>x<!-- --></a>"))
	f.Add("application/graphql", []byte("query{a(b:\"\"\"c\"\"\",d:-1.5)...F}#x"))
	f.Add("application/x-ndjson", []byte("{\"query\":\"{a}\"}\n1e2\n"))
	f.Fuzz(func(t *testing.T, contentType string, body []byte) {
		sum := func() [32]byte {
			var d Digest
			Body(&d, http.Header{"Content-Type": {contentType}}, body, []string{"a"})
			return d.Sum()
		}
		before, first := bytes.Clone(body), sum()
		if sum() != first {
			t.Error("not the same twice")
		}
		if !bytes.Equal(before, body) {
			t.Error("the body was changed")
		}
		if form, err := formOfJSON(body, nil); err == nil {
			if again, err := formOfJSON(form, nil); err != nil || !bytes.Equal(form, again) {
				t.Errorf("%q has the form %q, %v", form, again, err)
			}
		}
	})
}
