package auth

import (
	"time"

	"github.com/gracy-go/gracy/internal/ascii"
	"github.com/gracy-go/gracy/redact"
)

// credential is a token as the value of a header. Its times have the readings of both clocks, as far
// as time.Now has them.
type credential struct {
	value  string
	expiry time.Time // zero if it never expires
	renew  time.Time // the time from which the next token is fetched, if there is an expiry
	wait   time.Time // the time from which requests wait for the next token
	masked bool      // it is the mask that a tape has in place of a token
}

// valid reports whether the credential has not expired.
func (c *credential) valid(now time.Time) bool { return c.expiry.IsZero() || before(now, c.expiry) }

// fresh reports whether the credential need not be renewed yet.
func (c *credential) fresh(now time.Time) bool { return c.expiry.IsZero() || before(now, c.renew) }

// lasts reports whether a request may still be sent with the credential while the next one is
// fetched, because it will not expire on the way.
func (c *credential) lasts(now time.Time) bool { return c.expiry.IsZero() || before(now, c.wait) }

// before reports whether now is before at by the monotonic clock and by the wall clock. The first
// stands still while the machine sleeps, and the second may have been set back.
func before(now, at time.Time) bool { return now.Before(at) && now.Round(0).Before(at.Round(0)) }

// credentialOf makes a credential from a token, or returns why the token cannot be used.
func (t *tokens) credentialOf(token Token, now time.Time) (*credential, error) {
	scheme := t.scheme
	switch {
	case scheme != "":
	case token.Type == "", ascii.EqualFold(token.Type, "bearer"): // some servers issue it in lower case, others do not accept it so
		scheme = "Bearer"
	default:
		scheme = token.Type
	}
	switch {
	case token.Value == "":
		return nil, errEmpty
	case !validName(scheme), !validValue(token.Value):
		return nil, errInvalid
	}
	c := &credential{value: token.Value, masked: token.Value == redact.Mask}
	if scheme != NoScheme {
		c.value = scheme + " " + token.Value
	}
	if !token.Expiry.IsZero() {
		// Both clocks: a source may have kept the token for a while.
		life := min(token.Expiry.Sub(now), token.Expiry.Round(0).Sub(now.Round(0)))
		if life <= 0 {
			return nil, &expiredError{life.Abs()}
		}
		c.expiry = now.Add(life)
		leeway := min(t.leeway, life/2)
		c.renew, c.wait = c.expiry.Add(-leeway), c.expiry.Add(-leeway/2)
	}
	return c, nil
}
