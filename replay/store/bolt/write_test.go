package bolt

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"go.etcd.io/bbolt"

	"github.com/gracy-go/gracy/internal/long"
	"github.com/gracy-go/gracy/replay/internal/tapetest"
	"github.com/gracy-go/gracy/replay/store"
)

// A writer that is killed loses only what was not flushed.
func TestKilledWriter(t *testing.T) {
	const variable = "REPLAY_TEST_KILLED_WRITER"
	if path := os.Getenv(variable); path != "" {
		s, err := openWaiting(path, 30)
		tapetest.Must(t, err)
		for i := 0; ; i++ {
			tapetest.Must(t, s.Append([]store.Entry{{Exchange: tapetest.Exchange(store.ID(i+1), "GET", fmt.Sprintf("http://h/%d", i), strings.Repeat("x", 100*(i%1000)))}}))
			fmt.Println("stored", i+1)
		}
	}
	rounds := 5
	if !long.Wanted() {
		rounds = 2
	}
	waited := 0
	for round := range rounds {
		path := filepath.Join(t.TempDir(), "tape")
		cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestKilledWriter$")
		cmd.Env = append(os.Environ(), variable+"="+path)
		out, err := cmd.StdoutPipe()
		tapetest.Must(t, err)
		tapetest.Must(t, cmd.Start())
		stored := 0
		for {
			var n int
			if _, err := fmt.Fscanf(out, "stored %d\n", &n); err != nil {
				break
			}
			if stored = n; stored == 20+37*round {
				tapetest.Must(t, cmd.Process.Kill())
			}
		}
		_ = cmd.Wait()
		if stored < 20+37*round {
			t.Fatalf("the writer ended by itself after %d", stored)
		}
		s, err := Open(path)
		tapetest.Must(t, err)
		waited += s.(*boltStore).tails.Load().now.size
		if n := len(tapetest.IDs(t, s, 0)); n < stored || n > stored+1 {
			t.Errorf("%d on tape, %d acknowledged", n, stored)
		}
		for i := range stored {
			if x, err := s.Find(tapetest.Exchange(1, "GET", fmt.Sprintf("http://h/%d", i), "").Key, 0); x == nil || err != nil {
				t.Errorf("exchange %d: %v, %v", i+1, x, err)
			}
		}
		tapetest.Must(t, s.Close())
	}
	if waited == 0 {
		t.Error("no process was killed while keys waited for the index")
	}
}

// A copy made while the writer works can be opened, or is reported as damaged.
func TestCopiedMidway(t *testing.T) {
	path := filepath.Join(t.TempDir(), "tape")
	s, err := Open(path)
	tapetest.Must(t, err)
	stop := make(chan struct{})
	done := make(chan error)
	go func() {
		var err error
		for i := 0; err == nil; i++ {
			select {
			case <-stop:
				done <- nil
				return
			default:
				err = s.Append([]store.Entry{{Exchange: tapetest.Exchange(store.ID(i+1), "GET", fmt.Sprintf("http://h/%d", i), strings.Repeat("x", 500))}})
			}
		}
		done <- err
	}()
	opened := 0
	for i := range 20 {
		b, err := os.ReadFile(path)
		tapetest.Must(t, err)
		copied := fmt.Sprintf("%s-%d", path, i)
		tapetest.Must(t, os.WriteFile(copied, b, 0o600))
		c, err := Open(copied)
		if err != nil {
			if !errors.Is(err, store.ErrFormat) {
				t.Errorf("copy %d: %v", i, err)
			}
			continue
		}
		opened++
		for _, err := range c.Scan(0) {
			if err != nil && !errors.Is(err, store.ErrFormat) {
				t.Errorf("copy %d: %v", i, err)
			}
		}
		_ = c.Close()
	}
	close(stop)
	tapetest.Must(t, <-done)
	tapetest.Must(t, s.Close())
	if opened == 0 {
		t.Error("no copy could be opened")
	}
}

