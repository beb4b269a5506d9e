package bolt

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/gracy-go/gracy/replay/internal/tapetest"
	"github.com/gracy-go/gracy/replay/store/internal/file"
)

// create does not overwrite a file that another process has made meanwhile.
func TestCreateOverwritesNothing(t *testing.T) {
	path := filepath.Join(t.TempDir(), "new", "folder", "tape")
	tapetest.Must(t, create(path))
	tapetest.Must(t, os.WriteFile(path, []byte("another's"), 0o600))
	tapetest.Must(t, create(path))
	if b, err := os.ReadFile(path); err != nil || string(b) != "another's" {
		t.Errorf("%d bytes, %v: the file was overwritten", len(b), err)
	}
	if files, err := os.ReadDir(filepath.Dir(path)); err != nil || len(files) != 1 {
		t.Errorf("left behind: %v, %v", files, err)
	}
}

// Open removes what a crash has left of this tape, unless another process is creating it.
func TestOpenSweeps(t *testing.T) {
	path := tapeFile(t, 1)
	own, foreign := filepath.Join(filepath.Dir(path), ".tape-tape-17"), filepath.Join(filepath.Dir(path), ".tape-tape-2-17")
	tapetest.Must(t, errors.Join(os.WriteFile(own, nil, 0o600), os.WriteFile(foreign, nil, 0o600)))
	lock, err := file.Acquire(path)
	tapetest.Must(t, err)
	s, err := Open(path)
	tapetest.Must(t, err)
	tapetest.Must(t, s.Close())
	if _, err := os.Stat(own); err != nil && lock != nil {
		t.Errorf("it was swept while somebody had the lock: %v", err)
	}
	lock.Release()
	s, err = OpenReadOnly(path)
	tapetest.Must(t, err)
	tapetest.Must(t, s.Close())
	if _, err := os.Stat(own); err != nil {
		t.Errorf("a reader swept: %v", err)
	}
	s, err = Open(path)
	tapetest.Must(t, err)
	tapetest.Must(t, s.Close())
	if _, err := os.Stat(own); !errors.Is(err, fs.ErrNotExist) && lock != nil {
		t.Errorf("it was not swept: %v", err)
	}
	if _, err := os.Stat(foreign); err != nil {
		t.Errorf("that of another tape: %v", err)
	}
}
