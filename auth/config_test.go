package auth_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/gracy-go/gracy/auth"
)

func TestNonsensePanics(t *testing.T) {
	source := new(issuer)
	for name, f := range map[string]func(){
		"no source":          func() { auth.Bearer(nil, site) },
		"negative leeway":    func() { auth.New(auth.Config{Source: source, Leeway: -1}, site) },
		"negative cooldown":  func() { auth.New(auth.Config{Source: source, Cooldown: -1}, site) },
		"negative timeout":   func() { auth.New(auth.Config{Source: source, Timeout: -1}, site) },
		"scheme":             func() { auth.New(auth.Config{Source: source, Scheme: "a b"}, site) },
		"header of source":   func() { auth.New(auth.Config{Source: source, Header: "a:b"}, site) },
		"no name":            func() { auth.Header("", "hunter2", site) },
		"name":               func() { auth.Header("X Key", "hunter2", site) },
		"name for the wire":  func() { auth.Header("content-length", "hunter2", site) },
		"no value":           func() { auth.Header("X-Key", "", site) },
		"value with newline": func() { auth.Header("X-Key", "hunter2\r\nX-Evil: 1", site) },
		"value with space":   func() { auth.Header("X-Key", "hunter2 ", site) },
		"user with colon":    func() { auth.Basic("a:b", "hunter2", site) },
		"password":           func() { auth.Basic("a", "hunter2\n", site) },
		"no origin":          func() { auth.Header("X-Key", "hunter2", "") },
		"origin with path":   func() { auth.Header("X-Key", "hunter2", site+"/v1") },
		"origin with secret": func() { auth.Header("X-Key", "hunter2", "https://user:hunter2@api.test") },
		"second origin":      func() { auth.Header("X-Key", "hunter2", site, "api.test") },
	} {
		t.Run(name, func(t *testing.T) {
			defer func() {
				text := fmt.Sprint(recover())
				if !strings.HasPrefix(text, "auth: ") || strings.Contains(text, "hunter2") {
					t.Errorf("panics with %q", text)
				}
			}()
			f()
		})
	}
}

func TestWhatIsStamped(t *testing.T) {
	source := func(token auth.Token) auth.Source {
		return auth.SourceFunc(func(context.Context) (auth.Token, error) { return token, nil })
	}
	for name, c := range map[string]struct {
		a            *auth.Auth
		header, want string
	}{
		"fixed":        {auth.Header("x-api-key", "k e y", site), "X-Api-Key", "k e y"},
		"basic":        {auth.Basic("Aladdin", "open sesame", site), "Authorization", "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="}, // RFC 7617, section 2
		"bearer":       {auth.Bearer(source(auth.Token{Value: "t"}), site), "Authorization", "Bearer t"},
		"lower case":   {auth.Bearer(source(auth.Token{Value: "t", Type: "bearer"}), site), "Authorization", "Bearer t"},
		"type":         {auth.Bearer(source(auth.Token{Value: "t", Type: "DPoP"}), site), "Authorization", "DPoP t"},
		"scheme":       {auth.New(auth.Config{Source: source(auth.Token{Value: "t", Type: "bearer"}), Scheme: "Token"}, site), "Authorization", "Token t"},
		"no scheme":    {auth.New(auth.Config{Source: source(auth.Token{Value: "t"}), Header: "X-Token", Scheme: auth.NoScheme}, site), "X-Token", "t"},
		"any origin":   {auth.Header("X-Key", "v", auth.AnyOrigin), "X-Key", "v"},
		"second":       {auth.Header("X-Key", "v", "https://other.test", site), "X-Key", "v"},
		"other origin": {auth.Header("X-Key", "v", "https://api.test"), "X-Key", ""},
	} {
		t.Run(name, func(t *testing.T) {
			var got string
			rt := c.a.Wrap(echo(func(h string) { got = h }, c.header))
			wants(t.Context(), t, rt, 200)
			if got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}
