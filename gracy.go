package gracy

import (
	"fmt"
	"net/http"
	"slices"

	"github.com/gracy-go/gracy/transport"
)

// A Layer wraps a round tripper in one concern: see [transport.Layer].
type Layer = transport.Layer

// Func adapts a decorator function to a [Layer]: see [transport.Func].
type Func = transport.Func

// A Plan is what [Explain] finds: see [transport.Plan].
type Plan = transport.Plan

// Chain puts layers around [http.DefaultTransport]. The first listed is the
// outermost: it sees the request first and the response last, so
//
//	gracy.Chain(a, b, c)
//
// is a.Wrap(b.Wrap(c.Wrap(http.DefaultTransport))). Without layers it is
// http.DefaultTransport. A nil layer panics.
func Chain(layers ...Layer) http.RoundTripper {
	return Around(nil, layers...)
}

// Around is [Chain] around another base, such as an *http.Transport of one's
// own or the transport of an SDK; nil means [http.DefaultTransport].
func Around(base http.RoundTripper, layers ...Layer) http.RoundTripper {
	rt := base
	if rt == nil {
		rt = http.DefaultTransport
	}
	for i, layer := range slices.Backward(layers) {
		if layer == nil {
			panic(fmt.Sprintf("gracy: layer %d is nil", i))
		}
		if rt = layer.Wrap(rt); rt == nil {
			panic(fmt.Sprintf("gracy: layer %d (%T) returned a nil RoundTripper", i, layer))
		}
	}
	return rt
}
