package redact

import (
	"net/url"
	"strings"
	"testing"
)

// The bound keeps the recursion shallow, whatever a server sends.
func TestASecretIsMaskedThreeTextsDeepAndNoDeeper(t *testing.T) {
	in, want := "/p?token=abc", "/p?token="+Mask
	for depth := range 5 {
		if depth > 3 {
			want = in
		}
		if got := (*Redactor)(nil).Location(in); got != want {
			t.Errorf("%d texts around the secret:\ngot  %s\nwant %s", depth, got, want)
		}
		in, want = "/p?u="+url.QueryEscape(in), "/p?u="+url.QueryEscape(want)
	}
}

func TestJSONInsideJSONIsMaskedToTheSameDepth(t *testing.T) {
	in, want := `{"token":"abc"}`, `{"token":"`+Mask+`"}`
	for depth := range 5 {
		if depth > 3 {
			want = in
		}
		if got := string((*Redactor)(nil).Body("application/json", []byte(in))); got != want {
			t.Errorf("%d texts around the secret:\ngot  %s\nwant %s", depth, got, want)
		}
		in, want = `{"s":"`+jsonEscape(in, 0)+`"}`, `{"s":"`+jsonEscape(want, 0)+`"}`
	}
}

// The value of a pair in a path is a bare word, since a URL there has no place for its slashes.
func TestAPairInAPathIsMaskedByItsNameAlone(t *testing.T) {
	inner := url.QueryEscape("/p?token=abc")
	in := "https://h/a;token=abc;u=" + inner
	if got, want := (*Redactor)(nil).Location(in), "https://h/a;token="+Mask; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	in = "https://h/a;u=" + inner
	if got := (*Redactor)(nil).Location(in); strings.Contains(got, Mask) {
		t.Errorf("a value in a path was read as a URL: %q", got)
	}
}
