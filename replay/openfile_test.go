package replay_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gracy-go/gracy/replay"
	"github.com/gracy-go/gracy/replay/internal/tapetest"
	"github.com/gracy-go/gracy/replay/store"
)

// readOnlyDir returns a folder that cannot be written to: one on a read-only file system for root,
// one without the permission for others.
func readOnlyDir(t *testing.T, fill func(dir string)) string {
	t.Helper()
	if os.Geteuid() == 0 {
		return tapetest.ReadOnlyMount(t, fill)
	}
	dir := t.TempDir()
	fill(dir)
	names, _ := filepath.Glob(filepath.Join(dir, "*"))
	for _, name := range names {
		if err := os.Chmod(name, 0o400); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Chmod(dir, 0o500); err != nil { //nolint:gosec // a folder
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.Chmod(dir, 0o700) }) //nolint:gosec // for the cleanup
	return dir
}

// On a read-only file system, a tape opens in ModeSmart and replays what it has, with another Match
// too. What it does not have is sent, and the error says that it is not recorded. A new tape and
// ModeRecord fail at once.
func TestAReadOnlyFileSystem(t *testing.T) {
	dir := readOnlyDir(t, func(dir string) {
		for _, name := range stores() {
			tape := open(t, filepath.Join(dir, name), replay.Options{})
			want(t, tape.Wrap(numbered()), api+"/a?x=1", 200, "1")
			closeTape(t, tape)
		}
	})
	for _, name := range stores() {
		path := filepath.Join(dir, name)
		for _, opts := range []replay.Options{{}, {Match: replay.Match{IgnoreQuery: []string{"x"}}}} {
			for _, mode := range []replay.Mode{replay.ModeReplay, replay.ModeSmart} {
				opts.Mode = mode
				tape, err := replay.Open(path, opts)
				if err != nil {
					t.Errorf("%s, %v: %v", name, mode, err)
					continue
				}
				want(t, tape.Wrap(noNetwork(t)), api+"/a?x=1", 200, "1")
				closeTape(t, tape) // hits alone cause no error
			}
		}
		tape := open(t, path, replay.Options{})
		want(t, tape.Wrap(numbered()), api+"/new", 200, "1")
		if err := tape.Close(); !errors.Is(err, fs.ErrPermission) || tape.Stats().Failed != 1 {
			t.Errorf("%s: Close: %v, %+v; want ErrReadOnly", name, err, tape.Stats())
		}
		if _, err := replay.Open(path, replay.Options{Mode: replay.ModeRecord}); !errors.Is(err, store.ErrReadOnly) {
			t.Errorf("%s: ModeRecord: %v, want ErrReadOnly", name, err)
		}
		for _, path := range []string{filepath.Join(dir, "new-"+name), filepath.Join(dir, "new", name)} {
			if _, err := replay.Open(path, replay.Options{}); !errors.Is(err, store.ErrReadOnly) {
				t.Errorf("%s: a new tape: %v, want ErrReadOnly", name, err)
			}
		}
	}
	if names, _ := os.ReadDir(dir); len(names) != len(stores()) {
		t.Errorf("left behind: %v", names)
	}
}

// If the name of a text tape is long, the names of its other files contain a hash of it.
func TestATapeWithALongName(t *testing.T) {
	tape := open(t, filepath.Join(t.TempDir(), strings.Repeat("n", 240)+".json"), replay.Options{Mode: replay.ModeRecord})
	want(t, tape.Wrap(numbered()), api+"/a", 200, "1")
	closeTape(t, tape)
}
