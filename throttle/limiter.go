package throttle

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gracy-go/gracy/internal/brief"
	"github.com/gracy-go/gracy/internal/match"
	"github.com/gracy-go/gracy/internal/route"
	"github.com/gracy-go/gracy/internal/setting"
	"github.com/gracy-go/gracy/layer"
	"github.com/gracy-go/gracy/throttle/internal/admission"
	"github.com/gracy-go/gracy/throttle/internal/pauses"
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
func New(rules ...Rule) *Limiter { return NewLimiter(Config{Rules: rules}) }

// NewLimiter returns the limiter of a Config. It panics on one that makes no sense.
func NewLimiter(c Config) *Limiter {
	l := &Limiter{pause: c.Pause.check()}
	l.shell.epoch = time.Now()
	l.shell.core = admission.New()
	l.shell.core.MaxPaused, l.shell.core.Wide = l.pause.MaxQueue, l.wide
	rules := make([]*rule, 0, len(c.Rules))
	matches := make([]*match.Matcher, 0, len(c.Rules))
	for _, r := range c.Rules {
		compiled := compile(r)
		compiled.core = l.shell.core.NewRule(compiled.law(), compiled.kind())
		rules = append(rules, compiled)
		matches = append(matches, compiled.matches)
	}
	l.matching = match.NewSet(matches...)
	if len(rules) == 1 {
		l.only = rules[0]
	}
	l.rules.Store(&rules)
	return l
}

// A Limiter is the layer of one or more rules. It is safe for concurrent use;
// stacks that share it share its quota.
type Limiter struct {
	rules    atomic.Pointer[[]*rule]
	matching *match.Set // which of the rules match: that does not change
	only     *rule      // the rule as it was at first, if it is the only one
	pause    Pause
	shell    shell
	demands  sync.Pool // of *admission.Demand
}

var (
	_ transport.Layer = (*Limiter)(nil)
	_ layer.Delayer   = (*Limiter)(nil)
)

// Wrap implements [transport.Layer]. The same limiter twice in a stack counts
// once, at the inner place.
func (l *Limiter) Wrap(next http.RoundTripper) http.RoundTripper {
	var delayed, another bool
	for _, inner := range transport.Layers(next) {
		if inner == any(l) {
			return layer.Wrap(layerName, l, next, nil)
		}
		if _, ok := inner.(*Limiter); ok {
			another = true
		}
		if _, ok := inner.(layer.Delayer); ok {
			delayed = true
		}
	}
	if !delayed {
		return layer.Wrap(layerName, l, next, l.trip)
	}
	return layer.Wrap(layerName, l, next, func(c *layer.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
		return l.tripOuter(c, req, next, another)
	})
}

// Attach makes the limiter an override: calls made with the context are under
// its rules and pauses in place of the layer's. What it counts is its own, so
// that all calls that use it stay within its limits together.
func (l *Limiter) Attach(ctx context.Context) context.Context {
	return layer.WithSetting(ctx, override{l})
}

// override is what is attached to a context; nil is off.
type override struct{ limiter *Limiter }

// Needs says that a limiter needs the layer.
func (o override) Needs() string {
	if o.limiter == nil {
		return ""
	}
	return layerName
}

// Off is the override that neither counts nor holds back the calls of a
// context, nor learns from their responses:
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

// Waiting returns how many requests wait for a rule or the end of a pause. It makes
// the limiter a [layer.Delayer].
func (l *Limiter) Waiting() int { return l.shell.waiting() }

// Paused returns how long requests like req are still held back by a pause, 0
// if they are not. Where a pause holds back one route ([transport.ScopeRoute]), req must
// name it: by [transport.WithRoute], as a request of parse.Endpoint.Request does, or as the
// request of a running call, in a hook say. What a stack makes of a path by its
// [transport.Routes], or guesses, only its calls know, and a limiter may be in many stacks.
func (l *Limiter) Paused(req *http.Request) (d time.Duration) {
	key := pauseKey(layer.CallFrom(req.Context()), req)
	if given, ok := setting.From[*route.Given](req.Context()); ok { // also where there is no call yet
		key.Route = given.Name().First
	}
	l.shell.pauses(func(t *pauses.Table, now int64) {
		d = max(t.Left(key, now), t.Left(l.wide(key), now))
	})
	return d
}

// list is the rules as they are now.
func (l *Limiter) list() []*rule { return *l.rules.Load() }

// Rules returns the rules as they are now, defaults filled in.
func (l *Limiter) Rules() []Rule {
	list := l.list()
	rules := make([]Rule, len(list))
	for i, r := range list {
		rules[i] = r.Rule
		if r.Margin == 0 {
			rules[i].Margin = NoMargin
		}
	}
	return rules
}

// String lists the rules.
func (l *Limiter) String() string {
	return "throttle: " + strings.Join(textsOf(l.list()), ", ")
}

// textsOf returns rules in words.
func textsOf(list []*rule) []string {
	if len(list) == 0 {
		return []string{"pauses only"}
	}
	texts := make([]string, len(list))
	for i, r := range list {
		texts[i] = r.text
	}
	return texts
}

// Close rejects all requests that wait and all that come with [ErrClosed], those
// that ask a store or reacquire a slot once they have it. It always returns nil. A
// limiter that nothing waits at holds no timer and no goroutine and need not be
// closed. Stores given to rules are not closed.
func (l *Limiter) Close() error {
	l.shell.close()
	return nil
}

// Explain implements [transport.Explainer].
func (l *Limiter) Explain(p *transport.Plan) {
	p.Describe(transport.Traits{Quota: true, Single: true})
	for _, line := range brief.Lines(textsOf(l.list())) {
		p.Note("throttle: %s", line)
	}
	switch {
	case l.pause.off():
	case l.pause.DryRun:
		p.Note("throttle: pauses are only reported")
	default:
		p.Note("throttle: a pause holds back scope %s, at most %s", l.pause.Scope, l.pause.Max)
	}
	var bursts []string
	for _, r := range l.list() {
		if r.Mode == Bucket && r.Store == nil {
			bursts = append(bursts, fmt.Sprintf("%s: up to %d in one window", r.text, 2*r.Limit-1))
		}
	}
	for _, line := range brief.Lines(bursts) {
		p.Warn("throttle: %s", line)
	}
}
