package redact

import (
	"strings"
	"sync"
	"testing"
)

func TestRulesAddNamesToOneKind(t *testing.T) {
	r := New(Rules{Headers: []string{"X-Tenant"}, Query: []string{"patient", "пароль"}, Fields: []string{"iban"}, Keep: []string{"Token"}, Literals: []string{""}})
	if !r.Header("x-tenant") || r.Query("x-tenant") || r.Field("x-tenant") {
		t.Error("a header is secret as a header only")
	}
	if !r.Query("PATIENT") || r.Header("patient") || !r.Query("пароль") || r.Query("другой") {
		t.Error("a query parameter is secret as such only")
	}
	if !r.Field("i_b_a_n") || r.Query("iban") {
		t.Error("a field is secret as a field only")
	}
	if r.Field("token") || r.Query("token") || !r.Field("access_token") {
		t.Error("Keep frees its name alone")
	}
	if got := r.Text("patient=me token=abc"); got != "patient=REDACTED token=abc" {
		t.Errorf("Text: %q", got)
	}
	for _, zero := range []*Redactor{nil, {}, New(Rules{})} {
		if !zero.Header("Cookie") || zero.Header("X-Tenant") || zero.Leaks([]byte("x")) {
			t.Error("without rules only the built-in list counts")
		}
	}
}

func TestNewPanicsOnANameWithoutLetters(t *testing.T) {
	defer func() {
		if got, ok := recover().(string); !ok || !strings.HasPrefix(got, "redact: Rules.Query") {
			t.Errorf("panic %q", got)
		}
	}()
	New(Rules{Query: []string{"a", " - "}})
}

func TestARedactorServesGoroutinesAtOnce(t *testing.T) {
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

func TestLookingUpANameAllocatesNothing(t *testing.T) {
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
