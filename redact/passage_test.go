package redact

import (
	"strings"
	"testing"
)

// A credential is masked wherever it begins and whatever words are before and behind it, although
// words are skipped by their ends.
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

// What follows Bearer or Basic in a body is a credential if it looks like one: an echo of a
// request, an example of curl, an audit log.
func TestACredentialBehindItsSchemeIsMasked(t *testing.T) {
	const token, basic = "zq9SECRETvalue7731xk", "Ym9iOnNlY3JldHNlY3JldD8/Pw=="
	for in, want := range map[string]string{
		`{"h":"Bearer ` + token + `"}`:                                 `{"h":"Bearer REDACTED"}`,
		`{"h":"bearer ` + token + `","n":1}`:                           `{"h":"bearer REDACTED","n":1}`,
		`{"h":"Basic ` + basic + `"}`:                                  `{"h":"Basic REDACTED"}`,
		`{"cmd":"curl -H 'Authorization: Bearer ` + token + `' h"}`:    `{"cmd":"curl -H 'Authorization: Bearer REDACTED' h"}`,
		"> Authorization: Basic " + basic + "\r\n> Accept: */*\r\n":    "> Authorization: Basic REDACTED\r\n> Accept: */*\r\n",
		"Authorization: BASIC " + basic + " and Bearer " + token + ".": "Authorization: BASIC REDACTED and Bearer REDACTED.",
		"The bearer authentication-scheme is missing":                  "",
		"the bearer acknowledgements-and-thanks":                       "",
		"Basic QmFzaWNzT2ZCYXNlNjQ ":                                   "", // there is no colon in it
		"basic understanding/of.things":                                "",
		"forbearer " + token:                                           "",
		"Bearer\n" + token:                                             "",
		`{"plan":"Basic 2026-11-29T10:00:00Z"}`:                        "",
	} {
		if want == "" {
			want = in
		}
		var r *Redactor
		got := string(r.Body("", []byte(in)))
		if got != want {
			t.Errorf("%s: %s, want %s", in, got, want)
		}
		if again := string(r.Body("", []byte(got))); again != got {
			t.Errorf("%s: masked again %s", in, again)
		}
	}
}

func TestWordsHaveLettersDigitsAndThreeMarks(t *testing.T) {
	for i := range 256 {
		c := byte(i) //nolint:gosec // below 256
		if got, want := passageChar(c), alnum(c) || c == '-' || c == '_' || c == '.'; got != want {
			t.Errorf("%q: %v, want %v", c, got, want)
		}
	}
}
