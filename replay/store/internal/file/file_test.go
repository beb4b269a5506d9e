package file

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestCheckRegular(t *testing.T) {
	dir := t.TempDir()
	plain, link := filepath.Join(dir, "plain"), filepath.Join(dir, "link")
	if err := errors.Join(os.WriteFile(plain, nil, 0o600), os.Symlink(plain, link)); err != nil {
		t.Fatal(err)
	}
	if err := CheckRegular(plain); err != nil {
		t.Error(err)
	}
	for _, path := range []string{dir, link} {
		if err := CheckRegular(path); err == nil || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: got %v, want an error that names it", path, err)
		}
	}
	if err := CheckRegular(filepath.Join(dir, "none")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("got %v, want fs.ErrNotExist", err)
	}
}
