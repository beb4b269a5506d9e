package postgres_test

import (
	"context"
	"errors"
	"io/fs"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/gracy-go/gracy/replay/internal/tapetest"
	"github.com/gracy-go/gracy/replay/postgres"
	"github.com/gracy-go/gracy/replay/store"
)

func TestReadOnlyMakesNothing(t *testing.T) {
	url := server(t)
	readOnly := postgres.Options{ReadOnly: true}
	if _, err := postgres.Open(t.Context(), url, "a", readOnly); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a tape in an empty database: %v, want ErrNotExist", err)
	}
	conn, err := pgx.Connect(t.Context(), url)
	tapetest.Must(t, err)
	defer conn.Close(context.Background())
	made := true
	tapetest.Must(t, conn.QueryRow(t.Context(), `SELECT to_regclass('gracy_meta') IS NOT NULL`).Scan(&made))
	if made {
		t.Error("it has made tables")
	}
	filled(t, url, "a", 3)
	if _, err := postgres.Open(t.Context(), url, "b", readOnly); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a tape that is not there: %v, want ErrNotExist", err)
	}
	s := open(t, url, "a", readOnly)
	for what, err := range map[string]error{
		"Append": s.Append([]store.Entry{{Exchange: tapetest.Numbered(9)}}), "Delete": s.Delete(1), "AppendParts": s.AppendParts([]store.Part{{ID: 1}}),
	} {
		if !errors.Is(err, store.ErrReadOnly) || !errors.Is(err, fs.ErrPermission) {
			t.Errorf("%s returns %v, want ErrReadOnly", what, err)
		}
	}
	other := tapetest.Exchange(1, "GET", "http://other.test/", "").Key
	tapetest.Must(t, s.Reindex("in memory", func(*store.Exchange) store.Key { return other }))
	if x, err := s.Find(other, 1); err != nil || x == nil || x.ID != 2 {
		t.Errorf("by the key in memory Find gives %v, %v", x, err)
	}
	if r, err := s.Recipe(); r != "in memory" || err != nil {
		t.Errorf("Recipe is %q, %v", r, err)
	}
	if x, err := open(t, url, "a", readOnly).Find(tapetest.Numbered(0).Key, 0); err != nil || x == nil {
		t.Errorf("by the key in the database Find gives %v, %v", x, err)
	}
}
