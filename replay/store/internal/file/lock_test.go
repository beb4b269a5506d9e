package file_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/gracy-go/gracy/replay/store"
	"github.com/gracy-go/gracy/replay/store/internal/file"
)

func acquire(t *testing.T, tape string) *file.Lock {
	t.Helper()
	l, err := file.Acquire(tape)
	if err != nil {
		t.Fatal(err)
	}
	if l == nil {
		t.Skip("the system has no locks")
	}
	return l
}

func TestOneHolder(t *testing.T) {
	tape := filepath.Join(t.TempDir(), "new", "folder", "t")
	l := acquire(t, tape)
	if _, err := file.Acquire(tape); !errors.Is(err, store.ErrLocked) || !strings.Contains(err.Error(), tape) {
		t.Errorf("the second: %v, want ErrLocked with the path", err)
	}
	other := acquire(t, tape+"2")
	other.Release()
	l.Release()
	l = acquire(t, tape)
	l.Release()
	if files, _ := os.ReadDir(filepath.Dir(tape)); len(files) != 0 {
		t.Errorf("left behind: %v", files)
	}
}

// Many acquire and release, and remove the file each time: never two hold it.
func TestLockFileIsRemovedSafely(t *testing.T) {
	tape := filepath.Join(t.TempDir(), "t")
	acquire(t, tape).Release()
	var holders atomic.Int32
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 20 {
				l, err := file.Acquire(tape)
				if errors.Is(err, store.ErrLocked) {
					continue // a loaded machine
				}
				if err != nil || l == nil {
					t.Errorf("%v, %v", l, err)
					return
				}
				if n := holders.Add(1); n != 1 {
					t.Errorf("%d holders", n)
				}
				holders.Add(-1)
				l.Release()
			}
		})
	}
	wg.Wait()
}

// A folder that may not be written needs no lock, since nothing is written there.
func TestNoLockWhereNothingCanBeWritten(t *testing.T) {
	dir := t.TempDir()
	if err := os.Chmod(dir, 0o500); err != nil { //nolint:gosec // a folder
		t.Fatal(err)
	}
	defer os.Chmod(dir, 0o700) //nolint:errcheck,gosec // for the cleanup
	l, err := file.Acquire(filepath.Join(dir, "t"))
	if err != nil {
		t.Error(err)
	}
	l.Sweep()
	l.Release()
}
