package transport

import (
	"context"
	"iter"
	"log/slog"
	"net/http"
	"time"

	"github.com/gracy-go/gracy/layer"
)

// A Call is one RoundTrip as the caller sees it, and its ledger: every attempt
// with its outcome, times and waits, and why the call stopped. Each redirect hop
// is a Call of its own, linked to the one before ([Call.Previous]).
//
// [CallOf] finds it by the response, a [Trace] collects it, and [CallFrom] finds it inside the
// stack, for example in a hook. Its methods only read and are safe for concurrent use. A client
// without layers has a nil Call, whose methods return zero values. A Call keeps the caller's
// context alive: keep its text or figures, not the Call. To a layer it is a [layer.Call].
type Call layer.Call

// CallOf returns the Call that resp came from, or nil if it came through no layer of this project.
// Methods of a nil Call may be called. After redirects it is the Call of the last hop.
func CallOf(resp *http.Response) *Call { return (*Call)(layer.CallOf(resp)) }

// CallFrom returns the Call that ctx belongs to, or nil outside the stack.
func CallFrom(ctx context.Context) *Call { return (*Call)(layer.CallFrom(ctx)) }

func (c *Call) full() *layer.Call { return (*layer.Call)(c) }

// Request returns the request as the outermost layer received it, before any layer edited a copy.
// It must not be changed. It is nil for a nil Call.
func (c *Call) Request() *http.Request {
	if c == nil {
		return nil
	}
	return c.full().Request()
}

// Route returns the path template of the call, such as "/pokemon/{name}": the one set with
// [WithRoute], else the first match of the [Routes] of the stack, else a template guessed from the
// path. It is valid UTF-8 and holds neither a query nor anything that looks like a secret.
func (c *Call) Route() string {
	if c == nil {
		return ""
	}
	return c.full().Route()
}

// Expect returns what the caller of the call counts as success.
func (c *Call) Expect() Expect {
	if c == nil {
		return Expect{}
	}
	return c.full().Expect()
}

// Previous returns the Call that was redirected to this one, nil if none was.
func (c *Call) Previous() *Call {
	if c == nil {
		return nil
	}
	return CallOf(c.Request().Response)
}

// Attempts walks the attempts in the order in which they began.
func (c *Call) Attempts() iter.Seq[*Attempt] {
	return func(yield func(*Attempt) bool) {
		if c == nil {
			return
		}
		for a := range c.full().Attempts() {
			if !yield((*Attempt)(a)) {
				return
			}
		}
	}
}

// Attempt returns the attempt that runs now or ran last.
func (c *Call) Attempt() *Attempt {
	if c == nil {
		return nil
	}
	return (*Attempt)(c.full().Attempt())
}

// Count returns the number of attempts begun, the first included.
func (c *Call) Count() int {
	if c == nil {
		return 0
	}
	return c.full().Count()
}

// Wait returns how long the attempts together waited in the way w.
func (c *Call) Wait(w Wait) time.Duration {
	if c == nil {
		return 0
	}
	return c.full().Wait(w)
}

// Offline reports whether a response of the call came from a recording.
func (c *Call) Offline() bool {
	if c == nil {
		return false
	}
	return c.full().Offline()
}

// StopReason returns why no further attempt followed, such as "budget empty", or "" if no layer
// recorded a reason.
func (c *Call) StopReason() string {
	if c == nil {
		return ""
	}
	return c.full().StopReason()
}

// String explains the call: a line for the outcome, one per attempt with its
// status, verdict, bytes and the time of each wait, headers and body, and why
// it stopped. It holds no secret: of the URL it shows the route, and errors
// are redacted. Of a nil Call it returns "<nil>".
func (c *Call) String() string {
	if c == nil {
		return "<nil>"
	}
	return c.full().String()
}

// LogValue makes a Call a group of a structured log. It holds no secret.
func (c *Call) LogValue() slog.Value {
	if c == nil {
		return slog.Value{}
	}
	return c.full().LogValue()
}
