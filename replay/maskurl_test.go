package replay

import (
	"strings"
	"testing"

	"github.com/gracy-go/gracy/redact"
)

func TestMaskURL(t *testing.T) {
	m := masker{red: redact.New(redact.Rules{Literals: []string{"a-literal-0a9f0a9f0a9f0a9f0a9f"}})}
	id := strings.Repeat("0a9f", 10)
	for in, want := range map[string]string{
		"https://h/a/b?x=1":                          "https://h/a/b?x=1",
		"https://h/a?api_key=1&x=2":                  "https://h/a?api_key=REDACTED&x=2",
		"https://u:p@h/a":                            "https://REDACTED@h/a",
		"https://h/a-literal-0a9f0a9f0a9f0a9f0a9f/x": "https://h/REDACTED/x",
		"/relative/REDACTED?api_key=1":               "/relative/REDACTED?api_key=REDACTED",
		"":                                           "",
	} {
		if got := m.url(in); got != want {
			t.Errorf("%s became %s, want %s", in, got, want)
		}
	}
	for _, in := range []string{
		"https://h/o/" + id + "/x?api_key=" + id + "&u=https%3A%2F%2Fcdn%2F" + id + "%3Ftoken%3Dabc&z=1", "https://h/" + id + "#" + id, "//" + id,
		"https://h/%zz/" + id + "?u=%zz",
	} {
		once := m.url(in)
		if strings.Contains(strings.SplitN(once, "#", 2)[0], id) && in[0] == 'h' {
			t.Errorf("%s is still in %s", id, once)
		}
		if twice := m.url(once); twice != once {
			t.Errorf("not idempotent: %s became %s became %s", in, once, twice)
		}
		if other := m.url(strings.ReplaceAll(in, id, strings.Repeat("1b8e", 10))); in[0] == 'h' && other == once {
			t.Errorf("%s is the same as that of another id", once)
		}
	}
}

func FuzzMaskURL(f *testing.F) {
	f.Add("https://h/o/0a9f0a9f0a9f0a9f0a9f0a9f0a9f0a9f0a9f?u=https%3A%2F%2Fcdn%2F0a9f0a9f0a9f0a9f0a9f0a9f0a9f0a9f&token=x#y=1&z")
	m := masker{red: redact.New(redact.Rules{Literals: []string{"literal!"}})}
	f.Fuzz(func(t *testing.T, s string) {
		once := m.url(s)
		if m.red.Leaks([]byte(once)) {
			t.Errorf("%q leaks as %q", s, once)
		}
		m.links([]byte(s))
	})
}
