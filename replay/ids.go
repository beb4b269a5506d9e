package replay

import (
	"sync/atomic"
	"time"

	"github.com/gracy-go/gracy/replay/store"
)

// idSource makes unique IDs.
type idSource struct{ last atomic.Uint64 }

// next returns an ID above all earlier ones, of the moment now if possible.
func (s *idSource) next(now time.Time) store.ID {
	for {
		last := s.last.Load()
		id := max(last+1, uint64(store.IDAt(now)))
		if s.last.CompareAndSwap(last, id) {
			return store.ID(id)
		}
	}
}
