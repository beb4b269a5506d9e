package sqlite_test

import (
	"errors"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"github.com/gracy-go/gracy/internal/long"
	"github.com/gracy-go/gracy/internal/race"
	"github.com/gracy-go/gracy/replay/internal/sharedtest"
	"github.com/gracy-go/gracy/replay/internal/tapetest"
	"github.com/gracy-go/gracy/replay/store"
)

// Reindex takes linear time, and memory for one page and for what SQLite sorts with.
func TestReindexOfManyExchanges(t *testing.T) {
	long.Only(t)
	sizes := [...]int{10_000, 80_000}
	if race.Enabled {
		sizes = [...]int{2_000, 16_000}
	}
	var each [len(sizes)]time.Duration // processor time for one exchange
	var resident [len(sizes)]int
	for i, size := range sizes {
		s := open(t, filepath.Join(t.TempDir(), "tape.sqlite"))
		sharedtest.Many(t, s, size)
		runtime.GC()
		seen := 0
		took, most := usage(func() {
			tapetest.Must(t, s.Reindex("other", func(x *store.Exchange) store.Key {
				seen++
				return sharedtest.ElsewhereKey(x)
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
