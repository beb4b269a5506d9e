package safetext

import (
	"strings"
	"testing"

	"github.com/gracy-go/gracy/internal/growth"
)

func TestLine(t *testing.T) {
	for in, want := range map[string]string{
		"":                                "",
		"café, 日本":                        "café, 日本",
		"a\tb\r\nc\x00\x7f\u0085d\u2028e": "a b  c d e",
		"\x1b[31mred\x1b[0m \x1b]0;title\x07x \x1b]8;;http://h\x1b\\link \x1b(B \u009b1mz \x1b": "red x link  z ",
		"\x1b]no end":                         "no end",
		"admin\u202eetirw\u2066x\u200b\ufeff": "adminetirwx",
		"bad \xff\xfe utf8":                   "bad \ufffd\ufffd utf8",
		"pass\u00adword":                      "password",
	} {
		if got := Line(in); got != want {
			t.Errorf("%q becomes %q, want %q", in, got, want)
		}
	}
}

// A text that opens sequences again and again and ends none takes time in proportion to its length.
func TestLineTakesTimeInProportion(t *testing.T) {
	for _, part := range []string{"\x1b]", "\u009d", "\x1b[1;", "\u00ad"} {
		in := strings.Repeat(part, 100_000/len(part))
		growth.Within(t, len(in), func() { _ = Line(in) })
	}
}
