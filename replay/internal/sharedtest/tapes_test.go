package sharedtest

import (
	"net/url"
	"path/filepath"
	"testing"

	"github.com/gracy-go/gracy/replay/internal/tapetest"
	"github.com/gracy-go/gracy/replay/store"
	"github.com/gracy-go/gracy/replay/store/bolt"
)

// unclosed is a store that stays open.
type unclosed struct{ Store }

func (unclosed) Close() error { return nil }

func TestTapes(t *testing.T) {
	dir := t.TempDir()
	apart := func(tape string, readOnly bool) (Store, error) {
		path := filepath.Join(dir, "tape "+url.PathEscape(tape))
		var s store.IndexStore
		var err error
		if readOnly {
			s, err = bolt.OpenReadOnly(path)
		} else {
			s, err = bolt.Open(path)
		}
		if err != nil {
			return nil, err
		}
		return s.(Store), nil //nolint:forcetypeassert // it is one
	}
	Tapes(t, apart)
	one := unclosed{openBolt(t)}
	failed := tapetest.Attempt(t, func(tb testing.TB) {
		tb.Helper()
		Tapes(tb, func(string, bool) (Store, error) { return one, nil })
	})
	if len(failed) == 0 {
		t.Error("two tapes that are one are not noticed")
	}
}
