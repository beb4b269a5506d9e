package file

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/gracy-go/gracy/replay/store"
)

func acquire(t *testing.T, tape string) *Lock {
	t.Helper()
	l, err := Acquire(tape)
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
	if _, err := Acquire(tape); !errors.Is(err, store.ErrLocked) || !strings.Contains(err.Error(), tape) {
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

// Many goroutines acquire and release without waiting, and remove the file each time. No two of
// them hold it at once.
func TestLockFileIsRemovedSafely(t *testing.T) {
	tape := filepath.Join(t.TempDir(), "t")
	acquire(t, tape).Release()
	var holders, held atomic.Int32
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 3000 {
				f, err := tryLock(lockName(tape))
				if errors.Is(err, errBusy) {
					continue
				}
				if err != nil {
					t.Error(err)
					return
				}
				held.Add(1)
				if n := holders.Add(1); n != 1 {
					t.Errorf("%d holders", n)
				}
				runtime.Gosched()
				holders.Add(-1)
				unlock(f)
			}
		})
	}
	wg.Wait()
	if held.Load() < 10 {
		t.Errorf("held %d times", held.Load())
	}
}

// A folder that cannot be written to needs no lock, since nothing is written there.
func TestNoLockWhereNothingCanBeWritten(t *testing.T) {
	dir := t.TempDir()
	if err := os.Chmod(dir, 0o500); err != nil { //nolint:gosec // a folder
		t.Fatal(err)
	}
	defer os.Chmod(dir, 0o700) //nolint:errcheck,gosec // for the cleanup
	l, err := Acquire(filepath.Join(dir, "t"))
	if err != nil {
		t.Error(err)
	}
	l.Sweep()
	l.Release()
}
