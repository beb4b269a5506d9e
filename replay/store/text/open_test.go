package text

import (
	"bufio"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gracy-go/gracy/replay/internal/tapetest"
	"github.com/gracy-go/gracy/replay/store"
	"github.com/gracy-go/gracy/replay/store/internal/file"
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
	if got, err := s.Find(sumOf(x), 0); err != nil || got == nil || string(got.Response.Body) != "body" {
		t.Errorf("Find gave %v, %v", got, err)
	}
	if after, _ := os.ReadFile(path); string(after) != string(before) {
		t.Error("the file was changed")
	}
}

// While a writer has a tape open, other writers are locked out, in the same process and in others.
// A process that dies leaves no lock. The files that it leaves are swept, but those of other tapes
// are not.
func TestLockedInAnotherProcess(t *testing.T) {
	const variable = "REPLAY_TEST_LOCKED"
	if path := os.Getenv(variable); path != "" {
		s, err := Open(path)
		tapetest.Must(t, err)
		tapetest.Must(t, s.Append([]store.Entry{{Exchange: tapetest.Exchange(1, "GET", "http://h/", "")}}))
		fmt.Println("open")
		_, _ = os.Stdin.Read(make([]byte, 1)) // until killed
		return
	}
	path := filepath.Join(t.TempDir(), "tape.json")
	cmd := child(t, t.Name(), variable, path)
	in, err := cmd.StdinPipe()
	tapetest.Must(t, err)
	defer in.Close()
	out, err := cmd.StdoutPipe()
	tapetest.Must(t, err)
	tapetest.Must(t, cmd.Start())
	if line, err := bufio.NewReader(out).ReadString('\n'); line != "open\n" {
		t.Fatalf("%q, %v", line, err)
	}
	if _, err := Open(path); !errors.Is(err, store.ErrLocked) || !strings.Contains(err.Error(), path) {
		t.Errorf("beside another process: %v", err)
	}
	r, err := OpenReadOnly(path)
	tapetest.Must(t, err)
	if n := len(tapetest.IDs(t, r, 0)); n != 1 {
		t.Errorf("a reader found %d exchanges, want 1", n)
	}
	tapetest.Must(t, r.Close())
	tapetest.Must(t, cmd.Process.Kill())
	_ = cmd.Wait()
	own, foreign := filepath.Join(filepath.Dir(path), ".tape-tape.json-17"), filepath.Join(filepath.Dir(path), ".tape-other.json-17")
	tapetest.Must(t, errors.Join(os.WriteFile(own, nil, 0o600), os.WriteFile(foreign, nil, 0o600)))
	s, err := Open(path)
	tapetest.Must(t, err)
	if _, err := os.Stat(own); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("what a crash left of this tape: %v", err)
	}
	if _, err := os.Stat(foreign); err != nil {
		t.Errorf("what belongs to another tape: %v", err)
	}
	if _, err := Open(path); !errors.Is(err, store.ErrLocked) {
		t.Errorf("twice in one process: %v", err)
	}
	tapetest.Must(t, s.Append([]store.Entry{{Exchange: tapetest.Exchange(2, "GET", "http://h/2", "")}}))
	tapetest.Must(t, errors.Join(s.Close(), s.Close()))
	s, err = Open(path)
	tapetest.Must(t, err)
	if n := len(tapetest.IDs(t, s, 0)); n != 2 {
		t.Errorf("%d exchanges, want 2", n)
	}
	tapetest.Must(t, s.Close())
	if files, _ := os.ReadDir(filepath.Dir(path)); len(files) != 2 {
		t.Errorf("left behind: %v", files)
	}
}

// A tape that fails to open is not locked.
func TestFailedOpenIsNotLocked(t *testing.T) {
	path := filepath.Join(t.TempDir(), "tape.json")
	tapetest.Must(t, os.WriteFile(path, []byte("no tape"), 0o600))
	for range 2 {
		if _, err := Open(path); !errors.Is(err, store.ErrFormat) {
			t.Errorf("got %v, want ErrFormat", err)
		}
	}
}

// Remove also removes what a crash has left beside a tape, so that the next tape of that name has
// nothing of it.
func TestRemove(t *testing.T) {
	path := filepath.Join(t.TempDir(), "tape.json")
	tapetest.Must(t, Remove(path)) // there is no tape
	s, err := Open(path)
	tapetest.Must(t, err)
	tapetest.Must(t, s.Append([]store.Entry{{Exchange: tapetest.Exchange(1, "GET", "http://h/", "body")}}))
	journal, err := os.ReadFile(file.Journal(path))
	tapetest.Must(t, err)
	if err := Remove(path); !errors.Is(err, store.ErrLocked) {
		t.Errorf("a tape that is open: %v, want ErrLocked", err)
	}
	tapetest.Must(t, s.Close())
	tapetest.Must(t, os.WriteFile(file.Journal(path), journal, 0o600))
	temp, err := file.CreateTemp(path)
	tapetest.Must(t, err)
	tapetest.Must(t, temp.Close())
	tapetest.Must(t, Remove(path))
	if left, err := os.ReadDir(filepath.Dir(path)); err != nil || len(left) != 0 {
		t.Errorf("%v is left, %v", left, err)
	}
}
