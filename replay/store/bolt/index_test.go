package bolt

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strconv"
	"testing"

	"go.etcd.io/bbolt"

	"github.com/gracy-go/gracy/replay/internal/tapetest"
	"github.com/gracy-go/gracy/replay/store"
)

// An index in memory finds what an index in the file finds.
func TestReindexInMemory(t *testing.T) {
	path := filepath.Join(t.TempDir(), "tape")
	s, err := Open(path)
	tapetest.Must(t, err)
	var batch []store.Entry
	for i := range 60 {
		x := tapetest.Exchange(store.ID(i+1), "GET", fmt.Sprintf("http://h%d/%d?%d", i%2, i%5, i%20), "")
		batch = append(batch, store.Entry{Exchange: x})
	}
	tapetest.Must(t, s.Append(batch))
	tapetest.Must(t, s.Close())
	// The new keys do not contain the query.
	key := func(x *store.Exchange) store.Key {
		u := x.Request.ParseURL()
		return tapetest.Exchange(1, "GET", "http://"+u.Host+u.Path, "").Key
	}
	list := func(s store.IndexStore) (text string) {
		for _, url := range []string{"http://h0/0", "http://h1/3", "http://h2/0", "http://h0/0?0"} {
			k := tapetest.Exchange(1, "GET", url, "").Key
			for after := store.ID(0); ; {
				x, err := s.Find(k, after)
				tapetest.Must(t, err)
				if x == nil {
					break
				}
				after = x.ID
				text += fmt.Sprint(url, x.ID, x.Key, "\n")
			}
			near, err := s.Near(k, 4)
			tapetest.Must(t, err)
			for _, x := range near {
				text += fmt.Sprint("near ", x.ID, x.Key, "\n")
			}
		}
		recipe, err := s.Recipe()
		tapetest.Must(t, err)
		return text + recipe
	}
	reader, err := OpenReadOnly(path)
	tapetest.Must(t, err)
	before := list(reader)
	tapetest.Must(t, reader.Reindex("new", key))
	inMemory := list(reader)
	tapetest.Must(t, reader.Close())
	writer, err := Open(path)
	tapetest.Must(t, err)
	defer writer.Close()
	if got := list(writer); got != before {
		t.Errorf("the file was changed:\n%s\nwas\n%s", got, before)
	}
	tapetest.Must(t, writer.Reindex("new", key))
	if inFile := list(writer); inMemory != inFile || inMemory == before {
		t.Errorf("in memory\n%s\nin the file\n%s", inMemory, inFile)
	}
}

// New keys are put in their own order, not in that of the records. A transaction that puts random
// keys into the tree takes quadratic time.
func TestKeysMadeAnewAreInOrder(t *testing.T) {
	path := filepath.Join(t.TempDir(), "tape")
	s, err := Open(path)
	tapetest.Must(t, err)
	defer s.Close()
	var batch []store.Entry
	for i := range 100 {
		batch = append(batch, store.Entry{Exchange: tapetest.Exchange(store.ID(i+1), "GET", fmt.Sprintf("http://h/%d", i*37%100), "")})
	}
	tapetest.Must(t, s.Append(batch))
	b := s.(*boltStore)
	tapetest.Must(t, b.view(func(r *reading) error {
		keys, err := r.indexKeys(0, func(x *store.Exchange) store.Key { return x.Key })
		if len(keys) != 100 || !slices.IsSortedFunc(keys, bytes.Compare) {
			t.Errorf("%d keys, in order: %v", len(keys), slices.IsSortedFunc(keys, bytes.Compare))
		}
		return err
	}))
}

// Numbered paths fill the pages of the index, in whatever order their lengths come. Random paths
// put a few keys at a time into each page, and no page is left with only those.
func TestPagesOfTheIndexAreFull(t *testing.T) {
	const n, batch = 12_000, 500
	r := rand.New(rand.NewPCG(1, 2)) //nolint:gosec // the order of a test
	for _, c := range []struct {
		name string
		path func(i int) string
		want float64 // of the bytes of the pages, at least
	}{
		{"numbered", strconv.Itoa, 0.9},
		{"at random", func(int) string { return strconv.FormatUint(r.Uint64(), 36) }, 0.6},
	} {
		s, err := openWaiting(filepath.Join(t.TempDir(), "tape"), batch)
		tapetest.Must(t, err)
		s.db.NoSync = true
		for i := 0; i < n; i += batch {
			var list []store.Entry
			for j := range batch {
				list = append(list, store.Entry{Exchange: tapetest.Exchange(store.ID(i+j+1), "GET", "http://h/"+c.path(i+j), "")})
			}
			tapetest.Must(t, s.Append(list))
		}
		tapetest.Must(t, s.db.View(func(tx *bbolt.Tx) error {
			stats := bucket(tx, bucketIdx).Stats()
			if full := float64(stats.LeafInuse) / float64(stats.LeafAlloc); stats.KeyN != n || full < c.want {
				t.Errorf("%s: %d keys, pages %.2f full, want %d and %.1f", c.name, stats.KeyN, full, n, c.want)
			}
			return nil
		}))
		tapetest.Must(t, s.Close())
	}
}
