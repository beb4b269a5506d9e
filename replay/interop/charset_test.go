package interop

import "testing"

func TestTextsAreEncodedByTheirCharset(t *testing.T) {
	for _, test := range []struct {
		charset, text, want string
		ok                  bool
	}{
		{"iso-8859-1", "grüße café", "gr\xfc\xdfe caf\xe9", true},
		{"windows-1252", "€ „x“ – ž", "\x80 \x84x\x93 \x96 \x9e", true},
		{"iso-8859-1", "日本", "", false},
		{"iso-8859-1", "a\xffb", "", false}, // it was not Unicode
		{"iso-8859-1", "\x00", "\x00", true},
		{"shift_jis", "abc", "", false},
	} {
		got, ok := encodeAs(test.charset, test.text)
		if ok != test.ok || ok && string(got) != test.want {
			t.Errorf("%s %q: got %q, %v", test.charset, test.text, got, ok)
		}
	}
}
