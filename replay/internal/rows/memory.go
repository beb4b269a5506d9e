package rows

import (
	"iter"

	"github.com/gracy-go/gracy/replay/internal/indexed"
	"github.com/gracy-go/gracy/replay/store"
)

// InMemory makes an index in memory, as Reindex of a read-only storage does. scan is the Scan of
// the storage.
func InMemory(scan func(store.ID) iter.Seq2[*store.Exchange, error], recipe string, key func(*store.Exchange) store.Key) (store.IndexStore, error) {
	in := indexed.Of(reader{scan})
	return in, in.Reindex(recipe, key)
}

// reader is a storage that only reads.
type reader struct {
	scan func(store.ID) iter.Seq2[*store.Exchange, error]
}

func (r reader) Append([]store.Entry) error                            { return store.ErrReadOnly }
func (r reader) Scan(after store.ID) iter.Seq2[*store.Exchange, error] { return r.scan(after) }
func (r reader) Close() error                                          { return nil }
