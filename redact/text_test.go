package redact

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/gracy-go/gracy/internal/growth"
	"github.com/gracy-go/gracy/internal/safetext"
)

func TestSecretsInFreeTextAreMasked(t *testing.T) {
	for _, test := range []struct{ in, want string }{
		{"", ""},
		{"dial tcp 127.0.0.1:80: connect: connection refused", ""},
		{"GET /pokemon/{name} → 404 in 12ms (café, 日本)", ""},
		{"cannot fetch token: 401 Unauthorized", ""},
		{"invalid key: too short", ""},
		{"Bearer token is missing", ""},
		{"Basic plan, basic auth, Basic usage", ""},
		{"max_tokens=5 page_token=abc tokens: 7", ""},
		{"if token == nil", "if token == REDACTED"},
		{"a\tb\r\nc\x00\x7f\u0085d\u2028e", "a b  c d e"},
		{"\x1b[31mred\x1b[0m \x1b]0;title\x07x \x1b]8;;http://h\x1b\\link \x1b(B \u009b1mz \x1b", "red x link  z "},
		{"\x1b]no end", "no end"},
		{"admin\u202eetirw\u2066x\u200b\ufeff", "adminetirwx"},
		// Invisible characters do not split a name: a soft hyphen, joiners, fillers.
		{"pass\u00adword=hunter2", "password=REDACTED"},
		{"pass\u200dword=hunter2", "password=REDACTED"},
		{"pass\u034fword=hunter2", "password=REDACTED"},
		{"to\u3164ken: abcdef123456", "token: REDACTED"},
		{"bad \xff\xfe utf8", "bad \ufffd\ufffd utf8"},
		{`Get "https://me:pw@h/p?api_key=abc&x=1": EOF`, `Get "https://REDACTED@h/p?api_key=REDACTED&x=1": EOF`},
		{"/p?token=abc&x=1", "/p?token=REDACTED&x=1"},
		{"password=hunter2, user=bob", "password=REDACTED, user=bob"},
		{"password: hunter2", "password: REDACTED"},
		{"token:abc next", "token:REDACTED next"},
		{"token: abcdef123456", "token: REDACTED"},
		{`{"token":"a b\"c","n":1}`, `{"token":"REDACTED","n":1}`},
		{`"{\"token\":\"abc\",\"n\":1}"`, `"{\"token\":\"REDACTED\",\"n\":1}"`},
		{`{'secret': 'abc'}`, `{'secret': 'REDACTED'}`},
		{"{Token:abc Name:bob}", "{Token:REDACTED Name:bob}"},
		{"map[Authorization:[Bearer abc] Accept:[*/*]]", "map[Authorization:[Bearer REDACTED] Accept:[*/*]]"},
		{"Authorization: Bearer abc.def", "Authorization: Bearer REDACTED"},
		{"Authorization: abc", "Authorization: REDACTED"},
		{`authorization: Digest username="u", response="r"`, "authorization: Digest REDACTED"},
		{"Cookie: a=b; c=d\r\nHost: h", "Cookie: REDACTED"},
		{"X-Api-Key: abc", "X-Api-Key: REDACTED"},
		{"sent Bearer abc123", "sent Bearer REDACTED"},
		{"X-Api-Key: Bearer abc123 is wrong", "X-Api-Key: REDACTED is wrong"},
		{"access_token=basic  abc123&a=1", "access_token=REDACTED&a=1"},
		{"password: basic ", "password: REDACTED "},
		{"access_token=Bearer", "access_token=REDACTED"},
		{"sent Basic dXNlcjpwYXNz ok", "sent Basic REDACTED ok"},
		{"Incorrect API key provided: sk-abcdefghij1234567890.", "Incorrect API key provided: REDACTED."},
		{"jwt eyJhbGciOiJI.eyJzdWIi.c2ln!", "jwt REDACTED!"},
		{`Post "/bot123:ABC/getMe"`, `Post "/botREDACTED/getMe"`},
	} {
		want := test.want
		if want == "" {
			want = test.in
		}
		got := Text(test.in)
		if got != want {
			t.Errorf("%q\ngot  %q\nwant %q", test.in, got, want)
		}
		if again := Text(got); again != got {
			t.Errorf("not idempotent: %q, then %q", got, again)
		}
	}
}

func FuzzText(f *testing.F) {
	for _, s := range []string{"token=", `"a":"`, "\x1b[1", "://", "Bearer x", "Authorization: Digest a=\"", "a\xffb", "Cookie:", "bot1:x", "token: [\\\""} {
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
			growth.Within(t, len(in), func() { got = r.Text(in) })
			if !utf8.ValidString(got) || strings.ContainsFunc(got, safetext.Hidden) {
				t.Errorf("%q: unprintable %q", in, got)
			}
			if again := r.Text(got); again != got {
				t.Errorf("%q: %q, then %q", in, got, again)
			}
			return got
		}
		check(a)
		for _, in := range []string{
			a + " password=" + planted + " " + b,
			a + "literal/secret+1" + b,
			a + " https://h/?token=" + planted + "\n" + b,
		} {
			got := check(in)
			if strings.Contains(got, planted) && !strings.Contains(a+b, planted[:4]) || r.Leaks([]byte(got)) || half(got, a+b) {
				t.Errorf("%q survives as %q", in, got)
			}
		}
	})
}
