package text

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gracy-go/gracy/replay/internal/tapetest"
	"github.com/gracy-go/gracy/replay/store"
)

func TestOpenMissing(t *testing.T) {
	path := filepath.Join(t.TempDir(), "none.json")
	if _, err := OpenReadOnly(path); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("got %v, want fs.ErrNotExist", err)
	}
	s, err := Open(path)
	tapetest.Must(t, err)
	if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
		t.Error("a file was made before the first exchange")
	}
	tapetest.Must(t, s.Close())
}

func TestOpenRejectsLinksAndFolders(t *testing.T) {
	target, link := filepath.Join(t.TempDir(), "target"), filepath.Join(t.TempDir(), "link")
	tapetest.Must(t, os.WriteFile(target, nil, 0o600))
	tapetest.Must(t, os.Symlink(target, link))
	for _, path := range []string{link, t.TempDir()} {
		if s, err := Open(path); err == nil || s != nil {
			t.Errorf("%s was opened", path)
		}
	}
}

func TestOpenReadOnlyNeverWrites(t *testing.T) {
	path := filepath.Join(t.TempDir(), "tape.json")
	s, err := Open(path)
	tapetest.Must(t, err)
	x := tapetest.Exchange(1, "GET", "http://h/", "body")
	tapetest.Must(t, s.Append([]store.Entry{{Exchange: x}}))
	tapetest.Must(t, s.Close())
	before, _ := os.ReadFile(path)
	s, err = OpenReadOnly(path)
	tapetest.Must(t, err)
	err = s.Append([]store.Entry{{Exchange: tapetest.Exchange(2, "GET", "http://h/", "body")}})
	if !errors.Is(err, store.ErrReadOnly) || !strings.Contains(err.Error(), path) {
		t.Errorf("Append: %v, want ErrReadOnly with the path", err)
	}
	if got, err := s.Find(x.Key, 0); err != nil || got == nil || string(got.Response.Body) != "body" {
		t.Errorf("Find gave %v, %v", got, err)
	}
	if after, _ := os.ReadFile(path); string(after) != string(before) {
		t.Error("the file was changed")
	}
}
