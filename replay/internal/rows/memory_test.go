package rows_test

import (
	"context"
	"errors"
	"iter"
	"testing"

	"github.com/gracy-go/gracy/replay/internal/rows"
	"github.com/gracy-go/gracy/replay/internal/tapetest"
	"github.com/gracy-go/gracy/replay/store"
)

func TestInMemory(t *testing.T) {
	var m tapetest.Memory
	x := tapetest.Exchange(1, "GET", "http://api.test/a", "x")
	tapetest.Must(t, m.Append([]store.Entry{{Exchange: x}}))
	other := tapetest.Exchange(1, "GET", "http://api.test/b", "x").Key
	s, err := rows.InMemory(func(_ context.Context, after store.ID) iter.Seq2[*store.Exchange, error] { return m.Scan(after) }, "other", func(*store.Exchange) store.Key { return other })
	tapetest.Must(t, err)
	if got, err := s.Find(other, 0); err != nil || got == nil || got.ID != 1 {
		t.Errorf("by the new key Find gives %v, %v", got, err)
	}
	if err := s.Append([]store.Entry{{Exchange: x}}); !errors.Is(err, store.ErrReadOnly) {
		t.Errorf("Append returns %v, want ErrReadOnly", err)
	}
}
