package storetest

import (
	"context"
	"iter"

	"github.com/gracy-go/gracy/replay/store"
)

// ended returns the error of a context, unless the defect is that the method does not notice it.
func (b *broken) ended(ctx context.Context, method string) error {
	if b.unaware == method {
		return nil
	}
	return ctx.Err()
}

func (b *broken) FindContext(ctx context.Context, key store.Key, after store.ID) (*store.Exchange, error) {
	if err := b.ended(ctx, "FindContext"); err != nil {
		return nil, err
	}
	return b.Find(key, after)
}

func (b *broken) NearContext(ctx context.Context, key store.Key, n int) ([]*store.Exchange, error) {
	if err := b.ended(ctx, "NearContext"); err != nil {
		return nil, err
	}
	return b.Near(key, n)
}

func (b *broken) ScanContext(ctx context.Context, after store.ID) iter.Seq2[*store.Exchange, error] {
	if err := b.ended(ctx, "ScanContext"); err != nil {
		return func(yield func(*store.Exchange, error) bool) { yield(nil, err) }
	}
	return b.Scan(after)
}

func (b *broken) PartContext(ctx context.Context, id store.ID, number int) ([]byte, error) {
	if err := b.ended(ctx, "PartContext"); err != nil {
		return nil, err
	}
	return b.Part(id, number)
}

// unaware are the storages that do not notice that a context has ended, and one that finds less with
// a context.
func unaware(list map[string]struct {
	fails string
	broken
},
) {
	type m = struct {
		fails string
		broken
	}
	for _, method := range []string{"FindContext", "NearContext", "ScanContext", "PartContext"} {
		list[method+" does not end"] = m{"gives-up-a-lookup", broken{unaware: method}}
	}
	list["finds nothing with a context"] = m{"gives-up-a-lookup", broken{onFind: func(partsStore, store.Key, store.ID) (*store.Exchange, error) { return nil, nil }}}
}
