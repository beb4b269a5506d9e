package sqlite_test

import (
	"errors"
	"strings"
	"testing"

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
