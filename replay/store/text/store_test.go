package text

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/gracy-go/gracy/internal/growth"
	"github.com/gracy-go/gracy/replay/internal/tapetest"
	"github.com/gracy-go/gracy/replay/store"
	"github.com/gracy-go/gracy/replay/storetest"
)

// A write that fails changes nothing, and its error names the file.
func TestFailedWriteChangesNothing(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "folder")
	path := filepath.Join(dir, "tape.json")
	s, err := Open(path)
	tapetest.Must(t, err)
	tapetest.Must(t, os.RemoveAll(dir))
	tapetest.Must(t, os.WriteFile(dir, nil, 0o600)) // a file in place of the folder
	err = s.Append([]store.Entry{{Exchange: tapetest.Exchange(2, "GET", "http://h/", ""), Replace: 2}})
	if err == nil || !strings.Contains(err.Error(), path) {
		t.Errorf("got %v, want an error that names %s", err, path)
	}
	if ids := tapetest.IDs(t, s, 0); len(ids) != 0 {
		t.Errorf("left %v, want none", ids)
	}
}

// If Close cannot write the file, nothing is lost.
func TestWhatCloseCannotWriteStays(t *testing.T) {
	path := tempTape(t)
	s, err := Open(path)
	tapetest.Must(t, err)
	tapetest.Must(t, s.Append(entries(recorded(morning(), 1, "http://h/1", "[1]"))))
	tapetest.Must(t, os.Mkdir(path, 0o700))
	if err := s.Close(); err == nil || !strings.Contains(err.Error(), path) {
		t.Errorf("Close: %v", err)
	}
	tapetest.Must(t, os.Remove(path))
	s, err = Open(path)
	tapetest.Must(t, err)
	if got := bodies(t, s); len(got) != 1 {
		t.Errorf("%q", got)
	}
	tapetest.Must(t, s.Close())
}

// The file does not contain keys. It contains the key of the hashes once something is written.
func TestReindexWritesNothing(t *testing.T) {
	path := tempTape(t)
	session(t, path, 0, recorded(morning(), 1, "http://h/", ""))
	s, err := Open(path)
	tapetest.Must(t, err)
	tapetest.Must(t, s.Reindex("recipe-2.c0ffee", sumOf))
	tapetest.Must(t, s.Close())
	if b := fileAt(t, path); strings.Contains(b, "c0ffee") {
		t.Error("a tape that recorded nothing was written")
	}
	s, err = Open(path)
	tapetest.Must(t, err)
	tapetest.Must(t, s.Reindex("recipe-2.c0ffee", sumOf))
	tapetest.Must(t, s.Append(entries(recorded(morning(), 2, "http://h/2", ""))))
	if r, _ := s.Recipe(); r != "recipe-2.c0ffee" {
		t.Errorf("recipe %q", r)
	}
	tapetest.Must(t, s.Close())
	if b := fileAt(t, path); !strings.Contains(b, "c0ffee") || strings.Contains(b, "recipe-2") {
		t.Errorf("the next recording made %s", b)
	}
	s, err = OpenReadOnly(path)
	tapetest.Must(t, err)
	if r, _ := s.Recipe(); r != ".c0ffee" {
		t.Errorf("recipe %q after opening again", r)
	}
}

// If a request is recorded again, it keeps its place by the keys of Match, even if its URL differs.
func TestReindexKeepsTheOrder(t *testing.T) {
	path := tempTape(t)
	at := func(n int, url string) *store.Exchange { return recorded(morning(), n, url, "") }
	session(t, path, 0, at(1, "http://h/a?t=1"), at(2, "http://h/b"))
	s, err := Open(path)
	tapetest.Must(t, err)
	key := func(method string) func(*store.Exchange) store.Key {
		return func(x *store.Exchange) store.Key {
			c := *x
			c.Request.Method = method
			c.Request.URL, _, _ = strings.Cut(x.Request.URL, "?")
			return sumOf(&c)
		}
	}
	tapetest.Must(t, s.Reindex("r", key("A")))
	x := at(3, "http://h/a?t=2")
	x.Key = key("A")(x)
	tapetest.Must(t, s.Append([]store.Entry{{Exchange: x, Replace: x.ID}}))
	tapetest.Must(t, s.Reindex("r", key("B"))) // removed exchanges still have a place
	tapetest.Must(t, s.Close())
	if b := fileAt(t, path); strings.Index(b, "a?t=2") > strings.Index(b, "http://h/b") || strings.Contains(b, "t=1") {
		t.Errorf("written: %s", b)
	}
}

