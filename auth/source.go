package auth

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"time"
)

// A Source returns tokens. Token is called when a new token is needed. A layer makes one call
// at a time, but may make another after [Config.Timeout]. Token must not cache: it is also
// called when the server responded to its last token with 401.
//
// The context ends after [Config.Timeout], not with the requests that wait. It has the values of
// the first request that needed the token, but no httptrace.ClientTrace. Calls made with it,
// through any client, are calls of their own. If Token panics, every request that waits for it
// panics.
//
// The wait for Token counts against the limits of outer layers, such as timeout.PerAttempt. If
// it takes longer than an attempt may, the attempt ends, and the next attempt waits for the same
// call of Token.
type Source interface {
	Token(ctx context.Context) (Token, error)
}

// SourceFunc is an adapter that makes a function a [Source].
type SourceFunc func(ctx context.Context) (Token, error)

// Token calls f.
func (f SourceFunc) Token(ctx context.Context) (Token, error) { return f(ctx) }

// A Token is a credential that may expire. It prints without its value, except from an
// unexported field, for which package fmt calls no methods. Packages that encode it, such as
// encoding/json, write the value.
type Token struct {
	// Value is the secret.
	Value string
	// Type comes before the value in the header, unless [Config.Scheme] is set.
	// Default Bearer.
	Type string
	// Expiry is when the token expires. The zero time means never. If the server says how long the
	// token lasts, add that to time.Now: then a wrong clock of this machine does not matter. Time
	// during which the machine sleeps counts.
	Expiry time.Time
}

// String returns when the token expires, without its value.
func (t Token) String() string {
	if t.Expiry.IsZero() {
		return "auth.Token(REDACTED)"
	}
	return "auth.Token(REDACTED, expires " + t.Expiry.Format(time.RFC3339) + ")"
}

// Format implements [fmt.Formatter], so that no verb prints the value.
func (t Token) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, t.String()) }

// LogValue implements [slog.LogValuer].
func (t Token) LogValue() slog.Value { return slog.StringValue(t.String()) }
