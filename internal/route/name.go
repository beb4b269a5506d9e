package route

import (
	"strings"
	"sync/atomic"

	"github.com/gracy-go/gracy/redact"
)

// A Name is how a call is named. What it says never changes, so that a call can keep it.
type Name struct {
	// Route is the path template: what is shown and counted.
	Route string
	// First is what the path was named before a position in it was learned, else Route.
	// What has a state for each route (a pause, the slots of a limit) goes by it, so that
	// learning a position never lets a request past that state.
	First string

	next atomic.Pointer[Name] // the name in its place since a position of it was learned
}

// Named returns the name of a route that stays.
func Named(route string) *Name { return &Name{Route: route, First: route} }

// Given returns the name of a route that a caller gives. Where a segment of it is a credential, as in
// the address of a webhook, it has {token}, as a guessed route would.
func Given(route string) *Name {
	for segment := range strings.SplitSeq(route, "/") {
		if !strings.HasPrefix(segment, "{") && redact.Segment(segment) {
			route = strings.ReplaceAll(route, segment, "{token}")
		}
	}
	return Named(route)
}

// Now returns the route that calls of the name have by now.
func (n *Name) Now() string {
	for next := n.next.Load(); next != nil; next = n.next.Load() {
		n = next
	}
	return n.Route
}
