package redact

import (
	"math/rand/v2"
	"net/http"
	"reflect"
	"testing"
)

// A server may link without its own address, and a proxy says what was requested of it.
func TestRelativeURLsInHeadersAreMasked(t *testing.T) {
	for in, want := range map[string]string{
		`</list?page=2&access_token=abc>; rel="next", </?token=abc>; rel=first`:  `</list?page=2&access_token=REDACTED>; rel="next", </?token=REDACTED>; rel=first`,
		`</list?access_token=abc>; rel="next", <https://h/?page=1>; rel="first"`: `</list?access_token=REDACTED>; rel="next", <https://h/?page=1>; rel="first"`,
		"/cb?x=1&access_token=abc":          "/cb?x=1&access_token=REDACTED",
		"0; url=/cb?access_token=abc":       "0; url=/cb?access_token=REDACTED",
		"GET /cb?access_token=abc HTTP/1.1": "GET /cb?access_token=REDACTED HTTP/1.1",
		"/cb?access_token=abc#top":          "/cb?access_token=REDACTED#top",
		"is this ok? token=yes":             "is this ok? token=yes",
		"/list?page=2":                      "/list?page=2",
		"?":                                 "?",
		`W/"a?b"`:                           `W/"a?b"`,
	} {
		got := Headers(http.Header{"X-Note": {in}}).Get("X-Note")
		if got != want {
			t.Errorf("%s: %s, want %s", in, got, want)
		}
		if again := Headers(http.Header{"X-Note": {got}}).Get("X-Note"); again != got {
			t.Errorf("%s: masked again %s", got, again)
		}
	}
}

func TestHeadersAreMaskedInACopy(t *testing.T) {
	h := http.Header{
		"Authorization": {"Bearer abc", "abc", "", "my secret", "AWS4-HMAC-SHA256 Credential=a/b, Signature=c"},
		"Cookie":        {"a=b; c=d"},
		"X-Api-Key":     {"abc"},
		"Location":      {"/cb?access_token=abc&x=1", "https://me:pw@h/?token=abc"},
		"Link":          {`<https://h/?page=2&token=abc>; rel="next"`},
		"X-Custom":      {"ghp_abcdefghij0123456789", "plain  value", "a literal-secret", "use ghp_abcdefghij0123456789, soon"},
		"Accept":        {"*/*"},
	}
	before := h.Clone()
	got := New(Rules{Literals: []string{"literal-secret"}}).Headers(h)
	want := http.Header{
		"Authorization": {"Bearer REDACTED", "REDACTED", "", "REDACTED", "AWS4-HMAC-SHA256 REDACTED"},
		"Cookie":        {"REDACTED"},
		"X-Api-Key":     {"REDACTED"},
		"Location":      {"/cb?access_token=REDACTED&x=1", "https://REDACTED@h/?token=REDACTED"},
		"Link":          {`<https://h/?page=2&token=REDACTED>; rel="next"`},
		"X-Custom":      {"REDACTED", "plain  value", "a REDACTED", "use REDACTED, soon"},
		"Accept":        {"*/*"},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %v\nwant %v", got, want)
	}
	if shared := New(Rules{Literals: []string{"literal-secret"}}).HeadersShared(h); !reflect.DeepEqual(shared, want) {
		t.Errorf("shared %v\nwant   %v", shared, want)
	}
	if !reflect.DeepEqual(h, before) {
		t.Errorf("the input was changed: %v", h)
	}
	if again := Headers(got); !reflect.DeepEqual(again, got) {
		t.Errorf("not idempotent: %v", again)
	}
	if Headers(nil) != nil {
		t.Error("nil became a header")
	}
}

// A value that is not examined closely has nothing to mask.
func TestABareValueHasNothingToMask(t *testing.T) {
	parts := []string{
		"a", "Basic ", "basic ", "YTpi", "YWRtaW46", "Bearer ", "?", ":", "//", "://", "token=", "key=", "=", "&", "@", "-----BEGIN", "PRIVATE",
		"sk-", "eyJ", ".", "ghp_", `{"`, `"otp":"1`, `"}`, "%7B%22otp", "%22", "%3A", "%2F%2F", `:\/\/`, "520", `W/"31-25"`, "é", " ", "\n",
	}
	r := rand.New(rand.NewPCG(5, 6))
	n := 0
	for range 100_000 {
		s := ""
		for range 1 + r.IntN(5) {
			s += parts[r.IntN(len(parts))]
		}
		if !bare(s) {
			continue
		}
		n++
		if got := value(nest{}, s, false); got != s {
			t.Fatalf("%q is taken for bare, and masked it is %q", s, got)
		}
	}
	if n < 5_000 {
		t.Errorf("only %d values were bare", n)
	}
}

