package interop

import (
	"iter"

	"github.com/gracy-go/gracy/replay/store"
)

// Exchanges yields what is in a store, as Tape.Exchanges does, but with the long bodies that a
// bbolt file keeps in parts, one at a time in memory. The order is that in which the requests
// were started. An error is the last thing yielded.
func Exchanges(s store.Store) iter.Seq2[*store.Exchange, error] {
	return func(yield func(*store.Exchange, error) bool) {
		for x, err := range s.Scan(0) {
			if _, ok := s.(store.PartStore); ok && err == nil {
				x, err = store.WithBody(s, x)
			}
			if !yield(x, err) || err != nil {
				return
			}
		}
	}
}
