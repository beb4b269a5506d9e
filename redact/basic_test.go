package redact

import (
	"math/rand/v2"
	"net/http"
	"strings"
	"testing"
)

// Short credentials are common, and are masked in bodies and headers as in a log line.
func TestAShortUserAndPasswordBehindBasicIsMasked(t *testing.T) {
	for in, want := range map[string]string{
		"Basic YWRtaW46YWRtaW4=":                                         "Basic REDACTED",                            // admin:admin
		"curl -H 'Authorization: Basic cm9vdDpyb290' h":                  "curl -H 'Authorization: Basic REDACTED' h", // root:root
		"basic cm9vdDpyb290 and BASIC YTpiYmJi, Basic YWRtaW46YWRtaW4x.": "basic REDACTED and BASIC REDACTED, Basic REDACTED.",
		"Basic YTpi":                          "", // a word of prose may be as short
		"Basic training, basic plans: Basic":  "",
		"Basic ":                              "",
		"asic YWRtaW46YWRtaW4=":               "",
		"Acidbasic YWRtaW46YWRtaW4=":          "",
		"Basic YWRtaW5hZG1pbg==":              "", // there is no colon in it
		"Basic authorization, Basic accounts": "",
	} {
		if want == "" {
			want = in
		}
		var r *Redactor
		for name, mask := range map[string]func(string) string{
			"text":   func(s string) string { return string(r.Body("text/plain", []byte(s))) },
			"header": func(s string) string { return r.Headers(http.Header{"X-Note": {s}}).Get("X-Note") },
			"JSON": func(s string) string {
				masked := string(r.Body("application/json", []byte(`{"a":"`+s+`"}`)))
				return masked[len(`{"a":"`) : len(masked)-2]
			},
		} {
			got := mask(in)
			if got != want {
				t.Errorf("%s: %s: %s, want %s", name, in, got, want)
			}
			if again := mask(got); again != got {
				t.Errorf("%s: %s: masked again %s", name, in, again)
			}
		}
	}
}

// A search that skips bytes finds the same as one that looks at each.
func TestTheEndOfBasicIsFoundAsByALookAtEachByte(t *testing.T) {
	parts := []string{"asic ", "ASIC ", "Asic ", "a", "as", "asi", "asic", "A", "S", "I", "C", " ", "\x00", "x", "xyz"}
	r := rand.New(rand.NewPCG(3, 4))
	found := 0
	for range 50_000 {
		s := ""
		for range 1 + r.IntN(10) {
			s += parts[r.IntN(len(parts))]
		}
		from := r.IntN(len(s) + 1)
		want := -1
		for _, word := range []string{"asic ", "ASIC "} {
			if i := strings.Index(s[from:], word); i >= 0 && (want < 0 || from+i+len(word) < want) {
				want = from + i + len(word)
			}
		}
		if got := basicEnd([]byte(s), from); got != want {
			t.Fatalf("in %q from %d: %d, want %d", s, from, got, want)
		}
		if want >= 0 {
			found++
		}
	}
	if found < 5_000 {
		t.Errorf("only %d texts had one", found)
	}
}
