package sqlite_test

import (
	"context"
	"errors"
	"path/filepath"
	"testing"

	"github.com/gracy-go/gracy/replay/internal/tapetest"
	"github.com/gracy-go/gracy/replay/sqlite"
	"github.com/gracy-go/gracy/replay/store"
)

func TestNewLeavesTheDatabaseOpen(t *testing.T) {
	db := database(t, filepath.Join(t.TempDir(), "any.sqlite"), "")
	s, err := sqlite.New(db)
	tapetest.Must(t, err)
	tapetest.Must(t, s.Close())
	tapetest.Must(t, s.Close())
	tapetest.Must(t, db.PingContext(t.Context()))
	if _, err := s.Find(tapetest.Numbered(0).Key, 0); !errors.Is(err, store.ErrClosed) {
		t.Errorf("Find after Close returns %v, want ErrClosed", err)
	}
	if err := s.Append([]store.Entry{{Exchange: tapetest.Numbered(0)}}); !errors.Is(err, store.ErrClosed) {
		t.Errorf("Append after Close returns %v, want ErrClosed", err)
	}
	tapetest.Must(t, db.Close())
	if _, err := sqlite.New(db); !errors.Is(err, store.ErrClosed) {
		t.Errorf("New of a database that is closed returns %v, want ErrClosed", err)
	}
}

// A store waits for a process that writes, but not forever.
func TestAFileThatIsLocked(t *testing.T) {
	path := filledOnly(t)
	s := open(t, path)
	other := database(t, path, "")
	conn, err := other.Conn(t.Context())
	tapetest.Must(t, err)
	defer conn.Close()
	_, err = conn.ExecContext(t.Context(), `BEGIN IMMEDIATE`)
	tapetest.Must(t, err)
	if x, err := s.Find(tapetest.Numbered(0).Key, 0); x == nil || err != nil {
		t.Errorf("while another writes, Find gives %v, %v", x, err)
	}
	if testing.Short() {
		t.Skip("five seconds of waiting")
	}
	if err := s.Append([]store.Entry{{Exchange: tapetest.Numbered(5)}}); !errors.Is(err, store.ErrLocked) {
		t.Errorf("Append returns %v, want ErrLocked", err)
	}
	_, err = conn.ExecContext(context.Background(), `ROLLBACK`)
	tapetest.Must(t, err)
	tapetest.Must(t, s.Append([]store.Entry{{Exchange: tapetest.Numbered(5)}}))
}
