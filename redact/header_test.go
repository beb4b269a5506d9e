package redact

import (
	"net/http"
	"reflect"
	"testing"
)

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
