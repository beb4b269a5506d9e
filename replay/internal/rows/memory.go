package rows

import (
	"context"
	"iter"

	"github.com/gracy-go/gracy/replay/internal/indexed"
	"github.com/gracy-go/gracy/replay/store"
)

// InMemory makes an index in memory, as Reindex of a read-only storage does. scan is the Scan of
// the storage.
func InMemory(scan func(ctx context.Context, after store.ID) iter.Seq2[*store.Exchange, error], recipe string, key func(*store.Exchange) store.Key) (store.ContextStore, error) {
	in := indexed.NewReader(scan)
	return in, in.Reindex(recipe, key)
}