// Replacing an exchange removes its long body too. A tape that is recorded again and again must not
// grow by each body.
func TestTheBodyOfAReplacedExchangeIsRemoved(t *testing.T) {
	opened, err := Open(filepath.Join(t.TempDir(), "tape"))
	tapetest.Must(t, err)
	s := opened.(*boltStore)
	parts := func() (n int) {
		tapetest.Must(t, s.db.View(func(tx *bbolt.Tx) error {
			n = bucket(tx, bucketBlob).Stats().KeyN
			return nil
		}))
		return n
	}
	long := strings.Repeat("x", 2*store.PartSize+1)
	for id := store.ID(1); id <= 5; id++ {
		tapetest.Must(t, s.Append([]store.Entry{{Exchange: tapetest.Exchange(id, "GET", "http://h/a", long), Replace: id}}))
		if n := parts(); n != 3 {
			t.Errorf("%d parts of bodies after exchange %d, want the 3 of one body", n, id)
		}
	}
	tapetest.Must(t, s.Append([]store.Entry{{Exchange: tapetest.Exchange(6, "GET", "http://h/a", long)}}))
	if n := parts(); n != 6 {
		t.Errorf("%d parts of bodies beside another exchange, want 6", n)
	}
	tapetest.Must(t, s.Close())
}

// If the machine crashes, what was not synced is lost, and a half-written page can destroy the
// tape.
func TestATapeIsSynced(t *testing.T) {
	opened, err := Open(filepath.Join(t.TempDir(), "tape"))
	tapetest.Must(t, err)
	s := opened.(*boltStore)
	if s.db.NoSync || s.db.NoGrowSync || s.db.NoFreelistSync {
		t.Errorf("NoSync %v, NoGrowSync %v, NoFreelistSync %v: want none", s.db.NoSync, s.db.NoGrowSync, s.db.NoFreelistSync)
	}
	tapetest.Must(t, s.Close())
}

// A burst of recordings fills several buffers. The next one uses them again, and they hold nothing
// that is still needed.
func TestTheBuffersOfRecordsAreUsedAgain(t *testing.T) {
	opened, err := Open(filepath.Join(t.TempDir(), "tape"))
	tapetest.Must(t, err)
	defer opened.Close()
	s := opened.(*boltStore)
	next := store.ID(1)
	burst := func(n, size int) {
		var batch []store.Entry
		for range n {
			batch = append(batch, store.Entry{Exchange: tapetest.Exchange(next, "GET", fmt.Sprintf("http://h/%d", next), strings.Repeat("x", size))})
			next++
		}
		tapetest.Must(t, s.Append(batch))
	}
	buffers := func() map[*byte]bool {
		set := make(map[*byte]bool)
		for _, b := range s.spare {
			set[&b[:1][0]] = true
		}
		return set
	}
	burst(100, 10<<10)
	first := buffers()
	if len(first) < 4 {
		t.Fatalf("%d buffers are kept after 1 MB", len(first))
	}
	burst(100, 10<<10)
	if again := buffers(); !maps.Equal(first, again) {
		t.Errorf("%d buffers after the first burst, %d after the second, and they are not the same", len(first), len(again))
	}
	burst(1000, 10<<10)
	burst(1, blobFrom-1) // fits
	burst(6, blobFrom-1) // the fifth makes a buffer longer
	if n := len(s.spare); n > mostSpare {
		t.Errorf("%d buffers are kept", n)
	}
	for _, b := range s.spare {
		if cap(b) != recordsRoom || len(b) != 0 {
			t.Errorf("a buffer of %d bytes, %d in use, is kept", cap(b), len(b))
		}
	}
	n := 0
	for x, err := range s.Scan(0) {
		tapetest.Must(t, err)
		n++
		if want := "http://h/" + strconv.Itoa(int(x.ID)); x.Request.URL != want || strings.Trim(string(x.Response.Body), "x") != "" {
			t.Fatalf("exchange %d is of %s", x.ID, x.Request.URL)
		}
	}
	if n != int(next)-1 {
		t.Errorf("%d exchanges of %d", n, next-1)
	}
}
