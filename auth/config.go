package auth

import (
	"encoding/base64"
	"net/http"
	"strings"
	"time"
)

// A Config says how tokens are had and stamped.
type Config struct {
	// Source gives the tokens; it is required.
	Source Source
	// Header is the name of the header. Default Authorization.
	Header string
	// Scheme comes before the token in the header. Default the Type of the token,
	// or else Bearer; [NoScheme] for the token alone.
	Scheme string
	// Leeway is how long before its expiry a token is replaced, at most half of its
	// life. Default 10 s; for none set a nanosecond.
	Leeway time.Duration
	// Cooldown is the shortest time between two asks of which the first failed, and
	// between two that a 401 was the reason of. Default 1 s.
	Cooldown time.Duration
	// Timeout bounds an ask. Default 30 s.
	Timeout time.Duration
}

// NoScheme as [Config.Scheme] stamps the token alone.
const NoScheme = "-"

// The defaults.
const (
	defaultLeeway   = 10 * time.Second
	defaultCooldown = time.Second
	defaultTimeout  = 30 * time.Second
	authorization   = "Authorization"
)

// Header returns a layer that stamps a header with a fixed value, such as an API
// key, on requests to the origins. It panics on a name or value that no header
// can have and on malformed origins.
func Header(name, value, origin string, more ...string) *Auth {
	a := newAuth(name, origin, more)
	if !validValue(value) {
		panic("auth: Header: the value is empty or has control characters")
	}
	a.fixed = value
	return a
}

// Basic returns a layer that stamps a user and password (RFC 7617) on requests to
// the origins. It panics on a user with a colon, on control characters and on
// malformed origins.
func Basic(user, password, origin string, more ...string) *Auth {
	if strings.Contains(user, ":") {
		panic("auth: Basic: the user has a colon")
	}
	if hasControls(user) || hasControls(password) {
		panic("auth: Basic: control characters in the user or password")
	}
	a := newAuth(authorization, origin, more)
	a.fixed = "Basic " + base64.StdEncoding.EncodeToString([]byte(user+":"+password))
	return a
}

// Bearer returns a layer that stamps the tokens of a source on requests to the
// origins (RFC 6750). It is New with that Source and the defaults.
func Bearer(source Source, origin string, more ...string) *Auth {
	return New(Config{Source: source}, origin, more...)
}

// New returns a layer that stamps the tokens of c.Source on requests to the
// origins. It panics without a Source, on negative times, on names that no header
// can have and on malformed origins.
func New(c Config, origin string, more ...string) *Auth {
	if c.Source == nil {
		panic("auth: New: no Source")
	}
	if c.Header == "" {
		c.Header = authorization
	}
	if c.Scheme != "" && !validName(c.Scheme) {
		panic("auth: New: malformed Scheme")
	}
	a := newAuth(c.Header, origin, more)
	a.tokens = &tokens{
		owner:    a,
		source:   c.Source,
		scheme:   c.Scheme,
		leeway:   orDefault("Leeway", c.Leeway, defaultLeeway),
		cooldown: orDefault("Cooldown", c.Cooldown, defaultCooldown),
		timeout:  orDefault("Timeout", c.Timeout, defaultTimeout),
	}
	return a
}

func orDefault(name string, d, otherwise time.Duration) time.Duration {
	switch {
	case d == 0:
		return otherwise
	case d < 0:
		panic("auth: New: " + name + " is negative")
	}
	return d
}

func newAuth(name, origin string, more []string) *Auth {
	if !validName(name) {
		panic("auth: malformed name of a header")
	}
	name = http.CanonicalHeaderKey(name)
	switch name {
	case "Host", "Content-Length", "Transfer-Encoding", "Trailer", "Connection", "Upgrade", "Te":
		panic("auth: " + name + " is not for credentials")
	}
	return &Auth{header: name, scope: newScope(append([]string{origin}, more...))}
}

// validName reports whether s is a token of RFC 9110, section 5.6.2.
func validName(s string) bool {
	const tchar = "!#$%&'*+-.^_`|~"
	for _, r := range s {
		if (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && !strings.ContainsRune(tchar, r) {
			return false
		}
	}
	return s != ""
}

// validValue reports whether s may be the value of a header (RFC 9110, section
// 5.5). Whitespace at the ends would be cut on the way.
func validValue(s string) bool {
	return s != "" && !hasControls(s) && strings.TrimSpace(s) == s
}

func hasControls(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r == 0x7f })
}
