package indexed_test

import (
	"context"
	"errors"
	"iter"
	"testing"

	"github.com/gracy-go/gracy/replay/internal/indexed"
	"github.com/gracy-go/gracy/replay/internal/tapetest"
	"github.com/gracy-go/gracy/replay/store"
)

func TestAReaderScansWithTheContextOfALookup(t *testing.T) {
	var m tapetest.Memory
	for i := range 3 {
		tapetest.Must(t, m.Append([]store.Entry{{Exchange: tapetest.Numbered(i)}}))
	}
	r := indexed.NewReader(func(ctx context.Context, after store.ID) iter.Seq2[*store.Exchange, error] {
		if err := ctx.Err(); err != nil {
			return func(yield func(*store.Exchange, error) bool) { yield(nil, err) }
		}
		return m.Scan(after)
	})
	over, cancel := context.WithCancel(t.Context())
	cancel()
	key := tapetest.Numbered(1).Key
	for _, c := range []struct {
		ctx  context.Context
		want error
	}{{t.Context(), nil}, {over, context.Canceled}} {
		x, err := r.FindContext(c.ctx, key, 0)
		if !errors.Is(err, c.want) || err == nil && (x == nil || x.ID != 2) {
			t.Errorf("FindContext gives %v, %v, want the second and %v", x, err, c.want)
		}
		near, err := r.NearContext(c.ctx, key, 2)
		if !errors.Is(err, c.want) || err == nil && len(near) != 2 {
			t.Errorf("NearContext gives %d, %v, want two and %v", len(near), err, c.want)
		}
		n := 0
		for _, err = range r.ScanContext(c.ctx, 1) {
			n++
		}
		if !errors.Is(err, c.want) || err == nil && n != 2 {
			t.Errorf("ScanContext gives %d, %v, want two and %v", n, err, c.want)
		}
	}
	if err := r.Append(nil); !errors.Is(err, store.ErrReadOnly) {
		t.Errorf("Append returns %v, want ErrReadOnly", err)
	}
	tapetest.Must(t, r.Close())
}
