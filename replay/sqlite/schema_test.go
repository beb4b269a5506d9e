package sqlite_test

import (
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gracy-go/gracy/replay/internal/tapetest"
	"github.com/gracy-go/gracy/replay/sqlite"
	"github.com/gracy-go/gracy/replay/store"
)

func TestAnotherSchema(t *testing.T) {
	path := filledOnly(t)
	change(t, path, `UPDATE gracy_meta SET value = 7 WHERE name = 'schema'`)
	for _, open := range []func(string) (sqlite.Store, error){sqlite.OpenReadOnly, sqlite.Open} {
		_, err := open(path)
		if fe, ok := errors.AsType[*store.FormatError](err); !ok || fe.Found != 7 || fe.Want != 1 || fe.Path != path {
			t.Errorf("another schema: %v, want a FormatError of both numbers", err)
		}
	}
	if _, err := sqlite.New(database(t, path, "")); !errors.Is(err, store.ErrFormat) {
		t.Errorf("New: %v, want a FormatError", err)
	}
	path = filledOnly(t)
	change(t, path, `DROP INDEX gracy_lookup`)
	if _, err := sqlite.Open(path); !errors.Is(err, store.ErrFormat) || !strings.Contains(err.Error(), "gracy_lookup is missing") {
		t.Errorf("without the index: %v", err)
	}
}

// Another process may make the tape after Open has looked for one.
func TestATapeThatAnotherHasJustMade(t *testing.T) {
	path := filled(t, 3)
	tapetest.Must(t, sqlite.Create(database(t, path, ""), path))
	s := open(t, path)
	if got := tapetest.IDs(t, s, 0); len(got) != 3 {
		t.Errorf("there are %v, want three", got)
	}
	other := filepath.Join(t.TempDir(), "other.sqlite")
	change(t, other, `CREATE TABLE gracy (x)`)
	if err := sqlite.Create(database(t, other, ""), other); !errors.Is(err, store.ErrFormat) {
		t.Errorf("in a file of somebody else: %v, want a FormatError", err)
	}
}
