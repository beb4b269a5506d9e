package match

import (
	"reflect"
	"testing"
)

func TestRequiredIsWhatAllMatchesHold(t *testing.T) {
	for expr, want := range map[string][]anyOf{
		"/things/":              {{"/things/"}},
		`^https://a\.test/\d+$`: {{"https://a.test/"}},
		`/a/[^/]+/b`:            {{"/a/"}, {"/b"}},
		`/a(/b)+c?`:             {{"/a"}, {"/b"}},
		`/(cats|dogs)/`:         {{"/"}, {"cats", "dogs"}, {"/"}},
		`x(y|.*)z`:              {{"x"}, {"z"}},
		`(?i)/things/`:          nil,
		`x*`:                    nil,
		`.`:                     nil,
		`a{3}`:                  {{"a"}, {"a"}, {"a"}},
		"\uFFFD":                nil, // an invalid byte matches it
		`(`:                     nil,
		`(?:a|b|)`:              nil,
	} {
		if got := required(expr); !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %q, want %q", expr, got, want)
		}
	}
}

func TestOfManyAlternativesNothingIsRequired(t *testing.T) {
	expr := "x0x"
	for i := range mostTexts {
		expr += "|" + string(rune('A'+i)) + string(rune('a'+i)) + "y"
	}
	if got := required(expr); got != nil {
		t.Errorf("%q", got)
	}
}

func TestWhatIsPlainIsSentAsItIs(t *testing.T) {
	for text, want := range map[string]bool{"/a-b_c.d~9Z": true, "a b": false, "%20": false, "?": false, "é": false, "": true} {
		if got := plain(text); got != want {
			t.Errorf("%q: %v, want %v", text, got, want)
		}
		if req := request(t, "GET", "http://a.test"); plain(text) {
			if req.URL.Path = "/" + text; req.URL.EscapedPath() != "/"+text {
				t.Errorf("%q is sent as %q", text, req.URL.EscapedPath())
			}
		}
	}
}
