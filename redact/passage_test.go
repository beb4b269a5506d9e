package redact

import (
	"strings"
	"testing"
)

// Wherever a credential begins and whatever words are before and behind it, it is masked: words are passed over by their ends.
func TestACredentialIsMaskedAtAnyPlace(t *testing.T) {
	const key = "ghp_16C7e42F292c6912E7710c838347Ae178B4a"
	for n := range 70 {
		for _, word := range []string{"a", ".", "é", " ", "a b", "ghx_"} {
			before := strings.Repeat(word, n)
			for _, between := range []string{" ", "/", "\n", "\""} {
				for _, behind := range []string{"", " ", " b", "\"" + before} {
					s := before + between + key + behind
					if got, want := maskEmbedded(s), before+between+Mask+behind; got != want {
						t.Fatalf("%q: %q, want %q", s, got, want)
					}
				}
			}
		}
	}
	if s := strings.Repeat("x", 20) + key; maskEmbedded(s) != s {
		t.Error("control run: a longer word that ends like a credential is masked")
	}
}
