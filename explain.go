package gracy

import (
	"net/http"
	"reflect"
	"slices"

	"github.com/gracy-go/gracy/transport"
)

// Explain says what the stack of a client does at worst (layers in order,
// attempts, sends, time, bytes held) and warns of contradictions. It takes an
// *http.Client or an http.RoundTripper; a nil client's or transport's stack is
// that of [http.DefaultTransport]. It sends nothing.
func Explain(client any) *Plan {
	p := &Plan{Attempts: 1, Sends: 1}
	var rt http.RoundTripper
	switch c := client.(type) {
	case *http.Client:
		if c == nil {
			c = http.DefaultClient
		}
		rt = c.Transport
		if c.Timeout > 0 && rt != nil {
			if _, plain := rt.(*http.Transport); !plain {
				p.Warn("http.Client.Timeout costs a goroutine and a timer for each call around any wrapped transport; a context deadline or timeout.New does not")
			}
			p.Longest = c.Timeout
		}
	case http.RoundTripper:
		rt = c
	default:
		p.Warn("%T is neither an *http.Client nor an http.RoundTripper", client)
		return p
	}
	if rt == nil {
		rt = http.DefaultTransport
	}
	explain(p, rt)
	return p
}

func explain(p *Plan, rt http.RoundTripper) {
	var base any
	limit := p.Longest
	for name, layer := range transport.Layers(rt) {
		p.Layers = append(p.Layers, name)
		if e, ok := layer.(transport.Explainer); ok {
			e.Explain(p)
		}
		base = layer
	}
	if limit > 0 && (p.Longest == 0 || p.Longest > limit) {
		p.Longest = limit
	}
	order(p)
	foundation(p, base)
}

// place is the documented order, outermost first.
func place() []string {
	return []string{"metrics", "logging", "hook", "timeout", "retry", "replay", "concurrency", "throttle", "attempt timeout", "auth"}
}

// order warns of pairs that work but are rarely meant.
func order(p *Plan) {
	at := func(name string) int { return slices.Index(p.Layers, name) }
	for _, w := range []struct{ outer, inner, why string }{
		{"throttle", "retry", "further attempts take no quota"},
		{"throttle", "replay", "replayed answers wait for quota"},
		{"concurrency", "replay", "replayed answers wait for a slot"},
		{"concurrency", "retry", "a slot is held while retry sleeps"},
		{"replay", "retry", "the tape keeps only the last attempt"},
		{"retry", "metrics", "each attempt is counted as a call"},
	} {
		if o, i := at(w.outer), at(w.inner); o >= 0 && i > o {
			p.Warn("%s stands outside %s: %s", w.outer, w.inner, w.why)
		}
	}
	for i, n := range p.Layers {
		if slices.Contains(place(), n) && n != "hook" && slices.Index(p.Layers, n) < i {
			p.Warn("%s appears twice: the inner one acts for each attempt of the outer one", n)
		}
	}
}

// foundation looks at what the stack stands on.
func foundation(p *Plan, base any) {
	t, ok := base.(*http.Transport)
	if !ok {
		if hides(base) {
			p.Warn("%T has no Unwrap: the layers below it are not seen and begin a call of their own; put it into the chain with gracy.Func", base)
		}
		return
	}
	idle := t.MaxIdleConnsPerHost
	if idle == 0 {
		idle = http.DefaultMaxIdleConnsPerHost
	}
	if p.Concurrency > idle {
		p.Warn("up to %d requests at once, but the base keeps %d idle connections per host: raise http.Transport.MaxIdleConnsPerHost", p.Concurrency, idle)
	}
}

// hides reports whether a round tripper without Unwrap holds another one.
func hides(rt any) bool {
	v := reflect.Indirect(reflect.ValueOf(rt))
	if v.Kind() == reflect.Func {
		return true
	}
	if v.Kind() != reflect.Struct {
		return false
	}
	for _, f := range v.Fields() {
		if f.Type().Implements(reflect.TypeFor[http.RoundTripper]()) && !f.IsZero() {
			return true
		}
	}
	return false
}
