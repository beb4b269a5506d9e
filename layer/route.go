package layer

import (
	"net/http"
	"sync"

	"github.com/gracy-go/gracy/internal/route"
	"github.com/gracy-go/gracy/internal/setting"
)

// routes is a layer that names the routes of its stack.
type routes interface{ RouteTable() *route.Table }

// names finds the routes of one stack. Each layer makes one, but only that of the
// outermost is used, so the router is built at the first use.
type names struct {
	tables []*route.Table
	once   sync.Once
	router *route.Router
}

func (n *names) route(req *http.Request) string {
	n.once.Do(func() { n.router = route.New(n.tables, route.Options{}) })
	return n.router.Route(req)
}

// Route returns the path template of the call, such as "/pokemon/{name}": what
// transport.WithRoute set, else the first match of the transport.Routes of the
// stack, else a template guessed from the path (numbers, UUIDs, hashes and
// tokens become placeholders, and so does a position with many values). Of the
// guessed templates at most 200 are distinguished, the rest is "other". A route is
// valid UTF-8 and holds neither query nor anything that looks like a secret.
func (c *Call) Route() string {
	if r := c.route.Load(); r != nil {
		return *r
	}
	if c.settings != nil {
		if n, ok := setting.Lookup[*route.Name](c.Settings()); ok {
			c.route.Store((*string)(n))
			return string(*n)
		}
	}
	return c.begunBy.names.route(&c.req)
}
