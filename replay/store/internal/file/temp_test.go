package file

import (
	"bufio"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// Only the temporary files of this tape are removed, not those of tapes with similar names.
func TestSweep(t *testing.T) {
	dir := t.TempDir()
	long := strings.Repeat("n", 250)
	var keep []string
	for _, tape := range []string{"t", "t-1", "t-1-2", long} {
		for range 2 {
			f, err := CreateTemp(filepath.Join(dir, tape))
			if err != nil {
				t.Fatal(err)
			}
			if info, _ := f.Stat(); info.Mode().Perm() != 0o600 {
				t.Errorf("mode %v", info.Mode())
			}
			_ = f.Close()
			if tape != "t-1" {
				keep = append(keep, filepath.Base(f.Name()))
			}
		}
	}
	for _, name := range []string{"t-1", ".tape-1234", ".tape-t-1-", ".tape-t-1-x", ".tape-t-1"} {
		if err := os.WriteFile(filepath.Join(dir, name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
		keep = append(keep, name)
	}
	l := acquire(t, filepath.Join(dir, "t-1"))
	l.Sweep()
	l.Release()
	var left []string
	files, _ := os.ReadDir(dir)
	for _, f := range files {
		left = append(left, f.Name())
	}
	slices.Sort(keep)
	if !slices.Equal(left, keep) {
		t.Errorf("left %v, want %v", left, keep)
	}
	if n := len(Leftovers(filepath.Join(dir, long))); n != 2 {
		t.Errorf("%d of a long name, want 2", n)
	}
}

// A steps is a file that records what was done to it.
type steps struct {
	done []string
	fail string
}

func (s *steps) step(name string) error {
	s.done = append(s.done, name)
	if name == s.fail {
		return errors.New(name + " failed")
	}
	return nil
}

func (s *steps) Write(b []byte) (int, error) { return len(b), s.step("write") }
func (s *steps) Sync() error                 { return s.step("sync") }
func (s *steps) Close() error                { return s.step("close") }

// A file that is renamed before it is synced may be empty after the machine crashes.
func TestAFileIsSyncedBeforeItIsClosed(t *testing.T) {
	for _, fail := range []string{"", "write", "sync", "close"} {
		s := &steps{fail: fail}
		err := writeAll(s, func(w *bufio.Writer) { _, _ = w.WriteString("tape") })
		if got := strings.Join(s.done, " "); got != "write sync close" || (err != nil) != (fail != "") {
			t.Errorf("with %q failing: %s, error %v", fail, got, err)
		}
	}
}

func TestReplace(t *testing.T) {
	tape := filepath.Join(t.TempDir(), "new", "t")
	for _, text := range []string{"one", "two"} {
		if err := Replace(tape, func(w *bufio.Writer) { _, _ = w.WriteString(text) }); err != nil {
			t.Fatal(err)
		}
		if b, _ := os.ReadFile(tape); string(b) != text {
			t.Errorf("%s, want %s", b, text)
		}
	}
	// A folder cannot be replaced.
	if err := os.Remove(tape); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(tape, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := Replace(tape, func(*bufio.Writer) {}); err == nil {
		t.Error("a folder was replaced")
	}
	if left := Leftovers(tape); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

func TestTryFolder(t *testing.T) {
	tape := filepath.Join(t.TempDir(), "t.json")
	if err := TryFolder(tape); err != nil || Leftovers(tape) != nil {
		t.Errorf("got %v, and left %v", err, Leftovers(tape))
	}
	if TryFolder(filepath.Join(tape, "t.json")) == nil {
		t.Error("a folder that is not there can be written")
	}
}
