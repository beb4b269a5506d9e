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

// name returns the name of a request, which is given if the caller has named the route.
func (n *names) name(req *http.Request, given *route.Given) *route.Name {
	n.once.Do(func() { n.router = route.New(n.tables, route.Options{}) })
	if given != nil {
		return n.router.Given(given)
	}
	return n.router.Name(req)
}

// Route returns the path template of the call, such as "/pokemon/{name}": what
// transport.WithRoute set, else the first match of the transport.Routes of the
// stack, else a template guessed from the path (numbers, UUIDs, hashes and
// tokens become placeholders, and so does a position with many values, in which the
// first 40 names are shown until the next one comes). Of the guessed templates at most 200
// are distinguished, the rest is "other". A route is valid UTF-8 and holds neither query
// nor anything that looks like a secret. All of a call has one route.
func (c *Call) Route() string { return c.RouteName().Route }

// RouteName returns the route with what a layer needs that keeps something for each route.
// A guessed route with a name in it becomes another when the name turns out to be one of
// many. A pause, or slots, is kept under First, so that nothing is lost then: that is the
// route, but for a path that had a route before, whose First stays. It is no label, since
// it may hold such a name. A figure is shown under what Now returns, the route that calls
// like this one have by then.
//
// The name is found at its first use: a call keeps the route that it had there.
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
