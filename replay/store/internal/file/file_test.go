package file_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gracy-go/gracy/replay/store/internal/file"
)

func TestCheckRegular(t *testing.T) {
	dir := t.TempDir()
	plain, link := filepath.Join(dir, "plain"), filepath.Join(dir, "link")
	if err := errors.Join(os.WriteFile(plain, nil, 0o600), os.Symlink(plain, link)); err != nil {
		t.Fatal(err)
	}
	if err := file.CheckRegular(plain); err != nil {
		t.Error(err)
	}
	for _, path := range []string{dir, link} {
		if err := file.CheckRegular(path); err == nil || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: got %v, want an error that names it", path, err)
		}
	}
	if err := file.CheckRegular(filepath.Join(dir, "none")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("got %v, want fs.ErrNotExist", err)
	}
}
