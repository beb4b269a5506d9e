package redact

import (
	"net/url"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/gracy-go/gracy/internal/growth"
)

func TestTheSecretPartsOfAURLAreMasked(t *testing.T) {
	for _, test := range []struct{ in, want string }{
		{"", ""},
		{"https://h/p?a=1&b=%2F+x&&c", ""},
		{"https://user:pw@h:8080/p", "https://REDACTED@h:8080/p"},
		{"https://user@h/p", "https://REDACTED@h/p"},
		{"//user:pw@h/p", "//REDACTED@h/p"},
		{"http://me:pa/ss@h/x", "http://REDACTED@h/x"},
		{"http://me:p#ss@h/x?a=1", "http://REDACTED@h/x?a=1"},
		{"http://me:p@ss@h/x", "http://REDACTED@h/x"},
		{"http://[::1]/a@b", ""},
		{"http://h:80/a@b", ""},
		{"mailto:bob@example.com", ""},
		{"/p?z=1&api_key=abc&y=%20&token=d#frag", "/p?z=1&api_key=REDACTED&y=%20&token=REDACTED#frag"},
		{"/p?key=abc", "/p?key=REDACTED"},
		{"/p?ke%79=abc", "/p?ke%79=REDACTED"},
		{"/p?KEY=", ""},
		{"/p?token", ""},
		{"/p?a=1;token=abc;b=2", "/p?a=1;token=REDACTED"},
		{"/p?token=a;b&c=d", "/p?token=REDACTED&c=d"},
		{"/p?a;b;c=1&d", ""},
		{"/p?page_token=abc", ""},
		{"/p?code=US", ""},
		{"/p?code=4/0AX4XfWhabcdefghij0123456789", ""},
		{"/p?code=gho_abcdefghij0123456789", "/p?code=REDACTED"},
		{"/p?code=abc&client_id=x", "/p?code=REDACTED&client_id=x"},
		{"/p?appid=440", ""},
		{"/p?appid=b6907d289e10d714a6e88b30761fae22", "/p?appid=REDACTED"},
		{"/p?q=eyJhbGciOiJI.eyJzdWIi.c2ln", "/p?q=REDACTED"},
		{"/p?cursor=eyJpZCI6MTIzfQ==", ""},
		{"/p?u=https%3A%2F%2Fh%2F%3Ftoken%3Dabc%26x%3D1", "/p?u=https%3A%2F%2Fh%2F%3Ftoken%3DREDACTED%26x%3D1"},
		{"/p?u=https%3A%2F%2Fh%2f", ""},
		{"/p?vars=%7B%22password%22%3A%22abc%22%7D", "/p?vars=%7B%22password%22%3A%22REDACTED%22%7D"},
		{"https://h/cb#access_token=abc&state=1", "https://h/cb#access_token=REDACTED&state=1"},
		{"https://h/#/route?token=abc", "https://h/#/route?token=REDACTED"},
		{"https://h/p;jsessionid=abc?x=1", "https://h/p;jsessionid=REDACTED?x=1"},
		{"https://api.telegram.org/bot123:ABC/getMe", "https://api.telegram.org/botREDACTED/getMe"},
		{"https://hooks.slack.com/services/T00000000/B00000000/short", "https://hooks.slack.com/services/T00000000/B00000000/REDACTED"},
		{"https://discord.com/api/webhooks/123456789012345678/short/x", "https://discord.com/api/webhooks/123456789012345678/REDACTED/x"},
		{"https://h/files/6ba7b810-9dad-11d1-80b4-00c04fd430c8/2024", ""},
		{"/a\x1b[31m b\n\xff\u202e", "/a%1B[31m%20b%0A%FF%E2%80%AE"},
		{"https://h/" + strings.Repeat(";", 100000), ""},
	} {
		want := test.want
		if want == "" {
			want = test.in
		}
		got := (*Redactor)(nil).Location(test.in)
		if got != want {
			t.Errorf("%.200q\ngot  %.200q\nwant %.200q", test.in, got, want)
		}
		if again := (*Redactor)(nil).Location(got); again != got {
			t.Errorf("not idempotent: %q, then %q", got, again)
		}
	}
}

func TestURLLeavesItsArgumentUnchanged(t *testing.T) {
	if got := URL(nil); got != "" {
		t.Errorf("nil: %q", got)
	}
	u, err := url.Parse("https://me:pw@h/a%2Fb?z=1&token=abc&a=2#x")
	if err != nil {
		t.Fatal(err)
	}
	before := *u
	if got, want := URL(u), "https://REDACTED@h/a%2Fb?z=1&token=REDACTED&a=2#x"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if *u != before {
		t.Error("the URL was changed")
	}
	r := New(Rules{Query: []string{"patient"}, Literals: []string{"p/q r"}})
	u, _ = url.Parse("https://h/p%2Fq%20r/x?patient=me&q=p%2Fq+r&v=p%2fq%20r")
	if got, want := r.URL(u), "https://h/REDACTED/x?patient=REDACTED&q=REDACTED&v=REDACTED"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got, want := r.RawQuery("a=%zz&patient=me&b"), "a=%zz&patient=REDACTED&b"; got != want {
		t.Errorf("RawQuery: got %q, want %q", got, want)
	}
}

const planted = "pL4nTedS3cretVa1ue"

func FuzzURL(f *testing.F) {
	for _, s := range []string{"https://h/p?a=b", "//u:p@h", "/bot1:a/x", "?a;b=c", "x#y?z=%7B", "http://a:b/c@d", "\x1b]0;"} {
		f.Add(s, s)
	}
	for _, s := range hostile() {
		f.Add(s, "")
	}
	r := New(Rules{Literals: []string{"literal/secret+1"}})
	f.Fuzz(func(t *testing.T, a, b string) {
		check := func(in string) string {
			t.Helper()
			var got string
			growth.Within(t, len(in), func() { got = r.Location(in) })
			if !utf8.ValidString(got) {
				t.Errorf("%q: invalid UTF-8 %q", in, got)
			}
			if again := r.Location(got); again != got {
				t.Errorf("%q: %q, then %q", in, got, again)
			}
			return got
		}
		check(a)
		for _, in := range []string{
			"https://h/" + keepFree(a, "?#") + "?x=1&api_key=" + planted + "&" + b,
			"https://u:" + planted + "@h/" + b,
			a + "literal/secret+1" + b,
			"/x?" + keepFree(a, "#") + "&literal%2Fsecret%2B1=" + b,
		} {
			got := check(in)
			if strings.Contains(got, planted) && !strings.Contains(a+b, planted[:4]) || r.Leaks([]byte(got)) || half(got, a+b) {
				t.Errorf("%q survives as %q", in, got)
			}
		}
	})
}

// half reports whether a masked text contains half of the literal of the fuzz targets, and rest
// does not.
func half(masked, rest string) bool {
	for _, part := range []string{"literal", "secret"} {
		if strings.Contains(masked, part) && !strings.Contains(rest, part[:3]) && !strings.Contains(rest, part[3:]) {
			return true
		}
	}
	return false
}

// keepFree drops the bytes in cut, which would put the text that follows into another part of the
// URL.
func keepFree(s, cut string) string {
	return strings.Map(func(c rune) rune {
		if strings.ContainsRune(cut, c) {
			return -1
		}
		return c
	}, s)
}
