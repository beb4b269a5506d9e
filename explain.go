package gracy

import (
	"net/http"

	"github.com/gracy-go/gracy/transport"
)

// Explain describes the worst case of a client's stack (layers in order, attempts,
// sends, time, bytes held) and warns about contradictions. The client is an
// *http.Client or an http.RoundTripper. A nil client or transport stands for
// [http.DefaultTransport]. Explain sends nothing.
//
// Where a layer has several rules or origins, Explain lists the first ten, one per
// line, and the number of the others. It gives only the number of the patterns of
// transport.Routes.
//
// Explain describes the stack as it was built. It does not apply the overrides it is
// given, but warns about those that no layer of the stack takes. A third-party layer
// that is no [transport.Explainer] counts as one that sends each request once.
func Explain(client any, overrides ...transport.Override) *Plan {
	p := &Plan{Attempts: 1, Sends: 1}
	var rt http.RoundTripper
	switch c := client.(type) {
	case nil:
	case *http.Client:
		if c == nil {
			c = http.DefaultClient
		}
		rt = c.Transport
		if c.Timeout > 0 && rt != nil {
			if _, plain := rt.(*http.Transport); !plain {
				p.Warn("http.Client.Timeout around a wrapped transport costs a goroutine and a timer per call: use a context deadline or timeout.New instead")
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
	p.CheckNeeds(rt, overrides...)
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
