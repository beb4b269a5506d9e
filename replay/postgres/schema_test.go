package postgres_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/gracy-go/gracy/replay/postgres"
	"github.com/gracy-go/gracy/replay/store"
)

func TestAnotherSchema(t *testing.T) {
	url := server(t)
	filled(t, url, "a", 1)
	change(t, url, `UPDATE gracy_meta SET schema = 7`)
	for _, opts := range []postgres.Options{{}, {ReadOnly: true}} {
		_, err := postgres.Open(t.Context(), url, "a", opts)
		if fe, ok := errors.AsType[*store.FormatError](err); !ok || fe.Found != 7 || fe.Want != 1 || !strings.Contains(err.Error(), `"a"`) {
			t.Errorf("another schema: %v, want a FormatError of both numbers", err)
		}
	}
	for _, statements := range [][]string{
		{`DROP TABLE gracy_meta`, `CREATE TABLE gracy_meta (x integer)`},
		{`DROP TABLE gracy_meta`, `CREATE TABLE gracy_meta (schema integer)`},
	} {
		change(t, url, statements...)
		if _, err := postgres.Open(t.Context(), url, "a", postgres.Options{}); !errors.Is(err, store.ErrFormat) {
			t.Errorf("%s: %v, want a FormatError", statements[1], err)
		}
	}
}
