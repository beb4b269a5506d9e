package transport

// A Scope says which requests belong together: those that a pause of package throttle holds back,
// or those that share the slots of package concurrency. Hosts are compared as parts of an origin:
// without case, and without the default port of the scheme, so http://api.test and
// http://API.test:80 are one.
type Scope uint8

// The scopes.
const (
	ScopeHost  Scope = iota // requests to the same host (for a pause: of the same scheme too)
	ScopeRoute              // requests with the same method and route to the same host
	ScopeAll                // every request of the layer, to whatever host
)

// String returns "host", "route" or "all".
func (s Scope) String() string {
	switch s {
	case ScopeHost:
		return "host"
	case ScopeRoute:
		return "route"
	case ScopeAll:
		return "all"
	}
	return "unknown scope"
}
