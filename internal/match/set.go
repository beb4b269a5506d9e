package match

import (
	"net/http"

	"github.com/gracy-go/gracy/layer"
)

// A Set finds which of many matchers match a request. What it costs does not grow with
// their number on a path that it has seen of late, and little on another one. It is safe
// for concurrent use.
type Set struct {
	list  []*Matcher
	index *index // nil where all matchers are looked at in turn
	cache verdicts
}

const (
	// Few is how many matchers at most are looked at in turn, and fewDear how many with
	// a URL or a Route.
	Few     = 16
	fewDear = 3
)

// NewSet returns the set of the matchers.
func NewSet(list ...*Matcher) *Set {
	s := &Set{list: list}
	dear, byRoute := 0, false
	for _, m := range list {
		if m.url != nil || m.route != nil {
			dear++
		}
		byRoute = byRoute || m.route != nil
	}
	if dear > fewDear || len(list) > Few {
		s.index = newIndex(list)
		s.cache = newVerdicts(byRoute)
	}
	return s
}

// Find returns the places of the matchers that match a request, in order. c is its call,
// which may be nil. The result must not be changed; what is found anew is in room, if that
// is enough: [Few] is, of a path that was seen of late or of as many matchers.
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
