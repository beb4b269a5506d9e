package bolt

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gracy-go/gracy/replay/internal/tapetest"
	"github.com/gracy-go/gracy/replay/store"
	"github.com/gracy-go/gracy/replay/storetest"
)

// Errors say which file is meant.
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

// A file that is cut off while it is open is an error of the reads, where the
// system allows to cut it. The test runs in a process of its own, which a fault
// would end.
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
