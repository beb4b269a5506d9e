package postgres_test

import (
	"errors"
	"testing"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/gracy-go/gracy/replay/internal/tapetest"
	"github.com/gracy-go/gracy/replay/postgres"
	"github.com/gracy-go/gracy/replay/store"
)

func TestNewLeavesThePoolOpen(t *testing.T) {
	pool, err := pgxpool.New(t.Context(), server(t))
	tapetest.Must(t, err)
	defer pool.Close()
	s, err := postgres.New(t.Context(), pool, "a", postgres.Options{})
	tapetest.Must(t, err)
	tapetest.Must(t, s.Close())
	tapetest.Must(t, s.Close())
	tapetest.Must(t, pool.Ping(t.Context()))
	if err := s.Append([]store.Entry{{Exchange: tapetest.Numbered(0)}}); !errors.Is(err, store.ErrClosed) {
		t.Errorf("Append after Close returns %v, want ErrClosed", err)
	}
	pool.Close()
	if _, err := postgres.New(t.Context(), pool, "a", postgres.Options{}); !errors.Is(err, store.ErrClosed) {
		t.Errorf("New over a pool that is closed returns %v, want ErrClosed", err)
	}
}
