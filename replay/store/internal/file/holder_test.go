package file

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gracy-go/gracy/replay/store"
)

func lockedBy(t *testing.T, tape string) *store.LockedError {
	t.Helper()
	e, ok := errors.AsType[*store.LockedError](Locked(tape))
	if !ok || !errors.Is(e, store.ErrLocked) || e.Path != tape {
		t.Fatalf("%v, want a LockedError", e)
	}
	return e
}

func TestWhoHoldsATape(t *testing.T) {
	tape := filepath.Join(t.TempDir(), "t")
	if e := lockedBy(t, tape); e.PID != 0 || e.Own {
		t.Errorf("nobody is known, but %+v", e)
	}
	end := Hold(tape)
	if e := lockedBy(t, tape); !e.Own || e.PID != os.Getpid() || e.Since.IsZero() {
		t.Errorf("%+v, want this process", e)
	}
	end()
	if files, _ := os.ReadDir(filepath.Dir(tape)); len(files) != 0 {
		t.Errorf("left behind: %v", files)
	}
	l := acquire(t, tape)
	defer l.Release()
	if _, err := Acquire(tape); !strings.Contains(err.Error(), "by this process since") {
		t.Errorf("Acquire: %v", err)
	}
}

// A file that cannot be read as a holder, or that names a process that is gone, names nobody. A
// holder on another host is believed.
func TestAHolderIsDataAlone(t *testing.T) {
	tape := filepath.Join(t.TempDir(), "t")
	host := self().Host
	for text, pid := range map[string]int{
		"": 0, "{": 0, `{"pid":-1}`: 0, strings.Repeat("x", 1<<20): 0,
		`{"pid":99999999,"host":"` + host + `"}`:       0, // no process has that number
		`{"pid":99999999,"host":"other-` + host + `"}`: 99999999,
	} {
		if err := os.WriteFile(holderName(tape), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if e := lockedBy(t, tape); e.PID != pid || e.Own {
			t.Errorf("%.80s: %+v, want process %d", text, e, pid)
		}
	}
	if err := errors.Join(os.Remove(holderName(tape)), os.Symlink("/dev/zero", holderName(tape))); err != nil {
		t.Fatal(err)
	}
	if e := lockedBy(t, tape); e.PID != 0 {
		t.Errorf("a link: %+v", e)
	}
	end := Hold(tape) // replaces the link
	if info, err := os.Lstat(holderName(tape)); err != nil || !info.Mode().IsRegular() {
		t.Errorf("%v, %v", info, err)
	}
	end()
	Hold(filepath.Join(tape, "no", "folder"))()
}
