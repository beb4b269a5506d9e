package route

import (
	"maps"
	"strings"
	"sync/atomic"
)

// words are the segments that automatic routes show unchanged. In a path with a new id they need
// not be judged letter by letter again. There are at most as many as the routes have.
type words struct {
	set atomic.Pointer[map[string]bool]
}

// known returns the words. The map must not be changed.
func (w *words) known() map[string]bool {
	if set := w.set.Load(); set != nil {
		return *set
	}
	return nil
}

// add adds the words of a route. It must not be called concurrently.
func (w *words) add(segs []segment) {
	set := maps.Clone(w.known())
	if set == nil {
		set = map[string]bool{}
	}
	for i, s := range segs {
		// An escaped segment is not equal to the text of any path. After a word such as token a
		// segment may be judged otherwise than elsewhere.
		if s.free && s.name == "" && strings.IndexByte(s.pre, '%') < 0 && (i == 0 || !isSecretWord(segs[i-1].pre)) {
			set[s.pre] = true
		}
	}
	w.set.Store(&set)
}
