package redact

import (
	"math/rand/v2"
	"testing"

	"github.com/gracy-go/gracy/internal/race"
)

// A close look leaves a URL unchanged that is taken for plain.
func TestAPlainURLHasNothingToMask(t *testing.T) {
	parts := []string{
		"http://", "//", "/", "://", ":", "a", "bot123:abc", "bot", "services", "webhooks", "T12345678", "B12345678", "123456789012345678",
		"?", "#", "&", ";", "=", "@", "%41", " ", "[", "{", "code", "token", "api_key", "client_id", "limit", "https", "ghp_abcdefghij0123456789",
		"9f8a7b6c5d4e3f2a1b0c9d8e7f6a5b4c", "s3cr3tTOKENs3cr3tTOKEN42", "0f8fad5b-d9cb-469f-a165-70867728950e", "a-name-of-many-words", "h.test:80", "é", "\n", "+", "%3A%2F%2F", "%3Ftoken%3D",
	}
	rules := New(Rules{Query: []string{"limit"}, Fields: []string{"a"}, Keep: []string{"token"}})
	r := rand.New(rand.NewPCG(1, 2))
	plain := 0
	for range 200_000 {
		s := ""
		for range 1 + r.IntN(8) {
			s += parts[r.IntN(len(parts))]
		}
		for _, red := range []*Redactor{nil, rules} {
			if !plainURL(red, s) {
				continue
			}
			plain++
			if got := armor(closely(red.outermost(), s)); got != s {
				t.Fatalf("%q is taken for plain, and masked it is %q", s, got)
			}
		}
	}
	if plain < 5_000 {
		t.Errorf("only %d URLs were plain", plain)
	}
}

func TestUsualURLsAllocateNothing(t *testing.T) {
	if race.Enabled {
		t.Skip("the race detector allocates")
	}
	for s, want := range map[string]bool{
		"https://pokeapi.co/api/v2/pokemon/pikachu":                            true,
		"http://127.0.0.1:8080/orders/0f8fad5b-d9cb-469f-a165-70867728950e":    true,
		"https://h.test/search?q=a&limit=20&cursor=2024-05-01T12-00&page=2":    true,
		"https://api.github.com/repos/kubernetes-sigs/cluster-api-provider-x/": true,
		"/v1/things":                       true,
		"https://h.test/p?token=x":         false,
		"https://user@h.test/":             false,
		"https://h.test/p?code=x":          false,
		"https://h.test/p?u=http://h.test": false,
	} {
		if got := plainURL(nil, s); got != want {
			t.Errorf("%s: plain %v, want %v", s, got, want)
		}
		if n := testing.AllocsPerRun(10, func() { Text(s); (*Redactor)(nil).Location(s) }); want && n != 0 {
			t.Errorf("%s: %v allocations, want none", s, n)
		}
	}
}
