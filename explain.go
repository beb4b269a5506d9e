package gracy

import (
	"net/http"
	"reflect"

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
	foundation(p, base)
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
