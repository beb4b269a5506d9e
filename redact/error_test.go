package redact

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

func TestURLsInErrorsAreMasked(t *testing.T) {
	inner := &url.Error{Op: "Get", URL: "https://me:***@h/p?api_key=abc d&x=\n1", Err: context.DeadlineExceeded}
	const safe = `Get "https://REDACTED@h/p?api_key=REDACTED&x=%0A1": context deadline exceeded`
	for _, test := range []struct {
		name string
		err  error
		want string
	}{
		{"nil", nil, ""},
		{"plain", errors.New("boom"), "boom"},
		{"url.Error", inner, safe},
		{"wrapped", fmt.Errorf("retry: %w", fmt.Errorf("x: %w", inner)), "retry: x: " + safe},
		{"joined", errors.Join(errors.New("a"), inner), "a " + safe},
		{"beside", fmt.Errorf("%w and %w", inner, inner), safe + " and " + safe},
		{"twice", &url.Error{Op: "Post", URL: "/p?token=t", Err: inner}, `Post "/p?token=REDACTED": ` + safe},
		{"text", errors.New("cannot reach http://h/?key=abc"), "cannot reach http://h/?key=REDACTED"},
		{"literal", errors.New("saw literal-secret"), "saw REDACTED"},
		{"opaque wrap", errors.New(inner.Error()), `Get "https://REDACTED@h/p?api_key=REDACTED d&x=\n1": context deadline exceeded`},
	} {
		r := New(Rules{Literals: []string{"literal-secret"}})
		if got := r.Error(test.err); got != test.want {
			t.Errorf("%s\ngot  %q\nwant %q", test.name, got, test.want)
		}
	}
}

type circle struct{ error }

func (c *circle) Unwrap() error { return c }

func TestAnErrorThatWrapsItselfEnds(t *testing.T) {
	if got := Error(&circle{errors.New("round")}); got != "round" {
		t.Errorf("got %q", got)
	}
}

func TestTheURLInAnErrorOfHTTPClientIsMasked(t *testing.T) {
	client := &http.Client{Transport: failing{}}
	_, err := client.Get("https://me:pw@example.com/p?api_key=abc&page=2")
	if !strings.Contains(err.Error(), "abc") {
		t.Fatalf("control run: net/http no longer prints the query: %v", err)
	}
	const want = `Get "https://REDACTED@example.com/p?api_key=REDACTED&page=2": boom`
	if got := Error(err); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// failing fails every request. The fixtures of rttest would be an import cycle here.
type failing struct{}

func (failing) RoundTrip(*http.Request) (*http.Response, error) { return nil, errors.New("boom") }

// The URL of a token endpoint ends like the name of a secret, but what follows the quote is why no
// token could be fetched.
func TestTheCauseAfterAURLIsNoSecret(t *testing.T) {
	for _, s := range []string{
		`Post "https://id.test/oauth2/token": EOF`,
		`Post "https://id.test/token": dial tcp: lookup id.test: no such host`,
		`auth: no token: Post "https://id.test/oauth/access_token": context deadline exceeded`,
		`Get "https://api.test/v1/password": tls: handshake failure`,
		`Get "https://api.test/authorization": unexpected EOF`,
		`Get "https://api.test/cookie": net/http: timeout awaiting response headers`,
		`{"msg":"Get \"https://api.test/secret\": EOF"}`,
	} {
		if got := Text(s); got != s {
			t.Errorf("%s\nbecame %s", s, got)
		}
	}
	for s, want := range map[string]string{
		`{"https://id.test/token": "HUNTER2"}`:          `{"https://id.test/token": "REDACTED"}`,
		`{"v1/password":"HUNTER2"}`:                     `{"v1/password":"REDACTED"}`,
		`"https://id.test/token": abcdefgh12345`:        `"https://id.test/token": REDACTED`,
		`"https://api.test/authorization": Bearer s3cr`: `"https://api.test/authorization": Bearer REDACTED`,
	} {
		if got := Text(s); got != want {
			t.Errorf("%s\nbecame %s\nwant   %s", s, got, want)
		}
	}
}
