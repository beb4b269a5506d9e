package text

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/gracy-go/gracy/internal/growth"
)

func TestLayoutOf(t *testing.T) {
	deep := func(n int) string { return strings.Repeat("[", n) + strings.Repeat("]", n) }
	for in, want := range map[string]string{
		`{"a":1.50,"b":[1,2.0,1e3]}`:            "",
		`{"a": 1.50, "b": [1, 2.0, 1e3]}`:       "spaced",
		"{\n  \"a\": [\n    1\n  ]\n}":          "indent 2",
		"{\n    \"a\": {}\n}":                   "indent 4",
		"[\n1\n]":                               "indent 0",
		"[\n\t1,\n\t\"a: , b\"\n]":              "tabs",
		`[]`:                                    "",
		deep(maxDepth):                          "",
		deep(maxDepth + 1):                      "none",
		`{ "a":1 }`:                             "none",
		"{\r\n  \"a\": 1\r\n}":                  "none",
		`"text"`:                                "none",
		`{"a":1`:                                "none",
		"[\"\u202e\"]":                          "none",
		"[\n" + strings.Repeat(" ", 9) + "1\n]": "none",
	} {
		got, why := layoutOf([]byte(in))
		if why != "" {
			got = "none"
		}
		if string(got) != want {
			t.Errorf("%.40q: %q, want %q", in, got, want)
		}
	}
}

// A layout must not make a body much longer in memory than it is in the file.
func TestALayoutDoesNotAmplify(t *testing.T) {
	in := strings.Repeat("[", maxDepth) + "0" + strings.Repeat(",0", 10000) + strings.Repeat("]", maxDepth)
	if _, err := layout("indent 1").apply([]byte(in)); err == nil || !strings.Contains(err.Error(), "makes") {
		t.Errorf("%d bytes with deep lines: %v", len(in), err)
	}
	for _, l := range []layout{"indent 9", "indent 99999999", "indent -1", "Indent 2", "indent", "x"} {
		if b, err := l.apply([]byte("[1]")); err == nil {
			t.Errorf("layout %q made %d bytes", l, len(b))
		}
	}
	// The estimate is never too low.
	for _, unit := range []string{"", " ", "        "} {
		in := []byte(`{"a":[1,{"b":[[],{},"]["]}],"c":{"d":null}}`)
		b, err := layout(fmt.Sprintf("indent %d", len(unit))).apply(in)
		if err != nil || !json.Valid(b) || len(b) > indentedSize(in, len(unit)) {
			t.Errorf("%d bytes, estimated %d, %v", len(b), indentedSize(in, len(unit)), err)
		}
	}
}

func TestLayoutsTakeTimeInProportion(t *testing.T) {
	growth.Hostile(t, map[string]func(string){
		"body":   func(s string) { bodyOf([]byte("[" + s)) },
		"string": func(s string) { bodyOf([]byte(`["` + s + `"]`)) },
	})
}

// A hidden character is found wherever it is.
func TestHiddenCharactersAreFound(t *testing.T) {
	for _, c := range []string{"\x00", "\x01", "\x1b", "\x1f", "\x7f", "\u0080", "\u200f", "\u2028", "\ufeff"} {
		for at := range 20 {
			b := []byte(strings.Repeat("~", at) + c + strings.Repeat(" ", 19-at))
			if !containsHidden(b) {
				t.Errorf("%q behind %d others is not found", c, at)
			}
		}
	}
	for _, c := range []string{" ", "~", "a", "\n", "\r", "\t", "é", "\u00ff", "日"} {
		for at := range 20 {
			b := []byte(strings.Repeat("~", at) + c + strings.Repeat(" ", 19-at))
			if containsHidden(b) {
				t.Errorf("%q behind %d others is not hidden", c, at)
			}
		}
	}
}

func TestTooDeep(t *testing.T) {
	for in, want := range map[string]bool{
		strings.Repeat("[", 64) + strings.Repeat("]", 64):                   false,
		strings.Repeat("[", 65) + strings.Repeat("]", 65):                   true,
		`{"a":` + strings.Repeat("[", 64) + strings.Repeat("]", 64) + "}":   true,
		"[" + strings.Repeat("{},", 200) + "{}]":                            false,
		`["` + strings.Repeat("[", 200) + `"]`:                              false,
		"[[]," + strings.Repeat("[", 63) + strings.Repeat("]", 63) + ",[]]": false,
	} {
		if got := tooDeep([]byte(in)); got != want {
			t.Errorf("%.20s...: %v, want %v", in, got, want)
		}
	}
}
