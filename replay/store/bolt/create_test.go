package bolt

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/gracy-go/gracy/replay/internal/tapetest"
)

// A file that another process made in between is not overwritten.
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
