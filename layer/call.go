package layer

import (
	"context"
	"iter"
	"math"
	"net/http"
	"sync"
	"sync/atomic"

	"github.com/gracy-go/gracy/internal/route"
	"github.com/gracy-go/gracy/internal/setting"
	"github.com/gracy-go/gracy/transport/verdict"
)

// A Call is one RoundTrip as the caller sees it, and its ledger: every attempt
// with its outcome, times and waits, and why the call stopped. Each redirect hop
// is a Call of its own.
//
// A layer gets it in its [Trip]. [CallFrom] and [CallOf] find it elsewhere. Its methods are safe
// for concurrent use. It keeps the caller's context alive: keep its text or figures, not the
// Call. Callers see it as a transport.Call, which only reads.
type Call struct {
	begunBy  *built
	settings *setting.List
	current  atomic.Pointer[Attempt] // nil means first
	extra    lazyExtra
	route    atomic.Pointer[route.Name]
	flags    atomic.Uint32
	further  atomic.Uint32 // the number of attempts begun after the first
	req      http.Request
	first    Attempt
}

// lazyExtra is made when it is first needed.
type lazyExtra struct{ atomic.Pointer[callExtra] }

// callExtra is what only few calls need.
type callExtra struct {
	mu         sync.Mutex // mu guards every field below
	stopReason string
	key        string   // the idempotency key that a layer has made, "" for none
	untaken    []string // the names of the layers that settings need and that the stack does not have
	outer      *Call    // the enclosing call of the same request, if anything is untaken
}

const (
	callReturned  uint32 = 1 << iota // RoundTrip has returned, or panicked
	callCut                          // the settings of an enclosing call do not count
	callOffline                      // a response came from a recording
	callRetried                      // a layer has claimed the further attempts
	callSuspended                    // an attempt has been suspended
	callKeyed                        // a layer has given the request an idempotency key
	callExpects                      // the settings have a [verdict.Expect]
)

// callBound is by how many bits the largest number of attempts is shifted in the flags.
const callBound = 16

// callUnusual are the flags that keep a call off the fast path through its layers, in
// built.RoundTrip.
const callUnusual = callReturned | callSuspended

// CallFrom returns the Call that ctx belongs to, or nil outside the stack.
func CallFrom(ctx context.Context) *Call {
	if cc := near(ctx); cc != nil {
		return &cc.call
	}
	return callOf(ctx.Value(setting.Key{}))
}

// callOf returns the call of nearest, the value of setting.Key in a context, or nil.
func callOf(nearest any) *Call {
	switch v := nearest.(type) {
	case *Call:
		return v
	case *setting.List:
		return enclosing(v)
	}
	return nil
}

// enclosing returns the call in whose context a list of settings was begun, or nil.
func enclosing(l *setting.List) *Call {
	c, _ := l.Enclosing().(*Call)
	return c
}

// CallOf returns the Call that resp came from, or nil if it came through no layer of this project.
// After redirects it is the Call of the last hop.
func CallOf(resp *http.Response) *Call {
	if resp == nil || resp.Request == nil {
		return nil
	}
	return CallFrom(resp.Request.Context())
}

// Settings implements the holder of package internal/setting.
func (c *Call) Settings() (list *setting.List, cut bool) {
	return c.settings, c.flags.Load()&callCut != 0
}

// Expect returns what the caller of the call counts as success.
func (c *Call) Expect() verdict.Expect {
	if c.flags.Load()&callExpects == 0 {
		return verdict.Expect{}
	}
	e, _ := setting.Lookup[verdict.Expect](c.Settings())
	return e
}

// Request returns the request as the outermost layer received it, before any layer edited a copy.
// It must not be changed.
func (c *Call) Request() *http.Request { return &c.req }

// Attempts walks the attempts in the order in which they began.
func (c *Call) Attempts() iter.Seq[*Attempt] {
	return func(yield func(*Attempt) bool) {
		for a := &c.first; a != nil; a = a.next.Load() {
			if !yield(a) {
				return
			}
		}
	}
}

// Attempt returns the attempt that runs now or ran last.
func (c *Call) Attempt() *Attempt {
	if a := c.current.Load(); a != nil {
		return a
	}
	return &c.first
}

