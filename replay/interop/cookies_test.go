package interop

import (
	"slices"
	"testing"
)

func TestJoinedCookiesAreSplitByTheirNames(t *testing.T) {
	for in, want := range map[string][]string{
		"a=1": {"a=1"},
		"a=1; Path=/; HttpOnly, b=2; Path=/; Expires=Wed, 09 Jun 2032 10:18:14 GMT": {"a=1; Path=/; HttpOnly", "b=2; Path=/; Expires=Wed, 09 Jun 2032 10:18:14 GMT"},
		"a=1; Expires=Wed, 09 Jun 2032 10:18:14 GMT, b=2":                           {"a=1; Expires=Wed, 09 Jun 2032 10:18:14 GMT", "b=2"},
		"a=1; Expires=Wed, 09-Jun-2032 10:18:14 GMT; Path=/,b=2":                    {"a=1; Expires=Wed, 09-Jun-2032 10:18:14 GMT; Path=/", "b=2"},
		"a=1, 2; Path=/": {"a=1, 2; Path=/"},
		"a=x,y":          {"a=x,y"},
		"":               {""},
		",":              {","},
	} {
		if got := splitCookies(in); !slices.Equal(got, want) {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
}
