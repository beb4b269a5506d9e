package route

import (
	"strings"
	"sync/atomic"

	"github.com/gracy-go/gracy/redact"
)

// A Name is the name of a call. Its fields never change, so a call can keep it. A [Router] makes
// the names that come often only once. It does not outlive its stack, and neither does what layers
// keep at its names.
type Name struct {
	// Route is the path template: what is shown and counted.
	Route string
	// First is the template of the path before a position in it was learned. It equals Route if
	// none was. State for each route (a pause, the slots of a limit) is kept by First, so that
	// learning a position never lets a request bypass that state.
	First string

	shown *Shown
	kept  atomic.Pointer[kept] // what layers keep for the calls of this name
}

// A Shown is the route that a figure of a name is shown under. It does not refer to what layers
// keep at the name.
type Shown struct {
	route string
	next  atomic.Pointer[Shown] // its replacement, since a position of it was learned
}

// Named returns the name of a route that does not change.
func Named(route string) *Name { return firstNamed(route, route) }

// firstNamed returns the name of a path whose first route was another.
func firstNamed(route, first string) *Name {
	return &Name{Route: route, First: first, shown: &Shown{route: route}}
}

// A Given is the path of a pattern by which a caller names a route.
type Given struct{ Path string }

// Name returns the name of the route. A segment that is a credential, as in the address of a
// webhook, becomes {token}, as in an automatic route.
func (g *Given) Name() *Name {
	route := strings.Clone(g.Path)
	for segment := range strings.SplitSeq(route, "/") {
		if !strings.HasPrefix(segment, "{") && redact.Segment(segment) {
			route = strings.ReplaceAll(route, segment, "{token}")
		}
	}
	return Named(route)
}

// Shown returns the route that a figure of the name is shown under.
func (n *Name) Shown() *Shown { return n.shown }

// Now returns the route that calls of the name currently have.
func (s *Shown) Now() string {
	for next := s.next.Load(); next != nil; next = s.next.Load() {
		s = next
	}
	return s.route
}

// Now returns the route that calls of the name currently have.
func (n *Name) Now() string { return n.shown.Now() }
