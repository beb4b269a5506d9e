package layer

import (
	"net/http"
	"sync"

	"github.com/gracy-go/gracy/internal/route"
	"github.com/gracy-go/gracy/internal/setting"
)

// routes is a layer that names the routes of its stack.
type routes interface{ RouteTable() *route.Table }

// names finds the routes of one stack. Each layer makes one, but only that of the outermost layer
// is used, so the router is built at the first use.
type names struct {
	tables []*route.Table
	once   sync.Once
	router *route.Router
}

// name returns the name of a request. given is set if the caller has named the route.
func (n *names) name(req *http.Request, given *route.Given) *route.Name {
	n.once.Do(func() { n.router = route.New(n.tables, route.Options{}) })
	if given != nil {
		return n.router.Given(given)
	}
	return n.router.Name(req)
}

// Route returns the path template of the call, such as "/pokemon/{name}": the one set with
// transport.WithRoute, else the first match of the transport.Routes of the stack, else a template
// guessed from the path. A guess makes placeholders of numbers, UUIDs, hashes and tokens, and of a
// position with many values: the first 40 names there are shown until the next one comes. At most
// 200 guessed templates are distinguished. The rest are "other". A route is valid UTF-8 and holds
// neither a query nor anything that looks like a secret. A call has one route for all its time.
func (c *Call) Route() string { return c.RouteName().Route }

// RouteName returns the route together with what a layer needs to keep something per route. A
// guessed route that holds a name changes when the name turns out to be one of many. So that
// nothing is lost then, pauses and slots are kept under First, which does not change when a path
// gets another route. First is not a label, since it may hold such a name. Show a figure under what
// Now returns, the route that calls like this one have by then.
//
// The name is found at its first use, and a call keeps the route that it had then.
func (c *Call) RouteName() *route.Name {
	if n := c.route.Load(); n != nil {
		return n
	}
	var given *route.Given
	if c.settings != nil {
		given, _ = setting.Lookup[*route.Given](c.Settings())
	}
	n := c.begunBy.names.name(&c.req, given)
	if !c.route.CompareAndSwap(nil, n) {
		return c.route.Load()
	}
	return n
}
