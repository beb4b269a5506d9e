package text

import (
	"bytes"
	"strings"
	"testing"

	"github.com/gracy-go/gracy/replay/internal/tapetest"
	"github.com/gracy-go/gracy/replay/store"
)

func FuzzBody(f *testing.F) {
	f.Add([]byte("plain\nlines\n"))
	f.Add([]byte(`{"a":[1,2.0,"<&\u2028"]}` + "\n"))
	f.Add([]byte{0xff, 0})
	f.Add([]byte("caf\xe9\ncr\xe8me"))
	f.Add([]byte("[]\t "))
	f.Add([]byte("{\n  \"a\": [\n    1.50\n  ],\n  \"b\": {}\n}\n"))
	f.Add([]byte("[\n\t1,\n\t\"\\u00e9\"\n]"))
	f.Add([]byte(`{"a": [1, 2], "b:,": "x"}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		got, err := throughFile(b)
		if err != nil || !bytes.Equal(got, b) {
			t.Errorf("%q came back as %q, %v", b, got, err)
		}
	})
}

// throughFile returns a body as it comes back from a file.
func throughFile(b []byte) ([]byte, error) {
	x := tapetest.Exchange(1, "GET", "http://h/", string(b))
	c, err := parse("file", encode("", "", []*store.Exchange{x}))
	if err != nil {
		return nil, err
	}
	return c.exchanges[0].Response.Body, nil
}

// Every body comes back byte for byte. The file shows it in the stated form, and gives the reason
// if that is not the most readable one.
func TestBodies(t *testing.T) {
	for body, want := range map[string]string{
		"":                               ``,
		"x":                              `"text": "x"`,
		"a\nb\n":                         "\"text\": [\n\"a\",\n\"b\",\n\"\"\n]",
		"\n":                             "\"text\": [\n\"\",\n\"\"\n]",
		"data: 1\n\ndata: <é & \u2028>":  "\"text\": [\n\"data: 1\",\n\"\",\n\"data: <é & \\u2028>\"\n]",
		"a\x00\x7f\u009f\u202eb\"\\":     `"text": "a\u0000\u007f\u009f\u202eb\"\\"`,
		"{}":                             `"json": {}`,
		`{"b":1.50,"a":1e400}` + " \r\n": "\"json\": {\n\"b\": 1.50,\n\"a\": 1e400\n},\n\"tail\": \" \\r\\n\"",
		`["<\u00e9\ud800&"]`:             "\"json\": [\n\"<\\u00e9\\ud800&\"\n]",
		`{"a": [1, 2]}`:                  "\"json\": {\n\"a\": [\n1,\n2\n]\n},\n\"layout\": \"spaced\"",
		" {}":                            `"text": " {}",` + "\n" + `"why": "JSON with white space of its own"`,
		"[\"\u202e\"]":                   `"text": "[\"\u202e\"]",` + "\n" + `"why": "JSON with invisible characters"`,
		strings.Repeat("[", 65) + strings.Repeat("]", 65): `"text": "` + strings.Repeat("[", 65) + strings.Repeat("]", 65) + `",` + "\n" + `"why": "JSON that is too deep"`,
		"[1]\x00":          `"text": "[1]\u0000"`,
		`{"cut`:            `"text": "{\"cut"`,
		`"\ud800"`:         `"text": "\"\\ud800\""`,
		"caf\xe9\nx\r":     "\"latin1\": [\n\"café\",\n\"x\\r\"\n],\n\"why\": \"not UTF-8\"",
		"\xff\xfe":         `"base64": "//4=",` + "\n" + `"why": "not UTF-8"`,
		"{\"a\":\"\xe9\"}": `"latin1": "{\"a\":\"é\"}",` + "\n" + `"why": "not UTF-8"`,
		"\x80abcdefgh":     `"base64": "gGFiY2RlZmdo",` + "\n" + `"why": "not UTF-8"`,
	} {
		if got, err := throughFile([]byte(body)); err != nil || string(got) != body {
			t.Errorf("%q came back as %q, %v", body, got, err)
		}
		file := string(encode("", "", []*store.Exchange{tapetest.Exchange(1, "GET", "http://h/", body)}))
		_, got, _ := strings.Cut(file, `"content_length": 0`)
		got, _, _ = strings.Cut(got, "\n      }")
		got = strings.TrimPrefix(strings.ReplaceAll(got, "  ", ""), ",\n")
		if body == "" {
			got = ""
		}
		if got != want {
			t.Errorf("%q is shown as\n%s\nwant\n%s", body, got, want)
		}
	}
}

func TestLongBase64HasLines(t *testing.T) {
	b := bytes.Repeat([]byte{0xff, 0}, 100)
	if got, err := throughFile(b); err != nil || !bytes.Equal(got, b) {
		t.Errorf("%x, %v", got, err)
	}
	for l := range bytes.Lines(encode("", "", []*store.Exchange{tapetest.Exchange(1, "GET", "http://h/", string(b))})) {
		if len(l) > 100 {
			t.Errorf("a line of %d", len(l))
		}
	}
}
