package match

import (
	"net/http"

	"github.com/gracy-go/gracy/layer"
)

// A Set finds which of many matchers match a request. The cost does not grow with their number for
// a path that it has seen recently, and grows little for any other path. It is safe for concurrent
// use.
type Set struct {
	list  []*Matcher
	index *index // nil if all matchers are tried in turn
	cache verdicts
}

const (
	// Few is the most matchers that are tried in turn, fewCostly the most of them with a URL or a
	// Route, which are expensive.
	Few       = 16
	fewCostly = 3
)

// NewSet returns the set of the matchers.
func NewSet(list ...*Matcher) *Set {
	s := &Set{list: list}
	costly, byRoute := 0, false
	for _, m := range list {
		if m.url != nil || m.route != nil {
			costly++
		}
		byRoute = byRoute || m.route != nil
	}
	if costly > fewCostly || len(list) > Few {
		s.index = newIndex(list)
		s.cache = newVerdicts(byRoute)
	}
	return s
}

// Find returns the indexes of the matchers that match a request, in ascending order. c is its call,
// which may be nil. The result must not be changed. A result that is not cached is in room if it
// fits, as that of at most [Few] matchers does.
func (s *Set) Find(c *layer.Call, req *http.Request, room *[Few]int32) []int32 {
	found := room[:0]
	if s.index != nil {
		return s.cache.find(s, c, req, found)
	}
	for i, m := range s.list {
		if m.Match(c, req) {
			found = append(found, int32(i)) //nolint:gosec // the number of rules
		}
	}
	return found
}

// search is Find without the cache.
func (s *Set) search(c *layer.Call, req *http.Request, found []int32) []int32 {
	was := len(found)
	found = s.index.candidates(c, req, found)
	n := was
	for _, i := range found[was:] {
		if s.list[i].Match(c, req) {
			found[n] = i
			n++
		}
	}
	return found[:n]
}
