package bolt

import (
	"errors"
	"os"
	"testing"

	"github.com/gracy-go/gracy/internal/long"
	"github.com/gracy-go/gracy/replay/internal/tapetest"
	"github.com/gracy-go/gracy/replay/store"
)

// Each byte of the pages that lead to an entry of the index is checked or does not matter: the
// entry is found, or there is an error.
func TestNoByteOfTheIndexIsLost(t *testing.T) {
	path := mixedTape(t)
	good, err := os.ReadFile(path)
	tapetest.Must(t, err)
	s, err := OpenReadOnly(path)
	tapetest.Must(t, err)
	pages := []uint64{}
	want := tapetest.Exchange(1, "GET", "http://h/77", "")
	tapetest.Must(t, s.(*boltStore).view(func(r *reading) error {
		pages = append(pages, r.root)
		idx, err := r.bucket(bucketIdx)
		tapetest.Must(t, err)
		c := idx.cursor()
		c.Seek(indexKey(want.Key, 0))
		for _, step := range c.stack {
			pages = append(pages, step.node.id)
		}
		return c.err
	}))
	tapetest.Must(t, s.Close())
	if len(pages) < 3 {
		t.Fatalf("%d pages lead to an entry", len(pages))
	}
	f, err := os.OpenFile(path, os.O_WRONLY, 0o600)
	tapetest.Must(t, err)
	write := func(b []byte, at int) {
		_, err := f.WriteAt(b, int64(at))
		tapetest.Must(t, err)
	}
	step, failed, found := 31, 0, 0
	if long.Wanted() {
		step = 3
	}
	for _, page := range pages {
		for at := 0; at < 4096; at += step {
			place := int(page)*4096 + at
			write([]byte{good[place] ^ byte(1<<(at%8))}, place)
			s, err := OpenReadOnly(path)
			if err == nil {
				var x *store.Exchange
				if x, err = s.Find(want.Key, 0); err == nil && x == nil {
					t.Errorf("page %d, byte %d: not found, and no error", page, at)
				}
				_ = s.Close()
			}
			switch {
			case err == nil:
				found++
			case errors.Is(err, store.ErrFormat):
				failed++
			default:
				t.Errorf("page %d, byte %d: %v", page, at, err)
			}
			write(good[place:place+1], place)
		}
	}
	tapetest.Must(t, f.Close())
	t.Logf("%d pages: %d found, %d errors", len(pages), found, failed)
	if failed == 0 || found == 0 {
		t.Errorf("%d found, %d errors", found, failed)
	}
}
