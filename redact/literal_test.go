package redact

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/gracy-go/gracy/internal/growth"
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

// Of a text that is searched in pieces which share so many bytes, no literal is missed,
// wherever the pieces begin.
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

func TestTheBeginningOfALiteralAtTheEndOfAText(t *testing.T) {
	r := New(Rules{Literals: []string{"tok/Q7x9Lm2P", "abc", "key Q7x9"}})
	for text, want := range map[string]int{
		"":                               0,
		"a tok":                          0,
		"a tok/":                         4,
		"a tok/Q7x9Lm2":                  11,
		"a tok/Q7x9Lm2 ":                 0,
		"a tok/Q7x9Lm2P":                 0, // it is whole
		"a tok%2FQ7":                     8,
		"key Q":                          5,
		"ab":                             0,
		"a dG9rL1E3eDl":                  11,
		strings.Repeat("x", 99) + "tok/": 4,
	} {
		if got := r.LiteralBegun([]byte(text)); got != want {
			t.Errorf("%q: %d, want %d", text, got, want)
		}
	}
	if n := (*Redactor)(nil).LiteralBegun([]byte("tok/")); n != 0 {
		t.Error(n)
	}
}

// A mask of something else may end in a literal, or begin there. What is left of the literal is masked as well.
func TestNoHalfOfALiteralIsLeftBesideAMask(t *testing.T) {
	r := New(Rules{Literals: []string{"correct horse battery", "AbC/DeF+12345", "user:pass@db.test/prod"}})
	header := func(s string) string { return r.Headers(http.Header{"X-Note": {s}}).Get("X-Note") }
	body := func(s string) string { return string(r.Body("text/plain", []byte(s))) }
	for _, c := range []struct {
		mask     func(string) string
		in, want string
	}{
		{r.Location, "/a/token=AbC/DeF+12345/b", "/a/token=REDACTED/b"},
		{r.Location, "postgres://user:pass@db.test/prod?x=1", "postgres://REDACTED?x=1"},
		{r.Location, "-----BEGIN PRIVATE KEY-------=1!AbC/DeF+12345\xcc", "-----BEGIN%20PRIVATE%20KEY-------=REDACTED"},
		{header, "https://h/?password=correct horse battery now", "https://h/?password=REDACTED now"},
		{header, "postgres://user:pass@db.test/prod", "postgres://REDACTED"},
		{body, "at postgres://user:pass@db.test/prod.", "at postgres://REDACTED."},
		{r.Text, "a correct horse password=battery", "a correct horse password=REDACTED"}, // no literal
		{r.Location, "/a/token=AbC/DeF+1234/b", "/a/token=REDACTED/DeF+1234/b"},           // neither
		{r.Location, "/a/token=AbC/345/b", "/a/token=REDACTED/345/b"},                     // its last bytes, too few
	} {
		got := c.mask(c.in)
		if got != c.want {
			t.Errorf("%q is masked as %q, want %q", c.in, got, c.want)
		}
		if again := c.mask(got); again != got {
			t.Errorf("%q, then %q", got, again)
		}
	}
}

// A literal that is JSON or a URL ends or begins with what others have as well, and need.
func TestWhatHoldsUpAMaskStaysBesideIt(t *testing.T) {
	r := New(Rules{Literals: []string{
		"{\n  \"type\": \"service_account\",\n  \"universe_domain\": \"googleapis.com\"\n}\n",
		"https://hooks.example.com/services/T0/B0/XyZ",
	}})
	const in, want = "{\n  \"id\": 1,\n  \"token\": \"abc123456\"\n}\n", "{\n  \"id\": 1,\n  \"token\": \"REDACTED\"\n}\n"
	if got := string(r.Body("application/json", []byte(in))); got != want {
		t.Errorf("%s, want %s", got, want)
	}
	const link = "https://user:pass@api.test/x"
	if got, want := r.Location(link), "https://REDACTED@api.test/x"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

// Of what stands between two masks no more is looked at for them than there is, however long a literal is:
// a byte takes far less than what growth allows one.
func TestManyMasksTakeTimeInProportion(t *testing.T) {
	r := New(Rules{Literals: []string{strings.Repeat("aB3dE5gH/+", 200)}})
	text := strings.Repeat("x"+Mask+" ", 1<<15)
	growth.Within(t, len(text)/20, func() {
		if got := r.Body("text/plain", []byte(text)); string(got) != text {
			t.Error("it is changed")
		}
	})
}
