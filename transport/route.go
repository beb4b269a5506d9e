package transport

import (
	"context"
	"net/http"

	"github.com/gracy-go/gracy/internal/brief"
	"github.com/gracy-go/gracy/internal/route"
	"github.com/gracy-go/gracy/internal/setting"
	"github.com/gracy-go/gracy/layer"
)

// WithRoute names the route of the requests made with a context: see [Route].
func WithRoute(ctx context.Context, pattern string) context.Context {
	return Route(pattern).Attach(ctx)
}

// Route returns the override that names the route of the requests made with a context, in the
// pattern syntax of [http.ServeMux]: "GET /pokemon/{name}", or only the path. A segment that looks
// like a credential, such as that of a webhook, becomes {token}. Route panics on a malformed
// pattern.
func Route(pattern string) Override {
	path, err := route.Path(pattern)
	if err != nil {
		panic("transport: Route: " + err.Error())
	}
	return named{&route.Given{Path: path}}
}

// named is the override of a route. It has a pointer so that a call keeps the route without an
// allocation.
type named struct{ given *route.Given }

func (n named) Attach(ctx context.Context) context.Context { return setting.With(ctx, n.given) }

// Routes returns a layer that names the routes of a client that cannot name
// them itself, such as an SDK, by patterns in the syntax of [http.ServeMux]:
//
//	transport.Routes("GET /repos/{owner}/{repo}", "GET /users/{user}")
//
// Package routes has the patterns of well-known APIs. If two patterns match a request, the more
// specific one wins, as in ServeMux. If neither is more specific, the one with literal text at the
// first segment in which they differ wins. The layer may be at any place in the stack. If there are
// several, the outermost that has a match wins. Routes panics on a malformed pattern, and on two
// that differ only in the names of their placeholders.
func Routes(patterns ...string) Layer {
	t, err := route.Compile(patterns...)
	if err != nil {
		panic("transport: Routes: " + err.Error())
	}
	return &routes{t, len(patterns)}
}

type routes struct {
	table *route.Table
	n     int
}

func (l *routes) Wrap(next http.RoundTripper) http.RoundTripper {
	return layer.Wrap("routes", l, next, nil)
}

// RouteTable marks a layer of routes for layer.Wrap.
func (l *routes) RouteTable() *route.Table { return l.table }

// Explain implements [Explainer].
func (l *routes) Explain(p *Plan) { p.Note("%s", l) }

func (l *routes) String() string { return "routes: " + brief.Count(l.n, "pattern") }
