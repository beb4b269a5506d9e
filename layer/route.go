package layer

import (
	"net/http"
	"sync"

	"github.com/gracy-go/gracy/internal/route"
	"github.com/gracy-go/gracy/internal/setting"
)

// routes is a layer that names the routes of its stack.
type routes interface{ RouteTable() *route.Table }

// names resolves the routes of one stack. It is made with the stack and
// filled by its first call, since only the outermost layer's is used.
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
// guessed ones at most 200 are told apart, the rest is "other". It is valid UTF-8
// and holds neither query nor anything that looks like a secret.
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
