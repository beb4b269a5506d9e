package bolt

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"go.etcd.io/bbolt"

	"github.com/gracy-go/gracy/replay/internal/tapetest"
	"github.com/gracy-go/gracy/replay/store"
)

func tapeFile(t *testing.T, exchanges int) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "tape")
	s, err := Open(path)
	tapetest.Must(t, err)
	for i := range exchanges {
		tapetest.Must(t, s.Append([]store.Entry{{Exchange: tapetest.Exchange(store.ID(i+1), "GET", fmt.Sprintf("http://h/%d", i), strings.Repeat("x", 1000))}}))
	}
	tapetest.Must(t, s.Close())
	return path
}

func TestOpenMissing(t *testing.T) {
	path := filepath.Join(t.TempDir(), "none")
	if _, err := OpenReadOnly(path); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("got %v", err)
	}
	if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
		t.Error("a file was made")
	}
}

func TestOpenRejectsLinksAndFolders(t *testing.T) {
	target := tapeFile(t, 0)
	link := filepath.Join(t.TempDir(), "link")
	tapetest.Must(t, os.Symlink(target, link))
	for _, path := range []string{link, t.TempDir()} {
		if s, err := Open(path); err == nil || s != nil {
			t.Errorf("%s was opened", path)
		}
	}
}

// A writer locks out other writers. Readers share.
func TestLocked(t *testing.T) {
	path := tapeFile(t, 1)
	s, err := Open(path)
	tapetest.Must(t, err)
	start := time.Now()
	if _, err := Open(path); !errors.Is(err, store.ErrLocked) {
		t.Errorf("second writer: %v", err)
	}
	if d := time.Since(start); d < lockWait/2 {
		t.Errorf("gave up after %v", d)
	}
	tapetest.Must(t, s.Close())
	a, err := OpenReadOnly(path)
	tapetest.Must(t, err)
	b, err := OpenReadOnly(path)
	tapetest.Must(t, err)
	// A reader has no name, and the error must not name the last writer.
	if _, err := Open(path); !errors.Is(err, store.ErrLocked) || strings.Contains(err.Error(), "process") {
		t.Errorf("writer beside readers: %v", err)
	}
	tapetest.Must(t, a.Close())
	tapetest.Must(t, b.Close())
}

// If another file takes the place of the tape while Open waits for the lock, that file is the tape.
// What is written to a file without a name would be lost.
func TestOpenTheFileThatHasTheName(t *testing.T) {
	synctest.Test(t, func(t *testing.T) { // whose clock stands still while the files change
		path, fresh := tapeFile(t, 1), tapeFile(t, 3)
		holder, err := Open(path)
		tapetest.Must(t, err)
		type opened struct {
			db   *bbolt.DB
			file *os.File
			err  error
		}
		done := make(chan opened, 1)
		before := openedAs(t, path)
		go func() {
			db, file, err := openDB(path, false) // as when Open opens it for the second time
			done <- opened{db, file, err}
		}()
		synctest.Wait()
		if n := openedAs(t, path); n != before+1 || len(done) > 0 {
			t.Fatalf("%d descriptors, %d before, want that of one who waits", n, before)
		}
		tapetest.Must(t, os.Rename(fresh, path))
		tapetest.Must(t, holder.Close())
		o := <-done
		tapetest.Must(t, o.err)
		defer o.db.Close()
		here, err := o.file.Stat()
		tapetest.Must(t, err)
		there, err := os.Stat(path)
		tapetest.Must(t, err)
		if !os.SameFile(here, there) {
			t.Error("the file that is open has no name any more")
		}
	})
}

// openedAs returns how many descriptors of this process refer to a path.
func openedAs(t *testing.T, path string) (n int) {
	t.Helper()
	list, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Skip("the system does not say which files are open")
	}
	for _, f := range list {
		if name, _ := os.Readlink("/proc/self/fd/" + f.Name()); name == path {
			n++
		}
	}
	return n
}

// While a tape is small, recording does not map it again. Whenever bbolt maps more, it copies what
// the transaction has put.
func TestASmallTapeIsMappedOnce(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("bbolt would make the file that long at once")
	}
	opened, err := Open(filepath.Join(t.TempDir(), "tape"))
	tapetest.Must(t, err)
	s := opened.(*boltStore)
	at := s.db.Info().Data
	for i := range 20 {
		var batch []store.Entry
		for j := range 100 {
			batch = append(batch, item(100*i+j))
		}
		tapetest.Must(t, s.Append(batch))
	}
	if now := s.db.Info().Data; now != at {
		t.Errorf("mapped at %#x, and then at %#x", at, now)
	}
	tapetest.Must(t, s.Close())
}
