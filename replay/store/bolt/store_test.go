package bolt

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/gracy-go/gracy/replay/internal/tapetest"
	"github.com/gracy-go/gracy/replay/store"
	"github.com/gracy-go/gracy/replay/storetest"
)

// Errors name the file.
func TestErrorsNameTheFile(t *testing.T) {
	path := tapeFile(t, 1)
	s, err := OpenReadOnly(path)
	tapetest.Must(t, err)
	err = s.Delete(1)
	if !errors.Is(err, store.ErrReadOnly) || !strings.Contains(err.Error(), path) {
		t.Errorf("write to a store for reading: %v", err)
	}
	tapetest.Must(t, s.Close())
	if _, err := s.Last(); !errors.Is(err, store.ErrClosed) || !strings.Contains(err.Error(), path) {
		t.Errorf("after Close: %v", err)
	}
}

// If a file is cut off while it is open, reads return an error, on systems that allow cutting it.
// The test runs in a process of its own, since a fault would end it.
func TestCutOffWhileOpen(t *testing.T) {
	const variable = "REPLAY_TEST_CUT_OFF"
	if os.Getenv(variable) == "" {
		cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestCutOffWhileOpen$")
		cmd.Env = append(os.Environ(), variable+"=1")
		out, err := cmd.Output()
		if err != nil || !strings.Contains(string(out), "read to the end") {
			t.Errorf("the process ended: %v, %.200q", err, out)
		}
		return
	}
	path := tapeFile(t, 500)
	s, err := OpenReadOnly(path)
	tapetest.Must(t, err)
	if err := os.Truncate(path, 8192); err == nil {
		failed := 0
		for _, err := range s.Scan(0) {
			if errors.Is(err, store.ErrFormat) && strings.Contains(err.Error(), path) {
				failed++
			}
		}
		if failed != 1 {
			t.Errorf("%d errors, want one", failed)
		}
	}
	fmt.Println("read to the end")
}

func TestStore(t *testing.T) {
	storetest.Run(t, func(dir string) (store.Store, error) { return Open(filepath.Join(dir, "tape")) })
}

// A closed tape is as long as its pages. A file that is longer is shortened once something is
// recorded, but not if it was only opened.
func TestCloseLeavesNoRoomBehindThePages(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("a file that is mapped cannot be cut there")
	}
	path := tapeFile(t, 300)
	size := func() int64 {
		info, err := os.Stat(path)
		tapetest.Must(t, err)
		return info.Size()
	}
	pages := func() int64 {
		f, err := os.Open(path)
		tapetest.Must(t, err)
		m, err := checkMeta(path, f)
		tapetest.Must(t, errors.Join(err, f.Close()))
		return int64(m.high * m.pageSize) //nolint:gosec // small
	}
	if size() != pages() {
		t.Errorf("%d bytes, of which the pages have %d", size(), pages())
	}
	longer := size() + 1<<20
	tapetest.Must(t, os.Truncate(path, longer)) // as an earlier build left it
	for i, want := range []func() int64{func() int64 { return longer }, pages} {
		s, err := Open(path)
		tapetest.Must(t, err)
		if i > 0 {
			tapetest.Must(t, s.Append([]store.Entry{item(1000)}))
		}
		tapetest.Must(t, s.Close())
		if size() != want() {
			t.Errorf("after %d exchanges: %d bytes, want %d", i, size(), want())
		}
	}
	s, err := OpenReadOnly(path)
	tapetest.Must(t, err)
	if n := len(tapetest.IDs(t, s, 0)); n != 301 {
		t.Errorf("%d exchanges, want 301", n)
	}
	tapetest.Must(t, s.Close())
}
