package transport

import (
	"net/url"
	"slices"

	"github.com/gracy-go/gracy/internal/route"
	"github.com/gracy-go/gracy/redact"
)

// Arg returns the value of a placeholder of the route, decoded: with the route "/pokemon/{name}",
// Arg("name") of a request for /api/v2/pokemon/pikachu is "pikachu". For any other name it is the
// first value of that query parameter, or "". Secrets are masked. It works however the route was
// set, in hooks and layers, in a function of package logging, and with the Call of an error.
func (c *Call) Arg(name string) string {
	if c == nil || c.Request().URL == nil {
		return ""
	}
	u, err := url.Parse(redact.URL(c.Request().URL))
	if err != nil {
		return ""
	}
	if at, ok := route.Locate(c.Route(), u.EscapedPath()); ok {
		if i := slices.Index(at.Names, name); i >= 0 {
			return at.Args[i]
		}
	}
	return u.Query().Get(name)
}
