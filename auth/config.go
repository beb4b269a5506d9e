package auth

import (
	"net/http"
	"time"
)

// A Config says where tokens come from and how they are sent.
type Config struct {
	// Source returns the tokens. It is required.
	Source Source
	// Origins are the origins that the tokens are for, such as "https://api.example.com",
	// or [AnyOrigin]. At least one is required.
	Origins []string
	// Header is the name of the header. Default Authorization.
	Header string
	// Scheme comes before the token in the header. Default: the Type of the token, or
	// Bearer if that is empty. [NoScheme] sends the token alone.
	Scheme string
	// Leeway is how long before its expiry a token is replaced, at most half of its
	// life. In the first half of Leeway requests use the old token while the next one is
	// fetched. In the second half they wait for the next one. Default 10 s; for
	// practically none, set one nanosecond.
	Leeway time.Duration
	// Cooldown is the shortest time from a failed fetch to the next one, and between
	// two fetches that a 401 caused. Default 1 s.
	Cooldown time.Duration
	// Timeout limits the time of a fetch. Default 30 s.
	Timeout time.Duration
}

// NoScheme is an empty [Config.Scheme]: the token is sent alone.
const NoScheme = "-"

// The defaults.
const (
	defaultLeeway   = 10 * time.Second
	defaultCooldown = time.Second
	defaultTimeout  = 30 * time.Second
	authorization   = "Authorization"
)

// New returns a layer that sets the tokens of c.Source on requests to c.Origins.
// It panics without a Source or an origin, on malformed origins, on negative
// times, and on an invalid header name.
func New(c Config) *Auth {
	if f, ok := c.Source.(SourceFunc); c.Source == nil || ok && f == nil {
		panic("auth: New: no Source")
	}
	if c.Header == "" {
		c.Header = authorization
	}
	if c.Scheme != "" && !validName(c.Scheme) {
		panic("auth: New: malformed Scheme")
	}
	a := newAuth(c.Header, c.Origins)
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

// Bearer returns a layer that sets the tokens of source (RFC 6750) on requests to the
// origins, at least one. It is [New] with that Source, those Origins and the defaults.
func Bearer(source Source, origins ...string) *Auth {
	return New(Config{Source: source, Origins: origins})
}

func orDefault(name string, d, otherwise time.Duration) time.Duration {
	switch {
	case d == 0:
		return otherwise
	case d < 0:
		panic("auth: New: " + name + " is negative: " + d.String())
	}
	return d
}

func newAuth(name string, origins []string) *Auth {
	if !validName(name) {
		panic("auth: malformed header name")
	}
	name = http.CanonicalHeaderKey(name)
	switch name {
	case "Host", "Content-Length", "Transfer-Encoding", "Trailer", "Connection", "Upgrade", "Te":
		panic("auth: the header " + name + " cannot carry a credential")
	}
	return &Auth{header: name, origins: newOriginSet(origins)}
}
