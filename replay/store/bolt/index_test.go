package bolt

import (
	"bytes"
	"fmt"
	"path/filepath"
	"slices"
	"testing"

	"github.com/gracy-go/gracy/replay/internal/tapetest"
	"github.com/gracy-go/gracy/replay/store"
)

// An index in memory finds what one in the file finds.
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
	// The new keys leave the query out.
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

// D17 of the review: keys that are made anew come in their order, whatever that of the
// records, since a tree takes a transaction of random keys in quadratic time.
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
