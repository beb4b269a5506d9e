package parse

import (
	"context"
	"net/http"

	"github.com/gracy-go/gracy/transport"
)

// Get sends a GET to a URL through any client and decodes the response. A nil client is
// http.DefaultClient. The layers of the client know its rules.
//
//	pikachu, err := parse.Get[Pokemon](ctx, client, url, parse.ZeroOn(404))
//
// The errors are those of the package; with an error the value is zero.
func Get[T any](ctx context.Context, client *http.Client, url string, opts ...Option) (T, error) {
	var none T
	x := &exchange{client: client}
	var own []rule
	if len(opts) > 0 {
		var others []transport.Override
		own, others = split(nil, opts)
		outer := ctx
		ctx = transport.With(ctx, others...)
		if layers := missing(ctx, outer, client); len(layers) > 0 {
			return none, &MissingLayerError{Route: "GET " + bare(url), Layers: layers}
		}
		if fault := checkFault[T](own); fault != "" {
			return none, &ArgError{Route: "GET " + bare(url), Name: "Check", Reason: fault}
		}
	}
	if inherited := contextRules(ctx); len(inherited)+len(own) > 0 {
		x.set = compile(append(inherited, own...))
	}
	ctx, j := prepare[T](ctx, x)
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return none, &ArgError{Route: "GET " + bare(url), Name: "the URL", Reason: "is malformed"}
	}
	for _, h := range x.set.headers {
		req.Header[h.name] = []string{*h.value}
	}
	return finish(x, req, j)
}
