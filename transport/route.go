package transport

import (
	"context"
	"fmt"
	"net/http"
	"sync"

	"github.com/gracy-go/gracy/internal/route"
)

// WithRoute names the route of the requests made with a context: see [Route].
func WithRoute(ctx context.Context, pattern string) context.Context {
	return Route(pattern).Attach(ctx)
}

// Route returns the override that names the route of the requests made with a
// context, in the pattern syntax of [http.ServeMux]: "GET /pokemon/{name}", or
// only the path. It panics on a pattern that is malformed.
func Route(pattern string) Override {
	_, _, path, err := route.Split(pattern)
	if err != nil {
		panic("transport: Route: " + err.Error())
	}
	return &named{path}
}

type named struct{ path string }

func (n *named) Attach(ctx context.Context) context.Context { return WithSetting(ctx, n) }

// Routes returns a layer that names the routes of a client that cannot name
// them itself, such as an SDK, by patterns in the syntax of [http.ServeMux]:
//
//	transport.Routes("GET /repos/{owner}/{repo}", "GET /users/{user}")
//
// It may stand at any place of the stack. It panics on malformed and on
// conflicting patterns.
func Routes(patterns ...string) Layer {
	t, err := route.Compile(patterns...)
	if err != nil {
		panic("transport: Routes: " + err.Error())
	}
	return &routesLayer{t, len(patterns)}
}

type routesLayer struct {
	table *route.Table
	n     int
}

func (l *routesLayer) Wrap(next http.RoundTripper) http.RoundTripper {
	return Wrap("routes", l, next, nil)
}

func (l *routesLayer) Explain(p *Plan) { p.Note("routes: %d patterns", l.n) }

func (l *routesLayer) String() string { return fmt.Sprintf("routes: %d patterns", l.n) }

// names resolves the routes of one stack. It is made with the stack and
// filled by its first call, since only the outermost layer's is used.
type names struct {
	tables []*routesLayer
	once   sync.Once
	router *route.Router
}

func newNames(tables []*routesLayer) *names { return &names{tables: tables} }

func (n *names) route(req *http.Request) string {
	n.once.Do(func() {
		ts := make([]*route.Table, len(n.tables))
		for i, l := range n.tables {
			ts[i] = l.table
		}
		n.router = route.New(ts, route.Options{})
	})
	return n.router.Route(req)
}

// Route returns the path template of the call, such as "/pokemon/{name}": what
// [WithRoute] set, else the first match of the [Routes] of the stack, else a
// template guessed from the path (numbers, UUIDs, hashes and tokens become
// placeholders, and so does a position with many values). Of the guessed ones
// at most 200 are told apart, the rest is "other". It is valid UTF-8 and holds
// neither query nor anything that looks like a secret.
func (c *Call) Route() string {
	if r := c.route.Load(); r != nil {
		return *r
	}
	if c.settings != nil {
		if n, ok := lookup[*named](c.settings, c.cut()); ok {
			c.route.Store(&n.path)
			return n.path
		}
	}
	return c.begunBy.names.route(&c.req)
}
