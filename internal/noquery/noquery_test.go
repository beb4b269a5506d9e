package noquery

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net/url"
	"strings"
	"testing"
)

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

		// An apostrophe is a part of a query, and what fmt quotes may have blanks and quotes in it.
		`Get "https://a.test/x?f=n%20eq%20'b'&z=hush": EOF`: `Get "https://a.test/x": EOF`,
		`Get "https://a.test/x('b')?hush": EOF`:             `Get "https://a.test/x('b')": EOF`,
		`Get "https://a.test/x?q=\"a b\"&z=hush": EOF`:      `Get "https://a.test/x": EOF`,
		`Get "https://a.test/x?q=<b>&z=hush": EOF`:          `Get "https://a.test/x": EOF`,
		`Location "/a%zz?q=a b&z=hush": bad "c d"`:          `Location "/a%zz": bad "c d"`,
		`"Get \"https://a.test/x?y=1&z=hush\": EOF", "b"`:   `"Get \"https://a.test/x\": EOF", "b"`,
		`it's https://a.test/x?q='b'&z=hush, 'y'`:           `it's https://a.test/x 'y'`,
		`it is no "what? a = b" and no "c": "/d?e=f`:        `it is no "what? a = b" and no "c": "/d`,
	} {
		if got := Text(s); got != want {
			t.Errorf("%q: %q, want %q", s, got, want)
		}
	}
}

// Whatever a query contains, and however often the error was quoted: all of the query is removed,
// and nothing behind it.
func TestNoQuotedQueryIsLeft(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	parts := []string{"a", " ", "\"", "'", "`", "<", ">", `\`, "?", "&", "=", "/", "#", "é", "(", ")", ","}
	for range 20_000 {
		u := "https://a.test/x?z="
		for range r.IntN(8) {
			u += parts[r.IntN(len(parts))]
		}
		var err error = &url.Error{Op: "Get", URL: u + "hush", Err: errors.New("why")}
		for range 4 {
			if got := Text(err.Error()); strings.Contains(got, "hush") || !strings.Contains(got, "why") {
				t.Fatalf("%s\nis %s", err, got)
			}
			err = fmt.Errorf("%q, too", err.Error())
		}
	}
}
