package throttle

import (
	"context"
	"hash/maphash"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gracy-go/gracy/layer"
	"github.com/gracy-go/gracy/transport"
)

const layerName = "throttle"

// Config is a limiter with more than rules. The zero Config has none, and
// pauses as [Pause] says.
type Config struct {
	Rules []Rule
	Pause Pause
}

// New returns the limiter of the rules, with the default [Pause]. It panics on
// rules that make no sense, a Limit below 1 say.
func New(rules ...Rule) *Limiter { return Config{Rules: rules}.New() }

// New returns the limiter of a Config. It panics on nonsense.
func (c Config) New() *Limiter {
	l := &Limiter{
		epoch:   time.Now(),
		pause:   c.Pause.check(),
		pauses:  make(map[pauseKey]*pause),
		classes: make(map[classKey]*class),
		seed:    maphash.MakeSeed(),
	}
	rules := make([]*rule, 0, len(c.Rules))
	for _, r := range c.Rules {
		rules = append(rules, compile(r))
	}
	l.rules.Store(&rules)
	return l
}

// A Limiter is the layer of one or more rules. It is safe for concurrent use;
// stacks that share it share its quota.
type Limiter struct {
	rules atomic.Pointer[[]*rule]
	pause Pause
	epoch time.Time
	armed atomic.Int32 // how many pauses there are

	mu      sync.Mutex
	closed  bool
	latest  int64 // that the clock was seen
	ids     int64 // of resources
	came    int64 // the last waiter
	scans   int64
	waiting int
	pauses  map[pauseKey]*pause
	classes map[classKey]*class
	seed    maphash.Seed
	heads   []*class // those with waiters, the oldest head first
	asides  *waiter  // granted, and not ready to leave
	lapseAt int64
	timer   *time.Timer
	wakeAt  int64
}

// Wrap implements [transport.Layer]. The same limiter twice in a stack counts
// once, at the inner place.
func (l *Limiter) Wrap(next http.RoundTripper) http.RoundTripper {
	var waits, another bool
	for _, inner := range transport.Layers(next) {
		if inner == any(l) {
			return layer.Wrap(layerName, l, next, nil)
		}
		if _, ok := inner.(*Limiter); ok {
			another = true
		}
		if _, ok := inner.(layer.Delayer); ok {
			waits = true
		}
	}
	if !waits {
		return layer.Wrap(layerName, l, next, l.trip)
	}
	return layer.Wrap(layerName, l, next, func(c *layer.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
		return l.tripAbove(c, req, next, another)
	})
}

// Attach makes the limiter an override: calls made with the context are under
// its rules and pauses in place of the layer's. What it counts is its own, so
// that all who use it together stay within its limits.
func (l *Limiter) Attach(ctx context.Context) context.Context {
	return layer.WithSetting(ctx, override{l})
}

// override is what is attached to a context; nil is off.
type override struct{ limiter *Limiter }

// Off is the override that neither counts nor holds back the calls of a
// context, nor learns from their answers:
//
//	ctx = transport.With(ctx, throttle.Off)
const Off off = 1

type off uint8

// Attach implements [transport.Override].
func (off) Attach(ctx context.Context) context.Context {
	return layer.WithSetting(ctx, override{})
}

// String returns "throttle: off".
func (off) String() string { return "throttle: off" }

// Waiting returns how many requests wait for a rule or the end of a pause.
func (l *Limiter) Waiting() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.waiting
}

// Paused returns how long requests like req are still held back by a pause, 0
// if they are not. The route of req is the one of its context's call.
func (l *Limiter) Paused(req *http.Request) time.Duration {
	var k pauseKey
	switch c := layer.CallFrom(req.Context()); {
	case l.pause.Scope != Route:
		k = l.pauseKey(c, req)
	case c != nil:
		k = l.pauseKey(c, req)
	default:
		return 0
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if p := l.pauses[k]; p != nil {
		return max(time.Duration(p.until-l.now()), 0)
	}
	return 0
}

// list is the rules as they are now.
func (l *Limiter) list() []*rule { return *l.rules.Load() }

// Rules returns the rules as they are now, defaults filled in.
func (l *Limiter) Rules() []Rule {
	list := l.list()
	rules := make([]Rule, len(list))
	for i, r := range list {
		rules[i] = r.Rule
		if r.Guard == 0 {
			rules[i].Guard = NoGuard
		}
	}
	return rules
}

// String lists the rules.
func (l *Limiter) String() string {
	list := l.list()
	texts := make([]string, len(list))
	for i, r := range list {
		texts[i] = r.text
	}
	if len(texts) == 0 {
		return "throttle: pauses only"
	}
	return "throttle: " + strings.Join(texts, ", ")
}

// Close refuses those who wait and all who come with [ErrClosed], those who are
// asking a store or taking up a slot again once they have it. It always returns
// nil. A limiter that nobody waits at holds no timer and no goroutine
// and need not be closed. Stores given to rules are not closed.
func (l *Limiter) Close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.closed = true
	for _, c := range slices.Clone(l.heads) {
		for w := c.first; w != nil; {
			next := w.next
			w.err = &Error{Reason: ErrClosed}
			l.leave(w)
			w.wake()
			w = next
		}
	}
	l.scan(l.now())
	return nil
}

// Explain implements [transport.Explainer].
func (l *Limiter) Explain(p *transport.Plan) {
	p.Describe(transport.Traits{Quota: true, Single: true})
	p.Note("%s", l.String())
	switch {
	case l.pause.Off:
	case l.pause.DryRun:
		p.Note("throttle: pauses are only reported")
	default:
		p.Note("throttle: a pause holds back scope %s, at most %s", l.pause.Scope, l.pause.Max)
	}
	for _, r := range l.list() {
		if r.Mode == Bucket && r.Store == nil {
			p.Warn("throttle: %s: up to %d in one window", r.text, 2*r.Limit-1)
		}
	}
}

// clock is the time in nanoseconds since the limiter was made.
func (l *Limiter) clock() int64 { return int64(time.Since(l.epoch)) }

// now is the clock, read under the mutex.
func (l *Limiter) now() int64 { return l.settled(l.clock()) }

// settled is a clock that was read before the mutex was taken, made no earlier
// than what has been decided since: what has expired by then stays so.
func (l *Limiter) settled(clock int64) int64 {
	l.latest = max(l.latest, clock)
	return l.latest
}
