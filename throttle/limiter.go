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

// A Config configures a limiter with rules and pauses. The zero Config has no rules and
// the default [Pause].
type Config struct {
	Rules []Rule
	Pause Pause
}

// New returns a limiter with the rules and the default [Pause]. It panics on rules that
// make no sense, such as one with a Limit below 1.
func New(rules ...Rule) *Limiter { return NewLimiter(Config{Rules: rules}) }

// NewLimiter is like [New] but also takes a [Pause].
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

// A Limiter is the layer that [New] and [NewLimiter] return. It is safe for concurrent use.
// Stacks that share it share its quota.
type Limiter struct {
	rules    atomic.Pointer[[]*rule]
	matching *match.Set // finds the rules that match; which do does not change
	only     *rule      // the original rule, if it is the only one
	pause    Pause
	shell    shell
	demands  sync.Pool // of *admission.Demand
}

var (
	_ transport.Layer = (*Limiter)(nil)
	_ layer.Delayer   = (*Limiter)(nil)
)

// Wrap implements [transport.Layer]. A limiter that is twice in a stack counts once, at the
// inner place.
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
		return layer.Wrap(layerName, l, next, l.trip())
	}
	return layer.Wrap(layerName, l, next, func(c *layer.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
		return l.tripOuter(c, req, next, another)
	})
}

// Attach implements [transport.Override]: for calls made with the context, the rules and
// pauses of l replace those of the layer. All calls that use l share its limits.
func (l *Limiter) Attach(ctx context.Context) context.Context {
	return layer.WithSetting(ctx, override{l})
}

// override is what is attached to a context. A nil limiter means off.
type override struct{ limiter *Limiter }

// Needs returns the layer that a limiter needs.
func (o override) Needs() string {
	if o.limiter == nil {
		return ""
	}
	return layerName
}

// Off is an override for calls that are not counted or held back and whose responses
// make no pauses:
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

// Paused returns how long requests like req are still held back by a pause, 0 if they are
// not. For pauses of one route ([transport.ScopeRoute]) req must know its route: from
// [transport.WithRoute], as a request of parse.Endpoint.Request does, or because it is the
// request of a running call, for example in a hook. Routes that a stack guesses or takes from
// [transport.Routes] are known only to its calls.
func (l *Limiter) Paused(req *http.Request) (d time.Duration) {
	key := pauseKey(layer.CallFrom(req.Context()), req)
	if given, ok := setting.From[*route.Given](req.Context()); ok { // even if there is no call yet
		key.Route = given.Name().First
	}
	l.shell.pauses(func(t *pauses.Table, now int64) {
		d = max(t.Left(key, now), t.Left(l.wide(key), now))
	})
	return d
}

// list returns the current rules.
func (l *Limiter) list() []*rule { return *l.rules.Load() }

// Rules returns the current rules with their defaults filled in.
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

// textsOf returns the rules in words.
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

// Close rejects all waiting and all future requests with [ErrClosed]. A request that is
// asking a store or reacquiring a slot is rejected when that is done. Close always
// returns nil and does not close the stores of rules. A limiter without waiting requests
// has no timer or goroutine and need not be closed.
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
		p.Note("throttle: pauses are reported but hold back nothing (DryRun)")
	default:
		p.Note("throttle: a pause lasts at most %s, scope %s", l.pause.Max, l.pause.Scope)
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
