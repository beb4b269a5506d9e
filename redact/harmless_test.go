package redact

import (
	"math/rand/v2"
	"testing"

	"github.com/gracy-go/gracy/internal/growth"
)

// A close look leaves a text unchanged that is taken for harmless.
func TestAHarmlessTextHasNothingToMask(t *testing.T) {
	parts := []string{
		"http://", "https", "://", ":", ": ", " ", "  ", "=", "=>", ",", "/", "?", "&", "[", "]", "(", `"`, `":`, "'", "`", "<", "\\", "\\\"", "%", "-",
		"a", "bot", "bot123:abc", "Bearer", "basic ", "YTpi", "token", "password", "api_key", "Cookie", "limit", "GET ", "200", " in 0.5s", "PRIVATE KEY", "-----BEGIN ", "LS0tLS1CRUdJTiBSU0EgUFJJVkFURSBLRVktLS0tLQpNSUlFb3dJQkFBS0NBUUVBdzR2MGZ3PT0KLS0tLS1FTkQgUlNBIFBSSVZBVEUgS0VZLS0tLS0K",
		"ghp_abcdefghij0123456789", "9f8a7b6c5d4e3f2a1b0c9d8e7f6a5b4c", "s3cr3tTOKENs3cr3tTOKEN42", "h.test:80", "é", "ſ", "\n", "\x1b[1m", "\x7f", "\u202e", "user@", ";", "#", "+", "%3A%2F%2F", `:\/\/`, "%3Ftoken%3D",
	}
	rules := New(Rules{Query: []string{"limit"}, Fields: []string{"a", "https"}, Keep: []string{"token"}})
	literal := New(Rules{Literals: []string{"200"}})
	r := rand.New(rand.NewPCG(1, 2))
	taken := 0
	for range 200_000 {
		s := ""
		for range 1 + r.IntN(10) {
			s += parts[r.IntN(len(parts))]
		}
		for _, red := range []*Redactor{nil, rules, literal} {
			if !harmless(red, s) {
				continue
			}
			taken++
			if got := closelyRead(red, s); got != s {
				t.Fatalf("%q is taken for harmless, and masked it is %q", s, got)
			}
		}
	}
	if taken < 20_000 {
		t.Errorf("only %d texts were harmless", taken)
	}
}

func TestUsualTextsAreHarmless(t *testing.T) {
	for s, want := range map[string]bool{
		"GET https://api.test/v2/pokemon/25 returned 200 in 0.000123s":           true,
		"GET https://api.test/v2/pokemon?limit=20&offset=40 failed: 503":         true,
		`Get "https://api.test/things": dial tcp 10.0.0.1:443: connection reset`: true,
		"basic plan, (see [notes]) costs 5 % more":                               true,
		"": true,
		"GET https://api.test/v2/pokemon?token=x failed": false,
		"password: hunter2":             false,
		"Bearer abcdef":                 false,
		"a line\nand another":           false,
		"naïve":                         false,
		"ghp_abcdefghij0123456789 is x": false,
	} {
		if got := harmless(nil, s); got != want {
			t.Errorf("%s: harmless %v, want %v", s, got, want)
		}
	}
}

func TestHarmlessTakesTimeInProportionToItsInput(t *testing.T) {
	growth.Hostile(t, map[string]func(string){"harmless": func(s string) { harmless(nil, s) }})
}
