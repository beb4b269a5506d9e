package gracy

import (
	"net/http"

	"github.com/gracy-go/gracy/transport"
)

// Explain says what the stack of a client does at worst (layers in order,
// attempts, sends, time, bytes held) and warns of contradictions. It takes an
// *http.Client or an http.RoundTripper; a nil client's or transport's stack is
// that of [http.DefaultTransport]. It sends nothing.
//
// What a layer has several of, such as rules or origins, is a line each, the first ten and the number of the others;
// of the patterns of transport.Routes it says the number alone.
//
// It describes the stack as it was built, without the overrides of a call, and warns
// of those that it is given and that no layer of the stack takes.
func Explain(client any, overrides ...transport.Override) *Plan {
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
