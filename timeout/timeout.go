package timeout

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/gracy-go/gracy/layer"
	"github.com/gracy-go/gracy/transport"
)

// Off as a limit means none.
const Off time.Duration = -1

// The defaults.
const (
	defaultTotal   = 30 * time.Second
	defaultIdle    = 30 * time.Second
	defaultAttempt = 10 * time.Second
)

// A Config bounds a call. It is a value.
type Config struct {
	// Total is the time until the headers of the final answer, with all attempts
	// and waits. Default 30 s; [Off] is none.
	Total time.Duration
	// Idle is how long a read of the final answer's body may go without a byte.
	// Default 30 s; [Off] is none.
	Idle time.Duration
}

// Attach makes a Config an override: it replaces that of the layer for the calls
// made with the context. It panics on a Config that New refuses.
func (c Config) Attach(ctx context.Context) context.Context {
	return layer.WithSetting(ctx, c.limits())
}

// limits is a Config with its defaults in place; 0 is off.
type limits struct{ total, idle time.Duration }

func (c Config) limits() limits {
	return limits{limit("Total", c.Total, defaultTotal), limit("Idle", c.Idle, defaultIdle)}
}

func limit(name string, d, otherwise time.Duration) time.Duration {
	switch {
	case d == 0:
		return otherwise
	case d == Off:
		return 0
	case d < 0:
		panic("timeout: " + name + " is negative")
	}
	return d
}

// A Timeout is the layer that [New] makes. It is safe for concurrent use.
type Timeout struct{ limits limits }

// New returns the layer that bounds a call; it belongs outside retry. It panics
// on negative limits other than [Off].
func New(c Config) *Timeout { return &Timeout{c.limits()} }

// Wrap implements [transport.Layer].
func (t *Timeout) Wrap(next http.RoundTripper) http.RoundTripper {
	return layer.Wrap("timeout", t, next, t.trip)
}

func (t *Timeout) trip(_ *layer.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
	l := t.limits
	if o, ok := layer.Setting[limits](req.Context()); ok {
		l = o
	}
	resp, err := within(Total, l.total, req, next)
	if resp != nil && l.idle > 0 {
		watch(resp, l.idle)
	}
	return resp, err
}

// String says what the layer allows.
func (t *Timeout) String() string {
	return fmt.Sprintf("timeout: total %s, idle %s", shown(t.limits.total), shown(t.limits.idle))
}

// Explain implements [transport.Explainer].
func (t *Timeout) Explain(p *transport.Plan) {
	p.Describe(transport.Traits{Single: true})
	p.Note("%s", t)
	switch {
	case t.limits.total == 0:
	case p.Attempts > 1:
		p.Warn("timeout stands inside retry: its total bounds each attempt, not the call")
	case p.Longest == 0 || t.limits.total < p.Longest:
		p.Longest = t.limits.total
	}
}

// An AttemptTimeout is the layer that [PerAttempt] makes. It is safe for
// concurrent use, and an override too: it replaces the limit of the layer for
// the calls of a context.
type AttemptTimeout struct{ limit attemptLimit }

type attemptLimit time.Duration

// PerAttempt returns the layer that bounds each attempt until its headers; it
// belongs inside retry. 0 means 10 s, [Off] no limit; it panics on other
// negative limits.
func PerAttempt(d time.Duration) *AttemptTimeout {
	return &AttemptTimeout{attemptLimit(limit("PerAttempt", d, defaultAttempt))}
}

// Attach implements [transport.Override].
func (t *AttemptTimeout) Attach(ctx context.Context) context.Context {
	return layer.WithSetting(ctx, t.limit)
}

// Wrap implements [transport.Layer].
func (t *AttemptTimeout) Wrap(next http.RoundTripper) http.RoundTripper {
	return layer.Wrap("attempt timeout", t, next, t.trip)
}

func (t *AttemptTimeout) trip(_ *layer.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
	l := t.limit
	if o, ok := layer.Setting[attemptLimit](req.Context()); ok {
		l = o
	}
	return within(Attempt, time.Duration(l), req, next)
}

// String says what the layer allows.
func (t *AttemptTimeout) String() string {
	return "attempt timeout: " + shown(time.Duration(t.limit))
}

// Explain implements [transport.Explainer].
func (t *AttemptTimeout) Explain(p *transport.Plan) {
	p.Describe(transport.Traits{Single: true})
	p.Note("%s", t)
	if d := time.Duration(t.limit); d > 0 && p.Longest > 0 && d >= p.Longest {
		p.Warn("an attempt may take %s, but the call ends after %s: the attempt timeout never acts", d, p.Longest)
	}
}

func shown(d time.Duration) string {
	if d == 0 {
		return "off"
	}
	return d.String()
}
