package auth_test

import (
	"context"
	"testing"

	"github.com/gracy-go/gracy/auth"
)

func TestTheHeaderThatIsSent(t *testing.T) {
	source := func(token auth.Token) auth.Source {
		return auth.SourceFunc(func(context.Context) (auth.Token, error) { return token, nil })
	}
	for name, c := range map[string]struct {
		a            *auth.Auth
		header, want string
	}{
		"fixed":        {auth.Header("x-api-key", "k e y", site), "X-Api-Key", "k e y"},
		"digits":       {auth.Header("X-0Az9Z", "v", site), "X-0az9z", "v"},
		"basic":        {auth.Basic("Aladdin", "open sesame", site), "Authorization", "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="}, // RFC 7617, section 2
		"bearer":       {auth.Bearer(source(auth.Token{Value: "t"}), site), "Authorization", "Bearer t"},
		"lower case":   {auth.Bearer(source(auth.Token{Value: "t", Type: "bearer"}), site), "Authorization", "Bearer t"},
		"type":         {auth.Bearer(source(auth.Token{Value: "t", Type: "DPoP"}), site), "Authorization", "DPoP t"},
		"scheme":       {auth.New(auth.Config{Source: source(auth.Token{Value: "t", Type: "bearer"}), Origins: []string{site}, Scheme: "Token"}), "Authorization", "Token t"},
		"no scheme":    {auth.New(auth.Config{Source: source(auth.Token{Value: "t"}), Origins: []string{site}, Header: "X-Token", Scheme: auth.NoScheme}), "X-Token", "t"},
		"any origin":   {auth.Header("X-Key", "v", auth.AnyOrigin), "X-Key", "v"},
		"second":       {auth.Header("X-Key", "v", "https://other.test", site), "X-Key", "v"},
		"other origin": {auth.Header("X-Key", "v", "https://api.test"), "X-Key", ""},
	} {
		t.Run(name, func(t *testing.T) {
			var got string
			rt := c.a.Wrap(observeHeader(c.header, func(h string) { got = h }))
			wantStatus(t.Context(), t, rt, 200)
			if got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}
