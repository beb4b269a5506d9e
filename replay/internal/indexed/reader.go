package indexed

import (
	"context"
	"iter"

	"github.com/gracy-go/gracy/replay/store"
)

// A Reader is a storage that only reads, with an index in memory. It is a [store.ContextStore].
type Reader struct {
	*indexed
	scan func(ctx context.Context, after store.ID) iter.Seq2[*store.Exchange, error]
}

// NewReader returns a storage of the exchanges that a scan walks.
func NewReader(scan func(ctx context.Context, after store.ID) iter.Seq2[*store.Exchange, error]) *Reader {
	r := &Reader{scan: scan}
	r.indexed = &indexed{Store: readOnly{r.within(context.Background())}}
	return r
}

// within returns the scan with a context.
func (r *Reader) within(ctx context.Context) scan {
	return func(after store.ID) iter.Seq2[*store.Exchange, error] { return r.scan(ctx, after) }
}

// FindContext is Find with a context.
func (r *Reader) FindContext(ctx context.Context, key store.Key, after store.ID) (*store.Exchange, error) {
	return r.findBy(r.within(ctx), key, after)
}

// NearContext is Near with a context.
func (r *Reader) NearContext(ctx context.Context, key store.Key, n int) ([]*store.Exchange, error) {
	return r.nearBy(r.within(ctx), key, n)
}

// ScanContext is Scan with a context.
func (r *Reader) ScanContext(ctx context.Context, after store.ID) iter.Seq2[*store.Exchange, error] {
	return r.scanBy(r.within(ctx), after)
}

// readOnly is a storage without an index that only reads.
type readOnly struct{ scan }

func (r readOnly) Append([]store.Entry) error                            { return store.ErrReadOnly }
func (r readOnly) Scan(after store.ID) iter.Seq2[*store.Exchange, error] { return r.scan(after) }
func (r readOnly) Close() error                                          { return nil }
