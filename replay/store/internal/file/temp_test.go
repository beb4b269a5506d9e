package file

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// Only the temporary files of the tape go, not those of tapes with a similar name.
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
