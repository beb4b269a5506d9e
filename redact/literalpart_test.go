package redact

import (
	"net/http"
	"strings"
	"testing"

	"github.com/gracy-go/gracy/internal/growth"
)

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

// A mask of something else may end or begin inside a literal. What is left of the literal is masked
// too.
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

// A literal that is JSON or a URL begins or ends with characters that other texts have too, and
// need.
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

// The text between two masks is examined no more than its length requires, however long a literal
// is. A byte takes far less than package growth allows.
func TestManyMasksTakeTimeInProportion(t *testing.T) {
	r := New(Rules{Literals: []string{strings.Repeat("aB3dE5gH/+", 200)}})
	text := strings.Repeat("x"+Mask+" ", 1<<15)
	growth.Within(t, len(text)/20, func() {
		if got := r.Body("text/plain", []byte(text)); string(got) != text {
			t.Error("it is changed")
		}
	})
}
