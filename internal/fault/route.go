package fault

import (
	"fmt"
	"net/http"
)

// routeMatcher matches requests against patterns of http.ServeMux.
type routeMatcher struct{ mux *http.ServeMux }

// hit marks the handler of a pattern: ServeMux also returns handlers of its own.
type hit struct{ http.Handler }

// newRouteMatcher returns a matcher of the patterns. An empty pattern matches every request.
// newRouteMatcher panics on a pattern that ServeMux panics on.
func newRouteMatcher(patterns ...string) *routeMatcher {
	defer func() {
		if p := recover(); p != nil {
			panic(fmt.Sprintf("fault: route: %v", p))
		}
	}()
	mux := http.NewServeMux()
	for _, p := range patterns {
		if p == "" {
			p = "/"
		}
		mux.Handle(p, hit{http.NotFoundHandler()})
	}
	return &routeMatcher{mux}
}

// pattern returns the pattern that r matches, and whether there is one.
func (m *routeMatcher) pattern(r *http.Request) (string, bool) {
	h, pattern := m.mux.Handler(r)
	_, ok := h.(hit)
	return pattern, ok
}

func (m *routeMatcher) match(r *http.Request) bool {
	_, ok := m.pattern(r)
	return ok
}