// A header is copied only if a value of it is masked.
func TestHeadersAreSharedIfNothingIsMasked(t *testing.T) {
	r := New(Rules{Literals: []string{"literal-secret"}})
	for name, shared := range map[string]bool{
		"Accept":        true,
		"Authorization": false,
		"X-Api-Key":     false,
	} {
		h := http.Header{"A": {"b"}, name: {"application/json, text/plain;q=0.5"}}
		got := r.HeadersShared(h)
		got.Set("B", "c")
		if _, is := h["B"]; is != shared {
			t.Errorf("%s: shared is %v, want %v", name, is, shared)
		}
	}
	if got := r.HeadersShared(nil); got != nil {
		t.Errorf("of no header: %v", got)
	}
}

// Values that one pass takes for plain are unchanged when they are read part by part, whatever
// they are made of.
func TestPlainValuesHaveNoSecrets(t *testing.T) {
	parts := []string{
		"application/json", "; charset=utf-8", "text/html", "q=0.9", "Sat, 28 Nov 2026 10:00:00 GMT", "gzip, deflate", "no-cache", "*/*",
		" ", "=", "/", ":", "?", "-", ".", "+", "\"", ",", "a", "C", "//", "://", "token=", "key=", "u:p@",
		"Basic ", "basic", "BASIC ", "Bearer ", "YWRtaW46YWRtaW4=", "YTpi", "OmFhYWE=", "sk-", "ghp_", "eyJ", "AKIA", "api_org_", "SG.",
		"Ab1", "0123456789a", "abcdefghijk", "-----BEGIN PRIVATE KEY-----", "-----", "BEGIN", " PRIVATE KEY", "MII+abc/DEF+012/ghi+345/", "LS0t", "QkVHSU4g",
		`{"`, `"otp":"1`, `"}`, "%7B%22otp", "%22", "%3A", "%2F%2F", `:\/\/`, "LS1CRUdJTiB", "LUJFR0lOI", packedDashes + "LS1CRUdJTiBQUklWQVRFIEtFWS0tLS0tCk1JSUFCQ0RFRkdISUpLTE1OT1A=",
	}
	r := rand.New(rand.NewPCG(1, 2))
	n := (*Redactor)(nil).outermost()
	plain := 0
	for range 200_000 {
		var v string
		for range 1 + r.IntN(6) {
			v += parts[r.IntN(len(parts))]
		}
		if !plainValue(v) {
			continue
		}
		plain++
		if masked := value(n, v, false); masked != v {
			t.Fatalf("%q is taken for plain, but becomes %q", v, masked)
		}
	}
	if plain < 10_000 {
		t.Errorf("only %d values were plain", plain)
	}
	for _, v := range []string{"application/json", "application/json; charset=utf-8", "Sat, 28 Nov 2026 10:00:00 GMT", "text/html, */*;q=0.8", "gzip, deflate"} {
		if !plainValue(v) {
			t.Errorf("%q is read part by part", v)
		}
	}
}

// JSON in a header is masked as in a body, wherever it begins, and other structures keep their bytes.
func TestHeadersThatHoldJSON(t *testing.T) {
	for in, want := range map[string]string{
		`{"token":"` + planted + `","a":1}`:                         `{"token":"REDACTED","a":1}`,
		`{"a":{"password":"` + planted + `"},"b":["c"]}`:            `{"a":{"password":"REDACTED"},"b":["c"]}`,
		`[{"name":"token","value":"` + planted + `"}]`:              `[{"name":"token","value":"REDACTED"}]`,
		`v1 {"client_secret": "` + planted + `"}`:                   `v1 {"client_secret": "REDACTED"}`,
		`{"next":"https:\/\/h\/?a=1\u0026token=` + planted + `"}`:   `{"next":"https://h/?a=1&token=REDACTED"}`,
		`%7B%22token%22%3A%22` + planted + `%22%7D`:                 `%7B%22token%22%3A%22REDACTED%22%7D`,
		`%7b%22token%22:%22` + planted + `%22,%22a%22:1%7d`:         `%7B%22token%22%3A%22REDACTED%22%2C%22a%22%3A1%7D`,
		`https:\/\/me:` + planted + `@x.test\/`:                     `https:\/\/REDACTED@x.test\/`,
		`{"path":"/a/token.txt","mode":"add","mute":false}`:         "",
		`{"endpoints":[{"url":"https:\/\/h\/r?s=a%2Bb"}],"max":12}`: "",
		`"{0F8FAD5B-D9CB-469F-A165-70867728950E},3"`:                "",
		`%7B%22page_token%22%3A%22a%22%7D`:                          "",
		`attachment; filename*=UTF-8''token%20of%7B.txt`:            "",
	} {
		if want == "" {
			want = in
		}
		h := http.Header{"X-Context": {in}}
		got := Headers(h)
		if got.Get("X-Context") != want {
			t.Errorf("%s becomes %s, want %s", in, got.Get("X-Context"), want)
		}
		if again := Headers(got); !reflect.DeepEqual(again, got) {
			t.Errorf("%s becomes %s, then %s", in, got.Get("X-Context"), again.Get("X-Context"))
		}
		if shared := (*Redactor)(nil).HeadersShared(h); shared.Get("X-Context") != want {
			t.Errorf("shared, %s becomes %s", in, shared.Get("X-Context"))
		}
	}
}
