package sqlite_test

import (
	"testing"

	"github.com/gracy-go/gracy/replay/internal/tapetest"
	"github.com/gracy-go/gracy/replay/sqlite"
)

func open(tb testing.TB, path string) sqlite.Store {
	tb.Helper()
	s, err := sqlite.Open(path)
	tapetest.Must(tb, err)
	tb.Cleanup(func() { _ = s.Close() })
	return s
}
