package sqlite_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/gracy-go/gracy/replay/internal/tapetest"
	"github.com/gracy-go/gracy/replay/sqlite"
	"github.com/gracy-go/gracy/replay/store"
)

func TestOpenReadOnlyMakesNothing(t *testing.T) {
	path := filledOnly(t)
	s, err := sqlite.OpenReadOnly(path)
	tapetest.Must(t, err)
	if err := s.Append([]store.Entry{{Exchange: tapetest.Numbered(9)}}); !errors.Is(err, store.ErrReadOnly) || !errors.Is(err, fs.ErrPermission) {
		t.Errorf("Append returns %v, want ErrReadOnly", err)
	}
	if err := s.Delete(1); !errors.Is(err, store.ErrReadOnly) {
		t.Errorf("Delete returns %v, want ErrReadOnly", err)
	}
	other := tapetest.Exchange(1, "GET", "http://other.test/", "").Key
	tapetest.Must(t, s.Reindex("in memory", func(*store.Exchange) store.Key { return other }))
	if x, err := s.Find(other, 1); err != nil || x == nil || x.ID != 2 {
		t.Errorf("by the key in memory Find gives %v, %v", x, err)
	}
	if r, err := s.Recipe(); r != "in memory" || err != nil {
		t.Errorf("Recipe is %q, %v", r, err)
	}
	if near, err := s.Near(other, 3); len(near) != 1 || err != nil {
		t.Errorf("Near gives %d, %v, want one of the key", len(near), err)
	}
	tapetest.Must(t, s.Close())
	if _, err := s.Find(other, 1); !errors.Is(err, store.ErrClosed) {
		t.Errorf("Find after Close returns %v", err)
	}
	entries, err := os.ReadDir(filepath.Dir(path))
	tapetest.Must(t, err)
	if len(entries) != 1 {
		t.Errorf("there are %v, want the tape alone", entries)
	}
	s, err = sqlite.OpenReadOnly(path)
	tapetest.Must(t, err)
	defer s.Close()
	if x, err := s.Find(tapetest.Numbered(0).Key, 0); err != nil || x == nil {
		t.Errorf("by the key on disk Find gives %v, %v", x, err)
	}
	missing := filepath.Join(t.TempDir(), "missing")
	if _, err := sqlite.OpenReadOnly(missing); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("OpenReadOnly of what is not there returns %v", err)
	}
	if _, err := os.Stat(missing); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("OpenReadOnly has made it: %v", err)
	}
}
