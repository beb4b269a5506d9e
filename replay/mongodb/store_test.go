package mongodb_test

import (
	"errors"
	"testing"

	"github.com/gracy-go/gracy/replay/internal/tapetest"
	"github.com/gracy-go/gracy/replay/mongodb"
	"github.com/gracy-go/gracy/replay/store"
)

func TestNewLeavesTheClientOpen(t *testing.T) {
	db := database(t, server(t))
	s, err := mongodb.New(t.Context(), db, "a", mongodb.Options{})
	tapetest.Must(t, err)
	tapetest.Must(t, s.Close())
	tapetest.Must(t, s.Close())
	tapetest.Must(t, db.Client().Ping(t.Context(), nil))
	if err := s.Append([]store.Entry{{Exchange: numbered(0)}}); !errors.Is(err, store.ErrClosed) {
		t.Errorf("Append after Close returns %v, want ErrClosed", err)
	}
	tapetest.Must(t, db.Client().Disconnect(t.Context()))
	if _, err := mongodb.New(t.Context(), db, "a", mongodb.Options{}); !errors.Is(err, store.ErrClosed) {
		t.Errorf("New over a client that is closed returns %v, want ErrClosed", err)
	}
}
