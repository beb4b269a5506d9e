package postgres_test

import (
	"errors"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/gracy-go/gracy/internal/long"
	"github.com/gracy-go/gracy/internal/race"
	"github.com/gracy-go/gracy/replay/internal/tapetest"
	"github.com/gracy-go/gracy/replay/postgres"
	"github.com/gracy-go/gracy/replay/store"
)

func TestReindex(t *testing.T) {
	url := server(t)
	s := open(t, url, "a", postgres.Options{})
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

// Reindex makes each key once and has a page in memory; how long it takes is said.
func TestReindexOfManyExchanges(t *testing.T) {
	long.Only(t)
	sizes := []int{5_000, 20_000}
	if race.Enabled {
		sizes = []int{2_000, 8_000}
	}
	var took [2]time.Duration
	var peak [2]uint64
	for i, size := range sizes {
		s := open(t, server(t), "a", postgres.Options{})
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
		start := time.Now()
		tapetest.Must(t, s.Reindex("other", func(x *store.Exchange) store.Key {
			if seen++; seen%1000 == 0 {
				var m runtime.MemStats
				runtime.ReadMemStats(&m)
				peak[i] = max(peak[i], m.HeapAlloc)
			}
			return tapetest.Exchange(0, "GET", "http://other.test"+x.Request.ParseURL().Path, "").Key
		}))
		took[i] = time.Since(start)
		if seen != size {
			t.Errorf("%d keys were made, want %d", seen, size)
		}
		tapetest.Must(t, s.Close())
	}
	t.Logf("%d exchanges in %v with a heap of at most %d KiB, %d in %v with %d KiB", sizes[0], took[0], peak[0]>>10, sizes[1], took[1], peak[1]>>10)
	if peak[1] > 2*peak[0]+(8<<20) {
		t.Errorf("four times as many exchanges take %d KiB, after %d", peak[1]>>10, peak[0]>>10)
	}
}

// Keys of two kinds on one tape would find each other never.
func TestAnotherRecipe(t *testing.T) {
	url := server(t)
	filled(t, url, "a", 3)
	a, b := open(t, url, "a", postgres.Options{}), open(t, url, "a", postgres.Options{})
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
	url := server(t)
	filled(t, url, "a", 3)
	change(t, url, `DELETE FROM gracy_exchange WHERE id = 2`)
	s := open(t, url, "a", postgres.Options{})
	if err := s.Reindex("other", func(x *store.Exchange) store.Key { return x.Key }); !errors.Is(err, store.ErrFormat) {
		t.Errorf("Reindex returns %v, want a FormatError", err)
	}
}