// A change that somebody else makes to the file while it is open is not overwritten.
func TestAForeignChangeIsNotOverwritten(t *testing.T) {
	for name, change := range map[string]func(path string) error{
		"edited":  func(path string) error { return os.WriteFile(path, []byte("edited"), 0o600) },
		"removed": os.Remove,
	} {
		path := tempTape(t)
		session(t, path, 0, recorded(morning(), 1, "http://h/", ""))
		s, err := Open(path)
		tapetest.Must(t, err)
		tapetest.Must(t, s.Append(entries(recorded(morning(), 2, "http://h/2", ""))))
		tapetest.Must(t, change(path))
		if err := s.Close(); !errors.Is(err, errChanged) || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: Close: %v", name, err)
		}
		if b, err := os.ReadFile(path); err == nil && string(b) != "edited" {
			t.Errorf("%s: the file is %.60s", name, b)
		}
	}
}

// Readers do not wait for a batch to be written.
func TestReadersDoNotWaitForTheDisk(t *testing.T) {
	path := tempTape(t)
	s, err := open(path, false)
	tapetest.Must(t, err)
	x := recorded(morning(), 1, "http://h/", "[1]")
	tapetest.Must(t, s.Append(entries(x)))
	s.writing.Lock() // held as long as the disk would take
	if got, err := s.Find(x.Key, 0); got != x || err != nil {
		t.Errorf("%v, %v", got, err)
	}
	s.writing.Unlock()
	var wg sync.WaitGroup
	for i := range 4 {
		wg.Go(func() {
			for n := range 20 {
				if i == 0 {
					tapetest.Must(t, s.Append(entries(recorded(morning(), n+2, fmt.Sprint("http://h/", n), ""))))
				}
				for y, err := range s.Scan(0) {
					if y == nil || err != nil {
						t.Error(y, err)
					}
				}
				_, _ = s.Near(x.Key, 3)
			}
		})
	}
	wg.Wait()
	tapetest.Must(t, s.Close())
	if _, err := s.Find(x.Key, 0); !errors.Is(err, store.ErrClosed) {
		t.Errorf("after Close: %v", err)
	}
	if err := s.Delete(1); !errors.Is(err, store.ErrClosed) {
		t.Errorf("after Close: %v", err)
	}
}

// Of several processes that record into one tape, the one that has it loses nothing, and the others
// are locked out.
func TestNothingIsLostBetweenProcesses(t *testing.T) {
	const variable = "REPLAY_TEST_BESIDE"
	if path := os.Getenv(variable); path != "" {
		path, name, _ := strings.Cut(path, "|")
		s, err := Open(path)
		if errors.Is(err, store.ErrLocked) {
			fmt.Println("locked")
			return
		}
		tapetest.Must(t, err)
		for i := range 100 {
			tapetest.Must(t, s.Append(entries(recorded(morning(), i+1, fmt.Sprintf("http://h/%s/%d", name, i), ""))))
		}
		tapetest.Must(t, s.Close())
		fmt.Println("recorded")
		return
	}
	path := tempTape(t)
	recordings := 0
	var mu sync.Mutex // mu guards recordings
	var wg sync.WaitGroup
	for i := range 4 {
		wg.Go(func() {
			out, err := child(t, t.Name(), variable, fmt.Sprintf("%s|%d", path, i)).Output()
			if err != nil || !strings.Contains(string(out), "locked") && !strings.Contains(string(out), "recorded") {
				t.Errorf("%v: %s", err, out)
			}
			mu.Lock()
			defer mu.Unlock()
			if strings.Contains(string(out), "recorded") {
				recordings++
			}
		})
	}
	wg.Wait()
	s, err := OpenReadOnly(path)
	tapetest.Must(t, err)
	if n := len(bodies(t, s)); n != 100*recordings || recordings == 0 {
		t.Errorf("%d exchanges of %d processes", n, recordings)
	}
	if files, _ := filepath.Glob(filepath.Join(filepath.Dir(path), ".tape*")); len(files) > 0 {
		t.Errorf("left behind: %v", files)
	}
}

func TestStore(t *testing.T) {
	storetest.Run(t, func(dir string) (store.Store, error) { return Open(filepath.Join(dir, "tape.json")) })
}

// Reading a single exchange takes the same time however many there are.
func TestTheWayToAnExchangeIsShort(t *testing.T) {
	growth.Linear(t, growth.Repeat("exchange "), func(text string) {
		s := &textStore{index: newIndex()}
		n := len(text) / 32
		for i := range n {
			s.index.add(&store.Exchange{ID: store.ID(i + 1)})
		}
		for i := range n {
			for x, err := range s.Scan(store.ID(i)) {
				if err != nil || x.ID != store.ID(i+1) {
					t.Fatalf("above %d comes %v, %v", i, x, err)
				}
				break
			}
		}
	})
}
