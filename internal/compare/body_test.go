package compare

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
)

func body(contentType, content string) Body {
	return Body{Header: http.Header{"Content-Type": {contentType}}, Content: []byte(content)}
}

// shown writes differences in lines: the place, the value on tape, the actual value.
func shown(l List) string {
	var b strings.Builder
	for _, d := range l.Shown {
		fmt.Fprintf(&b, "%s: %s | %s\n", d.Place, d.Taped, d.Actual)
	}
	if l.More > 0 {
		fmt.Fprintf(&b, "and %d more\n", l.More)
	}
	return b.String()
}

const (
	asJSON = "application/json; charset=utf-8"
	asForm = "application/x-www-form-urlencoded"
)

func mixed(boundary string, parts ...string) Body {
	var b strings.Builder
	for _, p := range parts {
		name, content, _ := strings.Cut(p, "=")
		typ := ""
		if strings.HasPrefix(content, "{") {
			typ = "Content-Type: application/json\r\n"
		}
		fmt.Fprintf(&b, "--%s\r\nContent-Disposition: form-data; name=%q\r\n%s\r\n%s\r\n", boundary, name, typ, content)
	}
	fmt.Fprintf(&b, "--%s--\r\n", boundary)
	return body("multipart/form-data; boundary="+boundary, b.String())
}

func TestBodies(t *testing.T) {
	for _, c := range []struct {
		name          string
		taped, actual Body
		want          string
	}{
		{"equal", body("", "a"), body("x/y", "a"), ""},
		{"json by meaning", body(asJSON, `{"a":1,"b":[1,2]}`), body(asJSON, `{ "b": [1, 2], "a": 1 }`), ""},
		{"a member", body(asJSON, `{"a":{"b/c":[{"d":1}]}}`), body(asJSON, `{"a":{"b/c":[{"d":"1"}]}}`), `body /a/b~1c/0/d: 1 | "1"` + "\n"},
		{"a member more and one less", body(asJSON, `{"a":1,"c":null}`), body(asJSON, `{"b":{"x":[]},"c":null}`), "body /a: 1 | \nbody /b:  | {\"x\":[]}\n"},
		{"an element inserted", body(asJSON, `[1,2,3,4]`), body(asJSON, `[1,9,2,3,4]`), "body /1:  | 9\n"},
		{"an element removed", body(asJSON, `[1,2,3,4]`), body(asJSON, `[1,2,4]`), "body /2: 3 | \n"},
		{"elements changed", body(asJSON, `[1,2,3]`), body(asJSON, `[1,3,2]`), "body /1: 2 | 3\nbody /2: 3 | 2\n"},
		{"numbers of one value", body(asJSON, `[1,0.5]`), body(asJSON, `[1.0,5e-1]`), ""},
		{"long numbers", body(asJSON, `12345678901234567890`), body(asJSON, `12345678901234567891`), "body: 12345678901234567890 | 12345678901234567891\n"},
		{"ignored", body(asJSON, `[{"id":1,"n":1}]`), body(asJSON, `[{"id":2,"n":2}]`), "body /0/n: 1 | 2\n"},
		{"another kind", body(asJSON, `{"a":1}`), body(asJSON, `[1]`), `body: {"a":1} | [1]` + "\n"},
		{"malformed json", body(asJSON, `{"a":1`), body(asJSON, `{"a":2`), "body from byte 5: \"1\" | \"2\"\n"},
		{"members twice", body(asJSON, `{"a":1,"a":2}`), body(asJSON, `{"a":2}`), ""},
		{"no body", body(asJSON, `{}`), body("", ""), "body: \"{}\" | \n"},
		{"form", body(asForm, "a=1&b=x+y&c=1"), body(asForm, "b=x%20y&a=2&c=1&c=2"), "form a: \"1\" | \"2\"\nform c: \"1\" | [\"1\",\"2\"]\n"},
		{"form ignored", body(asForm, "id=1"), body(asForm, "id=2"), ""},
		{"lines", body("text/plain", "a\nb\nc"), body("text/plain", "a\nx\nb\nc"), "body line 2: \"b\" | \"x\"\n"},
		{"json in a type of its own", body("application/x-amz-json-1.0", `{"a":{"b":1}}`), body("application/x-amz-json-1.0", "{\n\"a\":{\"b\":2}}"), "body /a/b: 1 | 2\n"},
		{"the same there with a space", body("application/x-amz-json-1.0", `{"a":1}`), body("application/x-amz-json-1.0", `{"a": 1}`), `body from byte 5: "1}" | " 1}"` + "\n"},
		{"lines of json", body("application/x-ndjson", "{\"a\":1}\n{\"a\":2}\n"), body("application/x-ndjson", "{\"a\":1}\n{\"a\":3}\n"), "body line 2 /a: 2 | 3\n"},
		{"events", body("text/event-stream", "data: {\"t\":\"a\"}\n\ndata: [DONE]\n\n"), body("text/event-stream", "data: {\"t\":\"b\"}\n\ndata: [DONE]\n\n"), "body line 1 /t: \"a\" | \"b\"\n"},
		{"a line feed", body("text/plain", "a\n"), body("text/plain", "a"), "body from byte 1: \"\\n\" | \n"},
		{"bytes", body("x/y", "\x00\x01\x02"), body("x/y", "\x00\x01\xff"), `body from byte 2: "\x02" | "\xff"` + "\n"},
		{"other media types", body(asJSON, `{"a":1}`), body("text/plain", `{"a":2}`), "body from byte 5: \"1}\" | \"2}\"\n"},
		{"parts", mixed("x", "a=1", `b={"c":1}`, "d=2"), mixed("y", `b={"c":2}`, "a=1", "e=3"), "part b /c: 1 | 2\npart d: \"2\" | \npart e:  | \"3\"\n"},
		{"parts of one name", mixed("x", "a=1", "a=2"), mixed("y", "a=1", "a=3"), "part a 2: \"2\" | \"3\"\n"},
		{"a terminal is safe", body(asJSON, `{"\u001b[31m":"a"}`), body(asJSON, `{"\u001b[31m":"\u001b"}`), "body /\\x1b[31m: \"a\" | \"\\u001b\"\n"},
	} {
		var l List
		l.Bodies(c.taped, c.actual, []string{"id"})
		if got := shown(l); got != c.want {
			t.Errorf("%s:\n%swant\n%s", c.name, got, c.want)
		}
	}
}

// Nothing that a server sends makes a comparison panic, and equal bodies never differ.
func FuzzBodies(f *testing.F) {
	f.Add(asJSON, `{"a":[1,{"b":null}]}`, `{"a":[1]}`)
	f.Add(asForm, "a=1&b=%zz", "a=2")
	f.Add("multipart/form-data; boundary=x", "--x\r\n\r\na\r\n--x--\r\n", "--x--")
	f.Add("text/event-stream", "data: {}\n\n", "data: {\"a\":1}\n\n")
	f.Fuzz(func(t *testing.T, media, a, b string) {
		var l, none List
		l.Bodies(body(media, a), body(media, b), nil)
		none.Bodies(body(media, a), body(media, a), nil)
		if none.Len() != 0 || len(l.Shown) > most {
			t.Errorf("%d differences of one body, %d shown of two", none.Len(), len(l.Shown))
		}
		for _, d := range l.Shown {
			if max(len(d.Taped), len(d.Actual)) > 2*longest {
				t.Errorf("%d and %d bytes", len(d.Taped), len(d.Actual))
			}
		}
	})
}
