package postgres_test

import (
	"errors"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/gracy-go/gracy/internal/long"
	"github.com/gracy-go/gracy/internal/race"
	"github.com/gracy-go/gracy/replay/internal/sharedtest"
	"github.com/gracy-go/gracy/replay/internal/tapetest"
	"github.com/gracy-go/gracy/replay/postgres"
	"github.com/gracy-go/gracy/replay/store"
)

// Reindex makes each key once, with one page in memory. How long it takes is logged.
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
		sharedtest.Many(t, s, size)
		runtime.GC()
		seen := 0
		start := time.Now()
		tapetest.Must(t, s.Reindex("other", func(x *store.Exchange) store.Key {
			if seen++; seen%1000 == 0 {
				var m runtime.MemStats
				runtime.ReadMemStats(&m)
				peak[i] = max(peak[i], m.HeapAlloc)
			}
			return sharedtest.ElsewhereKey(x)
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

func TestReindexFindsARecordWithoutKeys(t *testing.T) {
	url := server(t)
	filled(t, url, "a", 3)
	change(t, url, `DELETE FROM gracy_exchange WHERE id = 2`)
	s := open(t, url, "a", postgres.Options{})
	if err := s.Reindex("other", func(x *store.Exchange) store.Key { return x.Key }); !errors.Is(err, store.ErrFormat) {
		t.Errorf("Reindex returns %v, want a FormatError", err)
	}
}

// A Reindex whose connection breaks each time changes nothing, and can be called again.
func TestAReindexWhoseConnectionBreaks(t *testing.T) {
	url := server(t)
	filled(t, url, "a", 3)
	r, behind := through(t, url)
	s := open(t, behind, "a", postgres.Options{})
	old, err := s.Recipe()
	tapetest.Must(t, err)
	err = s.Reindex("other", func(x *store.Exchange) store.Key {
		r.Cut()
		return sharedtest.ElsewhereKey(x)
	})
	if err == nil || strings.Count(err.Error(), "replay: postgres tape") != 1 {
		t.Errorf("Reindex over a broken connection returns %v, want an error that names the tape once", err)
	}
	if now, err := s.Recipe(); now != old || err != nil {
		t.Errorf("the recipe is %q, %v, want %q", now, err, old)
	}
	if x, err := s.Find(tapetest.Numbered(0).Key, 0); x == nil || err != nil {
		t.Errorf("by the old key Find gives %v, %v", x, err)
	}
	tapetest.Must(t, s.Reindex("other", sharedtest.ElsewhereKey))
}

// A Reindex whose connection breaks begins again, and knows what it has committed.
func TestAReindexGoesOnAfterALoss(t *testing.T) {
	for _, last := range []string{"UPDATE gracy_exchange", "UPDATE gracy_tape", "commit\x00"} {
		url := server(t)
		filled(t, url, "a", 3)
		r, behind := through(t, url)
		s := open(t, behind, "a", postgres.Options{})
		_, err := s.Recipe()
		tapetest.Must(t, err)
		r.CutReply(last, false)
		if err := s.Reindex("other", sharedtest.ElsewhereKey); err != nil {
			t.Errorf("Reindex whose connection breaks after %q returns %v", last, err)
		}
		if r.Replies() != 1 {
			t.Errorf("no %q was seen: the test does not test what it should", last)
		}
		if now, err := s.Recipe(); now != "other" || err != nil {
			t.Errorf("after %q the recipe is %q, %v", last, now, err)
		}
		if x, err := s.Find(sharedtest.ElsewhereKey(tapetest.Numbered(0)), 0); x == nil || err != nil {
			t.Errorf("after %q Find by the new key gives %v, %v", last, x, err)
		}
		tapetest.Must(t, s.Append([]store.Entry{{Exchange: tapetest.Numbered(5)}}))
	}
}
