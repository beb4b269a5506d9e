package route

import (
	"strings"
	"sync/atomic"

	"github.com/gracy-go/gracy/redact"
)

// A Name is how a call is named. What it says never changes, so that a call can keep it. Those that come often are
// made once by a [Router], which does not outlive its stack: what layers keep at them goes with it.
type Name struct {
	// Route is the path template: what is shown and counted.
	Route string
	// First is what the path was named before a position in it was learned, else Route.
	// What has a state for each route (a pause, the slots of a limit) goes by it, so that
	// learning a position never lets a request past that state.
	First string

	shown *Shown
	kept  atomic.Pointer[kept] // what layers keep for the calls of this name
}

// A Shown is what a figure of a name is shown under. It holds nothing of what layers keep at the name.
type Shown struct {
	route string
	next  atomic.Pointer[Shown] // what is in its place since a position of it was learned
}

// Named returns the name of a route that stays.
func Named(route string) *Name { return firstNamed(route, route) }

// firstNamed returns the name of a path that had a name before.
func firstNamed(route, first string) *Name {
	return &Name{Route: route, First: first, shown: &Shown{route: route}}
}

// A Given is the path of a pattern by which a caller names a route.
type Given struct{ Path string }

// Name returns the name that the route has. Where a segment of it is a credential, as in
// the address of a webhook, it has {token}, as a guessed route would.
func (g *Given) Name() *Name {
	route := strings.Clone(g.Path)
	for segment := range strings.SplitSeq(route, "/") {
		if !strings.HasPrefix(segment, "{") && redact.Segment(segment) {
			route = strings.ReplaceAll(route, segment, "{token}")
		}
	}
	return Named(route)
}

// Shown returns what a figure of the name is shown under.
func (n *Name) Shown() *Shown { return n.shown }

// Now returns the route that calls of the name have by now.
func (s *Shown) Now() string {
	for next := s.next.Load(); next != nil; next = s.next.Load() {
		s = next
	}
	return s.route
}

// Now returns the route that calls of the name have by now.
func (n *Name) Now() string { return n.shown.Now() }
