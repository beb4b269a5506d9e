package bolt

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/gracy-go/gracy/replay/internal/tapetest"
	"github.com/gracy-go/gracy/replay/store"
	"github.com/gracy-go/gracy/replay/storetest"
)

// openWaiting opens a tape whose keys wait, however small its index is.
func openWaiting(path string, most int) (*boltStore, error) {
	s, err := Open(path)
	if err != nil {
		return nil, err
	}
	b := s.(*boltStore)
	b.direct, b.most = 0, most
	return b, nil
}

func TestStoreWithATail(t *testing.T) {
	for _, most := range []int{5, 1000} {
		storetest.Run(t, func(dir string) (store.Store, error) { return openWaiting(filepath.Join(dir, "tape"), most) })
	}
}

func item(i int) store.Entry {
	return store.Entry{Exchange: tapetest.Exchange(store.ID(i+1), "GET", fmt.Sprintf("http://h/%d", i), "body")} //nolint:gosec // small
}

// crashed returns a tape as a crash would leave it: with n exchanges, ten for each Append, of which
// the last ones wait.
func crashed(t *testing.T, n, most int) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "tape")
	s, err := openWaiting(path, most)
	tapetest.Must(t, err)
	for i := 0; i < n; i += 10 {
		var batch []store.Entry
		for j := range 10 {
			batch = append(batch, item(i+j))
		}
		tapetest.Must(t, s.Append(batch))
	}
	if waiting := s.tails.Load().now.size; waiting != n%most {
		t.Fatalf("%d keys wait, want %d", waiting, n%most)
	}
	b, err := os.ReadFile(path)
	tapetest.Must(t, err)
	tapetest.Must(t, s.Close())
	tapetest.Must(t, os.WriteFile(path, b, 0o600))
	return path
}

// If a process ends while keys wait, the next one finds them, whether it reads or writes. A writer
// puts them into the index when it closes the tape. An earlier build, which knows only schema 1,
// can read the tape after that and not before.
func TestWhatWaitsIsFoundAfterACrash(t *testing.T) {
	path := crashed(t, 130, 50)
	for _, open := range []func(string) (store.IndexStore, error){OpenReadOnly, OpenReadOnly, Open, OpenReadOnly} {
		opened, err := open(path)
		tapetest.Must(t, err)
		s := opened.(*boltStore)
		want := 30
		if s.tails.Load().now.size == 0 {
			want = 0
		}
		var found, entries int
		tapetest.Must(t, s.view(func(r *reading) error {
			b, err := r.get(bucketMeta, []byte(metaSchema))
			found = schemaNumber(b)
			tapetest.Must(t, err)
			idx, err := r.bucket(bucketIdx)
			tapetest.Must(t, err)
			c := idx.cursor()
			for k, _ := c.Seek(nil); k != nil; k, _ = c.Next() {
				entries++
			}
			return c.err
		}))
		if entries != 130-want || (found == schemaTail) != (want > 0) {
			t.Errorf("schema %d, %d entries in the index, want %d", found, entries, 130-want)
		}
		for i := range 130 {
			if x, err := s.Find(item(i).Key, 0); err != nil || x == nil || x.ID != store.ID(i+1) { //nolint:gosec // small
				t.Fatalf("exchange %d: %v, %v", i, x, err)
			}
		}
		if near, err := s.Near(store.Key{Host: "h"}, 1000); err != nil || len(near) != 130 {
			t.Errorf("%d near, %v", len(near), err)
		}
		tapetest.Must(t, s.Close())
	}
	s, err := OpenReadOnly(path)
	tapetest.Must(t, err)
	if n := s.(*boltStore).tails.Load().now.size; n != 0 {
		t.Errorf("%d keys wait after Close", n)
	}
	tapetest.Must(t, s.Close())
}

