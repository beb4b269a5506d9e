package sqlite_test

import (
	"errors"
	"fmt"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/gracy-go/gracy/internal/long"
	"github.com/gracy-go/gracy/internal/race"
	"github.com/gracy-go/gracy/replay/internal/tapetest"
	"github.com/gracy-go/gracy/replay/store"
)

func TestReindex(t *testing.T) {
	path := filepath.Join(t.TempDir(), "tape.sqlite")
	s := open(t, path)
	const n = 600 // more than two pages
	var batch []store.Entry
	for i := range n {
		batch = append(batch, store.Entry{Exchange: tapetest.Exchange(store.ID(i+1), "GET", fmt.Sprintf("http://api.test/%d", i), "x")})
	}
	tapetest.Must(t, s.Append(batch))
	other := func(x *store.Exchange) store.Key {
		return tapetest.Exchange(0, "GET", "http://other.test"+x.Request.ParseURL().Path, "").Key
	}
	tapetest.Must(t, s.Reindex("other", other))
	for _, e := range batch {
		if x, err := s.Find(other(e.Exchange), 0); err != nil || x == nil || x.ID != e.ID || x.Key.Sum != other(e.Exchange).Sum {
			t.Fatalf("by the new key of %d Find gives %v, %v", e.ID, x, err)
		}
		if x, err := s.Find(e.Key, 0); err != nil || x != nil {
			t.Fatalf("by the old key of %d Find gives %v, %v", e.ID, x, err)
		}
	}
}

// Reindex takes time in proportion, and has a page and what SQLite sorts with in memory.
func TestReindexOfManyExchanges(t *testing.T) {
	long.Only(t)
	sizes := [...]int{10_000, 80_000}
	if race.Enabled {
		sizes = [...]int{2_000, 16_000}
	}
	var each [len(sizes)]time.Duration // processor time of an exchange
	var resident [len(sizes)]int
	for i, size := range sizes {
		s := open(t, filepath.Join(t.TempDir(), "tape.sqlite"))
		for from := 0; from < size; from += 1000 {
			var batch []store.Entry
			for k := range 1000 {
				n := from + k
				batch = append(batch, store.Entry{Exchange: tapetest.Exchange(store.ID(n+1), "GET", fmt.Sprintf("http://api.test/%d", n*7919%size), body("x", n))})
			}
			tapetest.Must(t, s.Append(batch))
		}
		runtime.GC()
		seen := 0
		took, most := usage(func() {
			tapetest.Must(t, s.Reindex("other", func(x *store.Exchange) store.Key {
				seen++
				return tapetest.Exchange(0, "GET", "http://other.test"+x.Request.ParseURL().Path, "").Key
			}))
		})
		each[i], resident[i] = took/time.Duration(size), most
		if seen != size {
			t.Errorf("%d keys were made, want %d", seen, size)
		}
		tapetest.Must(t, s.Close())
	}
	t.Logf("of %v exchanges one takes %v of processor time, the process at most %v KiB", sizes, each, resident)
	if each[1] > 3*each[0] {
		t.Errorf("of eight times as many exchanges one takes %v, after %v", each[1], each[0])
	}
	if resident[1] > resident[0]+(12<<10) {
		t.Errorf("eight times as many exchanges take %d KiB, after %d", resident[1], resident[0])
	}
}

// Keys of two kinds on one tape would find each other never.
func TestAnotherRecipe(t *testing.T) {
	path := filledOnly(t)
	a, b := open(t, path), open(t, path)
	key := func(x *store.Exchange) store.Key { return x.Key }
	tapetest.Must(t, a.Reindex("of a", key))
	for what, err := range map[string]error{"Append": b.Append([]store.Entry{{Exchange: tapetest.Numbered(7)}}), "Reindex": b.Reindex("of b", key)} {
		if !errors.Is(err, store.ErrLocked) || !strings.Contains(err.Error(), "indexed it anew") {
			t.Errorf("after another has indexed, %s returns %v, want ErrLocked", what, err)
		}
	}
	if r, err := b.Recipe(); r != "of a" || err != nil {
		t.Errorf("Recipe is %q, %v", r, err)
	}
	tapetest.Must(t, b.Append([]store.Entry{{Exchange: tapetest.Numbered(7)}}))
}

func TestReindexFindsARecordWithoutKeys(t *testing.T) {
	path := filledOnly(t)
	change(t, path, `DELETE FROM gracy_exchange WHERE id = 2`)
	s := open(t, path)
	if err := s.Reindex("other", func(x *store.Exchange) store.Key { return x.Key }); !errors.Is(err, store.ErrFormat) {
		t.Errorf("Reindex returns %v, want a FormatError", err)
	}
	if x, err := s.Find(tapetest.Numbered(0).Key, 0); x == nil || err != nil {
		t.Errorf("after a Reindex that failed, Find gives %v, %v", x, err)
	}
}
