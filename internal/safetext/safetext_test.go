package safetext

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

func TestHidden(t *testing.T) {
	for _, s := range []string{
		"\x00\x1b\r\n\t\x7f\u0085\u009b",                                     // controls
		"\u200e\u200f\u061c\u202e\u2066",                                     // directions
		"\u00ad\u200b\u200c\u200d\u2060\ufeff\u034f\u115f\u3164\uffa0\u180e", // not seen
		"\u2028\u2029\ue000\ufff9\U000e0001\U000e0041\U000e0000",
	} {
		for _, c := range s {
			if !Hidden(c) {
				t.Errorf("%U is not hidden", c)
			}
		}
	}
	for _, c := range " ~aé日ポ😀e\u0301…\u00a0\u202f\ufffd" {
		if Hidden(c) {
			t.Errorf("%U is hidden", c)
		}
	}
	for c := range rune(0x80) {
		if Hidden(c) != unicode.IsControl(c) {
			t.Errorf("%U of ASCII is hidden: %v", c, Hidden(c))
		}
	}
}

func TestReplace(t *testing.T) {
	for in, want := range map[string]string{
		"/pokemon/{name}": "/pokemon/{name}",
		"/ポケモン":           "/ポケモン",
		"\x1b[31mred":     "\uFFFD[31mred",
		"a\r\nb\tc\x00":   "a\uFFFD\uFFFDb\uFFFDc\uFFFD",
		"\u202egnp.exe":   "\uFFFDgnp.exe",
		"\u2066x\u2069":   "\uFFFDx\uFFFD",
		"zero\u200bwidth": "zero\uFFFDwidth",
		"\u009b31m":       "\uFFFD31m",
		"\u2028":          "\uFFFD",
		"bad\xff":         "bad\uFFFD",
	} {
		if got := Replace(in); got != want {
			t.Errorf("%q becomes %q, want %q", in, got, want)
		}
	}
}

func TestEscape(t *testing.T) {
	for in, want := range map[string]string{
		"a\n\tb":                "a\n\tb",
		"\x1b[31mred\r":         `\u001b[31mred\u000d`,
		"bad\xff \ufffd":        `bad\xff ` + "\ufffd",
		"\u202e\u2028日":         `\u202e\u2028日`,
		"\U000e0041 and \u00ad": `\udb40\udc41 and \u00ad`,
	} {
		if got := Escape(in); got != want {
			t.Errorf("%q becomes %q, want %q", in, got, want)
		}
	}
}

// A JSON reader decodes the escapes to the original text.
func TestEscapeOfJSON(t *testing.T) {
	const want = "\u202e\u00ad\U000e0041日\u2028\x7f"
	b, err := json.Marshal(want)
	if err != nil {
		t.Fatal(err)
	}
	escaped := Escape(string(b))
	if escaped == string(b) {
		t.Error("nothing was escaped")
	}
	var got string
	if err := json.Unmarshal([]byte(escaped), &got); err != nil || got != want {
		t.Errorf("%s is read as %q, %v, want %q", escaped, got, err, want)
	}
}

// Whatever comes in, nothing hidden comes out.
func FuzzSafeText(f *testing.F) {
	for _, s := range []string{"plain", "\x1b[31mred\x1b]0;t\x07", "\u202e\u00ad\xff", "a\tb\nc"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for name, got := range map[string]string{
			"Line": Line(s), "Replace": Replace(s), "Escape": strings.NewReplacer("\n", "", "\t", "").Replace(Escape(s)),
		} {
			if i := strings.IndexFunc(got, Hidden); i >= 0 || !utf8.ValidString(got) {
				t.Errorf("%s of %q is %q", name, s, got)
			}
		}
	})
}
