package noquery

import "testing"

func TestTextHasNoQuery(t *testing.T) {
	for s, want := range map[string]string{
		"":                                    "",
		"boom":                                "boom",
		"what? #1 is missing, a = b":          "what? #1 is missing, a = b",
		`Get "https://a.test/x?y": EOF`:       `Get "https://a.test/x": EOF`,
		"https://a.test/x#y":                  "https://a.test/x",
		`Location "/a%zz?q=1&r=2": malformed`: `Location "/a%zz": malformed`,
		"'/in?to=https://b.test/c'":           "'/in'",
		"<a?b=c>\n\t`d#e=f`  g?h=i":           "<a>\n\t`d`  g",
		"?a=b":                                "",
	} {
		if got := Text(s); got != want {
			t.Errorf("%q: %q, want %q", s, got, want)
		}
	}
}