// Count returns the number of attempts begun, the first included.
func (c *Call) Count() int { return int(c.further.Load()) + 1 }

// SetStopReason records why no further attempt follows, for the ledger: "budget
// empty", "hint 5m0s would end past the deadline (12s left)". It replaces an earlier reason.
func (c *Call) SetStopReason(reason string) {
	x := c.extra.more()
	x.mu.Lock()
	x.stopReason = reason
	x.mu.Unlock()
}

// StopReason returns why no further attempt followed, or "" if nothing was recorded.
func (c *Call) StopReason() string {
	x := c.extra.Load()
	if x == nil {
		return ""
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.stopReason
}

func (l *lazyExtra) more() *callExtra {
	if x := l.Load(); x != nil {
		return x
	}
	l.CompareAndSwap(nil, new(callExtra))
	return l.Load()
}

// SetIdempotent records that a layer has given the request an idempotency key:
// an attempt without a response is then [verdict.Retryable], not
// [verdict.Ambiguous].
func (c *Call) SetIdempotent() { c.flags.Or(callKeyed) }

// IdempotencyKey returns the idempotency key that the requests of the call have in common. The
// first use calls newKey. An empty key is not kept.
func (c *Call) IdempotencyKey(newKey func() string) string {
	x := c.extra.more()
	x.mu.Lock()
	key := x.key
	x.mu.Unlock()
	if key != "" {
		return key
	}
	key = newKey()
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.key == "" {
		x.key = key
	}
	return x.key
}

// raised returns a verdict, corrected if a layer has made the request idempotent or knows that it
// was not sent.
func raised(a *Attempt, v verdict.Verdict) verdict.Verdict {
	if v == verdict.Ambiguous && (a.call.flags.Load()&callKeyed != 0 || a.flags.Load()&(flagUnsent|flagElsewhere) == flagUnsent) {
		return verdict.Retryable
	}
	return v
}

// SetOffline records that a response came from a recording, or from what stands in for one. Waits
// between attempts then become zero, since they would spare no server.
func (c *Call) SetOffline() { c.flags.Or(callOffline) }

// Offline reports whether a response of the call came from a recording.
func (c *Call) Offline() bool { return c.flags.Load()&callOffline != 0 }

// ClaimRetry makes the calling layer the only one that may make further attempts in this call.
// attempts is the largest number of them, which becomes the Limit of the events that end them. It
// returns false while another layer has the claim. The layer ends its claim with
// [Call.ReleaseRetry], also on a panic.
func (c *Call) ClaimRetry(attempts int) bool {
	limit := uint32(min(max(attempts, 0), math.MaxUint16)) << callBound //nolint:gosec // 16 bits
	for {
		f := c.flags.Load()
		if f&callRetried != 0 {
			return false
		}
		if c.flags.CompareAndSwap(f, f&(1<<callBound-1)|callRetried|limit) {
			return true
		}
	}
}

// bound returns the largest number of attempts, or 0 if no layer has named one.
func bound(c *Call) int { return int(c.flags.Load() >> callBound) }

// ReleaseRetry ends the claim of [Call.ClaimRetry].
func (c *Call) ReleaseRetry() { c.flags.And(^callRetried) }

// Wants reports whether an observer of the stack wants any of the kinds. It is for work that only
// an event needs. [Call.Emit] checks by itself.
func (c *Call) Wants(kinds Kind) bool { return c.begunBy.wants&kinds != 0 }

// Emit hands e to the observers of the stack that want it, outermost first, in
// the calling goroutine. It fills in the Call. A [BodyLost] with an Err is only emitted if it is what
// that kind says, and once for an attempt. It also gives the row a note.
func (c *Call) Emit(e Event) {
	if e.Kind == BodyLost && e.Err != nil && e.Attempt != nil && !breaksOff(e.Attempt) || !c.Wants(e.Kind) {
		return
	}
	e.Call = c
	for _, l := range c.begunBy.observers {
		if l.wants&e.Kind != 0 {
			l.Observe(e)
		}
	}
}

func (c *Call) returned() bool { return c.flags.Load()&callReturned != 0 }
