package fault

import (
	"fmt"
	"net/http"
)

// routeMatcher tests requests against patterns of http.ServeMux.
type routeMatcher struct{ mux *http.ServeMux }

// hit marks a pattern of ours: ServeMux also answers with handlers of its own.
type hit struct{ http.Handler }

// newRouteMatcher takes patterns; an empty one is every request. It panics on
// patterns that ServeMux refuses.
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

// pattern is the one that r matches, and false if none does.
func (m *routeMatcher) pattern(r *http.Request) (string, bool) {
	h, pattern := m.mux.Handler(r)
	_, ok := h.(hit)
	return pattern, ok
}

func (m *routeMatcher) match(r *http.Request) bool {
	_, ok := m.pattern(r)
	return ok
}
