package bolt

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/gracy-go/gracy/replay/internal/tapetest"
	"github.com/gracy-go/gracy/replay/store"
)

// Damage far from what is read is not seen; what is there is an error, each time.
func TestDamageElsewhere(t *testing.T) {
	path := mixedTape(t)
	good, err := os.ReadFile(path)
	tapetest.Must(t, err)
	find := func(s store.IndexStore, i int) (*store.Exchange, error) {
		return s.Find(tapetest.Exchange(1, "GET", fmt.Sprintf("http://h/%d", i), "").Key, 0)
	}
	page := 0
	opened, err := OpenReadOnly(path)
	tapetest.Must(t, err)
	tapetest.Must(t, opened.(*boltStore).view(func(r *reading) error {
		rec, err := r.bucket(bucketRec)
		tapetest.Must(t, err)
		c := rec.cursor()
		c.Seek(idBytes(595))
		page = int(c.top().node.id) //nolint:gosec // small
		return c.err
	}))
	tapetest.Must(t, opened.Close())
	b := bytes.Clone(good)
	b[page*4096+10]-- // one element less
	tapetest.Must(t, os.WriteFile(path, b, 0o600))
	for _, open := range []func(string) (store.IndexStore, error){OpenReadOnly, Open} {
		s, err := open(path)
		tapetest.Must(t, err)
		for range 2 {
			if x, err := find(s, 5); x == nil || err != nil {
				t.Errorf("a whole part: %v, %v", x, err)
			}
			if x, err := find(s, 594); x != nil || !errors.Is(err, store.ErrFormat) || !strings.Contains(err.Error(), fmt.Sprintf("page %d: ", page)) {
				t.Errorf("the damaged one: %v, %v", x, err)
			}
		}
		n := 0
		for _, err := range s.Scan(0) {
			if n++; err != nil {
				if !errors.Is(err, store.ErrFormat) {
					t.Error(err)
				}
				n = -n
			}
		}
		if n > -400 {
			t.Errorf("a scan ended after %d", n)
		}
		if !s.(*boltStore).readOnly {
			// What is removed may lead anywhere, so all is looked at before.
			if err := s.Delete(1); err != nil && !errors.Is(err, store.ErrFormat) {
				t.Errorf("removed: %v", err)
			}
			if x, err := find(s, 6); x == nil || err != nil {
				t.Errorf("afterwards: %v, %v", x, err)
			}
		}
		tapetest.Must(t, s.Close())
	}
}
