package redact

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"net/url"
	"testing"
)

func TestALiteralIsFoundInAllItsForms(t *testing.T) {
	const secret = "p/q+r <\"é\U0001f511&> \\s3cret"
	r := New(Rules{Literals: []string{"", secret}})
	quoted, err := json.Marshal(secret)
	if err != nil {
		t.Fatal(err)
	}
	in := map[string]string{
		"plain":      secret,
		"query":      url.QueryEscape(secret),
		"path":       url.PathEscape(secret),
		"JSON of Go": string(quoted),
		"JSON ASCII": `p/q+r <\"\u00e9\ud83d\udd11&> \\s3cret`,
		"JSON PHP":   `p\/q+r <\"\u00e9\ud83d\udd11&> \\s3cret`,
	}
	in["lower hex"] = lowerHex(url.PathEscape(secret))
	for _, lead := range []string{"", "a", "ab", "abc", "user:"} {
		for _, tail := range []string{"", "z", "zz"} {
			for name, enc := range map[string]*base64.Encoding{
				"std": base64.StdEncoding, "rawstd": base64.RawStdEncoding, "url": base64.URLEncoding, "rawurl": base64.RawURLEncoding,
			} {
				in["base64 "+name+" "+lead+" "+tail] = enc.EncodeToString([]byte(lead + secret + tail))
			}
		}
	}
	for name, s := range in {
		text := "before \t" + s + "\n after"
		if !r.Leaks([]byte(text)) {
			t.Errorf("%s: not found in %q", name, text)
		}
		got := string(r.Body("text/plain", []byte(text)))
		want := "before \tREDACTED\n after"
		if s[0] == '"' {
			want = "before \t\"REDACTED\"\n after"
		}
		if got != want {
			t.Errorf("%s: %q became %q", name, s, got)
		}
		if r.Leaks([]byte(got)) {
			t.Errorf("%s: leaks after masking: %q", name, got)
		}
	}
}

func TestLiteralsMayOverlapAndContainTheMask(t *testing.T) {
	for _, test := range []struct {
		literals []string
		in, want string
	}{
		{[]string{"abc", "abcdef"}, "abcdef abc", "REDACTED REDACTED"},
		{[]string{"ED"}, "REDACTED ED", "REDACTED REDACTED"},
		{[]string{"A", "A"}, "A", "REDACTED"},
		{[]string{"REDACTED"}, "REDACTED", "REDACTED"},
		{nil, "abc", "abc"},
	} {
		r := New(Rules{Literals: test.literals})
		for _, in := range []string{test.in, test.want} {
			if got := r.maskLiterals(in); got != test.want {
				t.Errorf("%q: %q became %q, want %q", test.literals, in, got, test.want)
			}
		}
		if r.Leaks([]byte(test.want)) {
			t.Errorf("%q: the mask leaks", test.literals)
		}
	}
}

// If a text is searched in pieces that overlap by so many bytes, no literal is missed, wherever the
// pieces begin.
func TestPiecesThatOverlapMissNoLiteral(t *testing.T) {
	const secret = "p/q+r <\"é s3cret"
	r := New(Rules{Literals: []string{"short", secret}})
	n := r.LongestLiteral()
	if n < len(secret) || New(Rules{}).LongestLiteral() != 0 || (*Redactor)(nil).LongestLiteral() != 0 {
		t.Errorf("the longest form has %d bytes", n)
	}
	for _, form := range append(forms(secret), cores(secret)...) {
		if len(form) > n {
			t.Errorf("%q has %d bytes, the longest form %d", form, len(form), n)
		}
		for cut := range len(form) {
			text := "xxxxxxxx" + form + "yyyyyyyy"
			first, second := text[:8+cut], text[max(0, 8+cut-n):]
			if !r.Leaks([]byte(first)) && !r.Leaks([]byte(second)) {
				t.Errorf("%q cut at %d is missed", form, cut)
			}
		}
	}
}

func TestWithoutLiteralsNothingIsSearched(t *testing.T) {
	b := bytes.Repeat([]byte("a body "), 100)
	r := New(Rules{})
	if got := testing.AllocsPerRun(100, func() { r.Leaks(b) }); got != 0 {
		t.Errorf("%v allocations, want 0", got)
	}
}
