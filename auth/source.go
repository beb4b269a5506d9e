package auth

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"time"
)

// A Source returns tokens. Token is called when a new one is needed, one call at a
// time for a layer (after [Config.Timeout] it may be called again), and must not
// return a token that it keeps: it is also called when the server has responded
// with 401 to the last one.
//
// ctx ends after [Config.Timeout], and not with the requests that wait. It has the
// values of the request that needed the token first, but no httptrace.ClientTrace;
// calls made with it, through whatever client, are calls of their own. A panic of Token
// is raised again in every request that waits for it.
//
// The time that a request waits for Token counts against the limits that are around
// the layer, such as timeout.PerAttempt: where Token takes longer than an attempt may,
// the attempt ends, and the next one waits for the same call of Token.
type Source interface {
	Token(ctx context.Context) (Token, error)
}

// SourceFunc is a function as a [Source].
type SourceFunc func(ctx context.Context) (Token, error)

// Token calls f.
func (f SourceFunc) Token(ctx context.Context) (Token, error) { return f(ctx) }

// A Token is a credential that may expire. It prints without its value, unless package fmt
// finds it in a field that is not exported, where it calls no methods; packages that
// encode it, such as json, write the value.
type Token struct {
	// Value is the secret.
	Value string
	// Type comes before the value in the header, unless [Config.Scheme] says
	// otherwise. Default Bearer.
	Type string
	// Expiry is when the token expires; the zero time is never.
	Expiry time.Time
}

// String says when the token expires, without its value.
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
