package postgres_test

import (
	"context"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/gracy-go/gracy/replay/internal/sharedtest"
	"github.com/gracy-go/gracy/replay/internal/tapetest"
	"github.com/gracy-go/gracy/replay/postgres"
)

func shared(t *testing.T) sharedtest.Storage {
	t.Helper()
	return sharedtest.Storage{
		Place: server,
		Open: func(url string) (sharedtest.Store, error) {
			return postgres.Open(t.Context(), url, "a", postgres.Options{})
		},
		OpenReadOnly: func(url string) (sharedtest.Store, error) {
			return postgres.Open(t.Context(), url, "a", postgres.Options{ReadOnly: true})
		},
		Empty: func(tb testing.TB, url string) {
			tb.Helper()
			conn, err := pgx.Connect(tb.Context(), url)
			tapetest.Must(tb, err)
			defer conn.Close(context.Background())
			made := true
			tapetest.Must(tb, conn.QueryRow(tb.Context(), `SELECT to_regclass('gracy_meta') IS NOT NULL`).Scan(&made))
			if made {
				tb.Error("tables were made")
			}
		},
		Later: func(tb testing.TB, url string) {
			tb.Helper()
			change(tb, url, `UPDATE gracy_unfinished SET touched = touched - interval '61 minutes'`)
		},
		Batches: 30,
		Pages:   600,
		OneIn:   1,
	}
}

func TestShared(t *testing.T) { sharedtest.Run(t, shared(t)) }
