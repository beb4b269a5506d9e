package report

import (
	"testing"
	"unicode/utf8"

	"github.com/gracy-go/gracy/internal/safetext"
)

func TestWidthCountsTerminalColumns(t *testing.T) {
	for in, want := range map[string]int{"": 0, "abc": 3, "ポケモン": 8, "é": 1, "e\u0301": 1, "한": 2, "😀": 2, "…": 1, "│": 1, "Ａ": 2} {
		if got := width(in); got != want {
			t.Errorf("width(%q) = %d, want %d", in, got, want)
		}
	}
}

func TestShortenCutsTheMiddle(t *testing.T) {
	for _, tt := range []struct {
		in    string
		limit int
		want  string
	}{
		{"GET /abc", 8, "GET /abc"},
		{"GET /abcdefg", 8, "GET …efg"},
		{"abcdef", 2, "a…"},
		{"abcdef", 1, "…"},
		{"abcdef", 0, ""},
		{"ポケモン", 5, "ポ…ン"},
		{"ポケモン", 4, "ポ…"},
		{"abce\u0301", 3, "a…e\u0301"},
	} {
		if got := shorten(tt.in, tt.limit); got != tt.want {
			t.Errorf("shorten(%q, %d) = %q, want %q", tt.in, tt.limit, got, tt.want)
		}
	}
}

func FuzzShorten(f *testing.F) {
	f.Add("GET /pokemon/{name}", 9)
	f.Add("ポケモンe\u0301", 4)
	f.Fuzz(func(t *testing.T, s string, limit int) {
		limit %= 200
		s = safetext.Replace(s)
		got := shorten(s, limit)
		if !utf8.ValidString(got) || width(got) > max(limit, 0) {
			t.Errorf("shorten(%q, %d) = %q", s, limit, got)
		}
	})
}