// Two readers can share a tape that a crash has left.
func TestTwoReadersOfWhatWaits(t *testing.T) {
	path := crashed(t, 70, 50)
	a, err := OpenReadOnly(path)
	tapetest.Must(t, err)
	b, err := OpenReadOnly(path)
	tapetest.Must(t, err)
	for i := range 70 {
		for _, s := range []store.IndexStore{a, b} {
			if x, err := s.Find(item(i).Key, 0); err != nil || x == nil {
				t.Errorf("exchange %d: %v, %v", i, x, err)
			}
		}
	}
	tapetest.Must(t, errors.Join(a.Close(), b.Close()))
}

// Without the mark it is unknown which keys wait. That is an error, not a tape without them.
func TestALostMarkIsAnError(t *testing.T) {
	path := crashed(t, 70, 50)
	s, err := Open(path)
	tapetest.Must(t, err)
	b := s.(*boltStore)
	b.direct = 0
	tapetest.Must(t, b.update(func(c *change) error {
		c.removes = true // leaves no seal, as an earlier build does
		return c.meta.Delete([]byte(metaIndexed))
	}))
	tapetest.Must(t, b.db.Close())
	if _, err := Open(path); !errors.Is(err, store.ErrFormat) {
		t.Errorf("got %v, want a FormatError", err)
	}
}

// A read sees the file and the tail as of the same change. While keys are merged and removed, a
// read that begins after an Append finds what that has stored, and no key leads nowhere.
func TestReadsWhileKeysAreMerged(t *testing.T) {
	s, err := openWaiting(filepath.Join(t.TempDir(), "tape"), 20)
	tapetest.Must(t, err)
	s.db.NoSync = true // nothing needs to last
	var stored sync.Map
	done := make(chan struct{})
	var readers sync.WaitGroup
	for n := range 4 {
		readers.Go(func() {
			r := rand.New(rand.NewPCG(4, uint64(n))) //nolint:gosec // small
			for {
				select {
				case <-done:
					return
				default:
				}
				i := r.IntN(400)
				_, must := stored.Load(i)
				x, err := s.Find(item(i).Key, 0)
				if err != nil || must && x == nil && i%10 != 3 {
					t.Errorf("exchange %d: %v, %v", i, x, err)
					return
				}
			}
		})
	}
	for i := range 400 {
		tapetest.Must(t, s.Append([]store.Entry{item(i)}))
		stored.Store(i, true)
		if i%10 == 5 {
			tapetest.Must(t, s.Delete(store.ID(i-1))) // item i-2, one of those with 3 as the last digit
		}
	}
	close(done)
	readers.Wait()
	tapetest.Must(t, s.Close())
}

func TestTheTailOfAState(t *testing.T) {
	now, next := &tail{}, &tail{}
	all := &tails{from: 5, now: now, coming: 6, next: next}
	for state, want := range map[int]*tail{5: now, 6: next, 7: next} {
		if got, err := all.at(state); got != want || err != nil {
			t.Errorf("state %d has another tail, %v", state, err)
		}
	}
	if _, err := all.at(4); !errors.Is(err, errStale) {
		t.Errorf("a state before it: %v", err)
	}
}

// If the tail cannot be rebuilt, every read returns an error, rather than treating it as empty.
func TestATailThatIsLost(t *testing.T) {
	s, err := openWaiting(filepath.Join(t.TempDir(), "tape"), 50)
	tapetest.Must(t, err)
	tapetest.Must(t, s.Append([]store.Entry{item(1)}))
	lost := errors.New("lost")
	s.tails.Store(&tails{err: lost})
	if _, err := s.Find(item(1).Key, 0); !errors.Is(err, lost) {
		t.Errorf("find: %v", err)
	}
	if err := s.Append([]store.Entry{item(2)}); !errors.Is(err, lost) {
		t.Errorf("append: %v", err)
	}
	tapetest.Must(t, s.loadTail())
	if x, err := s.Find(item(1).Key, 0); err != nil || x == nil {
		t.Errorf("made anew: %v, %v", x, err)
	}
	tapetest.Must(t, s.Close())
}
