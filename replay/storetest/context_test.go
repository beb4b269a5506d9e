package storetest

import (
	"context"
	"iter"
	"testing"

	"github.com/gracy-go/gracy/replay/internal/tapetest"
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
	for _, method := range []string{"FindContext", "NearContext", "ScanContext"} {
		list[method+" does not end"] = m{"gives-up-a-lookup", broken{unaware: method}}
	}
	list["PartContext does not end"] = m{"gives-up-a-part", broken{unaware: "PartContext"}}
	list["finds nothing with a context"] = m{"gives-up-a-lookup", broken{onFind: func(partsStore, store.Key, store.ID) (*store.Exchange, error) { return nil, nil }}}
}

// A storage that finds nothing by itself can keep long bodies in parts, and is tested then as well.
func TestGivesUpAPartWithoutAnIndex(t *testing.T) {
	for _, method := range []string{"", "PartContext"} {
		failed := tapetest.Attempt(t, func(tb testing.TB) {
			tb.Helper()
			givesUpAPart(&probe{TB: tb, dir: t.TempDir(), open: func(dir string) (store.Store, error) {
				s, err := openBolt(dir)
				if err != nil {
					return nil, err
				}
				b := &broken{partsStore: s.(partsStore), unaware: method} //nolint:forcetypeassert // it is one
				return struct{ store.ContextPartStore }{b}, nil
			}})
		})
		if unaware := method != ""; len(failed) > 0 != unaware {
			t.Errorf("with %q unaware, the case says %q", method, failed)
		}
	}
}
