package auth_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/gracy-go/gracy/auth"
)

func TestInvalidSettingsPanicWithoutASecret(t *testing.T) {
	source, here := new(issuer), []string{site}
	for name, f := range map[string]func(){
		"no source":          func() { auth.Bearer(nil, site) },
		"nil function":       func() { auth.Bearer(auth.SourceFunc(nil), site) },
		"negative leeway":    func() { auth.New(auth.Config{Source: source, Origins: here, Leeway: -1}) },
		"negative cooldown":  func() { auth.New(auth.Config{Source: source, Origins: here, Cooldown: -1}) },
		"negative timeout":   func() { auth.New(auth.Config{Source: source, Origins: here, Timeout: -1}) },
		"scheme":             func() { auth.New(auth.Config{Source: source, Origins: here, Scheme: "a b"}) },
		"header of source":   func() { auth.New(auth.Config{Source: source, Origins: here, Header: "a:b"}) },
		"no name":            func() { auth.Header("", "hunter2", site) },
		"name":               func() { auth.Header("X Key", "hunter2", site) },
		"name of framing":    func() { auth.Header("content-length", "hunter2", site) },
		"name in brackets":   func() { auth.Header("X[Key]", "hunter2", site) },
		"name in braces":     func() { auth.Header("X{Key}", "hunter2", site) },
		"user with newline":  func() { auth.Basic("a\n", "hunter2", site) },
		"value with delete":  func() { auth.Header("X-Key", "hunter2\x7f", site) },
		"no value":           func() { auth.Header("X-Key", "", site) },
		"value with newline": func() { auth.Header("X-Key", "hunter2\r\nX-Evil: 1", site) },
		"value with space":   func() { auth.Header("X-Key", "hunter2 ", site) },
		"user with colon":    func() { auth.Basic("a:b", "hunter2", site) },
		"password":           func() { auth.Basic("a", "hunter2\n", site) },
		"no origins":         func() { auth.Header("X-Key", "hunter2") },
		"basic, no origins":  func() { auth.Basic("a", "hunter2") },
		"bearer, no origins": func() { auth.Bearer(source) },
		"config, no origins": func() { auth.New(auth.Config{Source: source}) },
		"empty origin":       func() { auth.Header("X-Key", "hunter2", "") },
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
