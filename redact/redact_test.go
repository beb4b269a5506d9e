package redact

import (
	"net/http"
	"reflect"
	"strings"
	"sync"
	"testing"
)

func TestNames(t *testing.T) {
	var r *Redactor
	for _, test := range []struct {
		name                 string
		header, query, field bool
	}{
		{"Authorization", true, true, true},
		{"authorization", true, true, true},
		{"Proxy-Authorization", true, true, true},
		{"Cookie", true, false, false},
		{"Set-Cookie", true, false, false},
		{"X-Api-Key", true, true, true},
		{"x_api_key", true, true, true},
		{"Api-Key", true, true, true},
		{"apikey", true, true, true},
		{"X-Auth-Token", true, true, true},
		{"X-Amz-Security-Token", true, true, true},
		{"X-Amz-Date", false, true, false},
		{"X-Amz-Algorithm", false, true, false},
		{"X-Goog-Api-Key", true, true, true},
		{"X-Goog-Signature", true, true, false},
		{"X-Goog-User-Project", false, true, false},
		{"Private-Token", true, true, true},
		{"X-Vault-Token", true, true, true},
		{"X-Shopify-Access-Token", true, true, true},
		{"X-Hub-Signature-256", true, false, false},
		{"Ocp-Apim-Subscription-Key", true, true, true},
		{"key", false, true, false},
		{"token", true, true, true},
		{"%74oken", true, true, true},
		{"access_token", true, true, true},
		{"accessToken", true, true, true},
		{"refresh_token", true, true, true},
		{"client_secret", true, true, true},
		{"user[password]", true, true, true},
		{"sig", false, true, false},
		{"signature", true, true, false},
		{"code", false, false, false},
		{"AWSAccessKeyId", true, true, true},

		{"", false, false, false},
		{"Accept", false, false, false},
		{"Content-Type", false, false, false},
		{"Idempotency-Key", false, false, false},
		{"Sec-WebSocket-Key", false, false, false},
		{"X-RateLimit-Remaining-Tokens", false, false, false},
		{"max_tokens", false, false, false},
		{"total_tokens", false, false, false},
		{"page_token", false, false, false},
		{"nextPageToken", false, false, false},
		{"continuation-token", false, false, false},
		{"tokenizer", false, false, false},
		{"secretary", false, false, false},
		{"monkey", false, false, false},
		{"keyword", false, false, false},
		{"ключ", false, false, false},
		{strings.Repeat("a-", 5000) + "token", true, true, true},
		{strings.Repeat("a", 5000), false, false, false},
	} {
		if got := r.Header(test.name); got != test.header {
			t.Errorf("Header(%.40q) = %v", test.name, got)
		}
		if got := r.Query(test.name); got != test.query {
			t.Errorf("Query(%.40q) = %v", test.name, got)
		}
		if got := r.Field(test.name); got != test.field {
			t.Errorf("Field(%.40q) = %v", test.name, got)
		}
	}
}

func TestRules(t *testing.T) {
	r := New(Rules{Headers: []string{"X-Tenant"}, Query: []string{"who", "пароль"}, Fields: []string{"iban"}, Keep: []string{"Token"}, Literals: []string{""}})
	if !r.Header("x-tenant") || r.Query("x-tenant") || r.Field("x-tenant") {
		t.Error("a header is secret as a header only")
	}
	if !r.Query("WHO") || r.Header("who") || !r.Query("пароль") || r.Query("другой") {
		t.Error("a query parameter is secret as such only")
	}
	if !r.Field("i_b_a_n") || r.Query("iban") {
		t.Error("a field is secret as a field only")
	}
	if r.Field("token") || r.Query("token") || !r.Field("access_token") {
		t.Error("Keep frees its name alone")
	}
	if got := r.Text("who=me token=abc"); got != "who=REDACTED token=abc" {
		t.Errorf("Text: %q", got)
	}
	for _, zero := range []*Redactor{nil, {}, New(Rules{})} {
		if !zero.Header("Cookie") || zero.Header("X-Tenant") || zero.Leaks([]byte("x")) {
			t.Error("without rules only the built-in list counts")
		}
	}
}

func TestNewPanics(t *testing.T) {
	defer func() {
		if got, ok := recover().(string); !ok || !strings.HasPrefix(got, "redact: Rules.Query") {
			t.Errorf("panic %q", got)
		}
	}()
	New(Rules{Query: []string{"a", " - "}})
}

func TestHeaders(t *testing.T) {
	h := http.Header{
		"Authorization": {"Bearer abc", "abc", "", "my secret", "AWS4-HMAC-SHA256 Credential=a/b, Signature=c"},
		"Cookie":        {"a=b; c=d"},
		"X-Api-Key":     {"abc"},
		"Location":      {"/cb?access_token=abc&x=1", "https://me:pw@h/?token=abc"},
		"Link":          {`<https://h/?page=2&token=abc>; rel="next"`},
		"X-Custom":      {"ghp_abcdefghij0123456789", "plain  value", "a literal-secret"},
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
		"X-Custom":      {"REDACTED", "plain  value", "a REDACTED"},
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

func TestConcurrentUse(t *testing.T) {
	r := New(Rules{Literals: []string{"literal-secret"}, Fields: []string{"iban"}})
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 100 {
				if got := r.Text("a literal-secret"); got != "a REDACTED" {
					t.Errorf("Text: %q", got)
				}
				if got := string(r.Body("application/json", []byte(`{"iban":"x"}`))); got != `{"iban":"REDACTED"}` {
					t.Errorf("Body: %q", got)
				}
			}
		})
	}
	wg.Wait()
}

func TestAllocations(t *testing.T) {
	r := New(Rules{Headers: []string{"X-Tenant"}})
	var hit bool
	for what, f := range map[string]func(){
		"Header":              func() { hit = Header("X-Request-Id") || hit },
		"Header, secret":      func() { hit = Header("Authorization") || hit },
		"Header, long":        func() { hit = Header("X-A-Very-Long-Header-Name-That-Does-Not-Fit-Into-Thirty-Two-Bytes") || hit },
		"Redactor.Header":     func() { hit = r.Header("X-Tenant") || hit },
		"Redactor.Query":      func() { hit = r.Query("page%5Btoken%5D") || hit },
		"Redactor.Field":      func() { hit = r.Field("client_secret") || hit },
		"Segment":             func() { hit = Segment("pokemon-species") || hit },
		"Segment, secret":     func() { hit = Segment("ghp_abcdefghij0123456789") || hit },
		"Text without secret": func() { hit = Text("connection refused") == "" || hit },
	} {
		if n := testing.AllocsPerRun(100, f); n != 0 {
			t.Errorf("%s: %v allocations", what, n)
		}
	}
}
