package sharedtest

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/gracy-go/gracy/replay/internal/tapetest"
	"github.com/gracy-go/gracy/replay/store"
	"github.com/gracy-go/gracy/replay/store/bolt"
)

func openBolt(tb testing.TB) Store {
	tb.Helper()
	s, err := bolt.Open(filepath.Join(tb.TempDir(), "tape"))
	tapetest.Must(tb, err)
	tb.Cleanup(func() { _ = s.Close() })
	return s.(Store) //nolint:forcetypeassert // it is one
}

// A store that knows no time is noticed.
func TestTimeout(t *testing.T) {
	failed := tapetest.Attempt(t, func(tb testing.TB) {
		tb.Helper()
		Timeout(tb, openBolt(tb), NewRelay(tb, "127.0.0.1:1"))
	})
	if len(failed) != 8 {
		t.Errorf("it failed by %q, want one of each call", failed)
	}
}

// forgetful is a store that says of some exchanges alone that it has stored them.
type forgetful struct {
	Store
	calls int
}

func (f *forgetful) Append(batch []store.Entry) error {
	if f.calls++; f.calls%3 == 0 {
		return nil
	}
	return f.Store.Append(batch)
}

func TestMeanwhile(t *testing.T) {
	happens := func() { time.Sleep(100 * time.Millisecond) }
	Meanwhile(t, openBolt(t), happens)
	failed := tapetest.Attempt(t, func(tb testing.TB) {
		tb.Helper()
		s := &forgetful{Store: openBolt(tb)}
		Meanwhile(tb, s, func() {
			for range 3 {
				happens()
			}
		})
	})
	if len(failed) != 1 {
		t.Errorf("of a store that forgets it failed by %q, want what is missing", failed)
	}
}
