package text

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/gracy-go/gracy/replay/internal/tapetest"
	"github.com/gracy-go/gracy/replay/store"
)

// A write that fails changes nothing, and its error names the file.
func TestFailedWriteChangesNothing(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "folder")
	path := filepath.Join(dir, "tape.json")
	s, err := Open(path)
	tapetest.Must(t, err)
	tapetest.Must(t, s.Append([]store.Entry{{Exchange: tapetest.Exchange(1, "GET", "http://h/", "")}}))
	tapetest.Must(t, os.RemoveAll(dir))
	tapetest.Must(t, os.WriteFile(dir, nil, 0o600)) // a file where the folder was
	err = s.Append([]store.Entry{{Exchange: tapetest.Exchange(2, "GET", "http://h/", ""), Replace: 2}})
	if err == nil || !strings.Contains(err.Error(), path) {
		t.Errorf("got %v, want an error that names %s", err, path)
	}
	if ids := tapetest.IDs(t, s, 0); !slices.Equal(ids, []store.ID{1}) {
		t.Errorf("left %v, want 1", ids)
	}
}

// A new index goes to the file with the next batch, not before.
func TestReindexIsWrittenWithTheNextBatch(t *testing.T) {
	path := filepath.Join(t.TempDir(), "tape.json")
	s, err := Open(path)
	tapetest.Must(t, err)
	tapetest.Must(t, s.Append([]store.Entry{{Exchange: tapetest.Exchange(1, "GET", "http://h/", "")}}))
	tapetest.Must(t, s.Reindex("recipe-2", func(x *store.Exchange) store.Key { return x.Key }))
	if b, _ := os.ReadFile(path); strings.Contains(string(b), "recipe-2") {
		t.Error("it was written at once")
	}
	tapetest.Must(t, s.Append([]store.Entry{{Exchange: tapetest.Exchange(2, "GET", "http://h/", "")}}))
	if b, _ := os.ReadFile(path); !strings.Contains(string(b), "recipe-2") {
		t.Error("it was not written with the next batch")
	}
}
