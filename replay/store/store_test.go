package store_test

import (
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/gracy-go/gracy/replay/internal/tapetest"
	"github.com/gracy-go/gracy/replay/store"
	"github.com/gracy-go/gracy/replay/store/bolt"
	"github.com/gracy-go/gracy/replay/store/text"
)

// The lengths from which and into which bolt cuts a body.
const (
	longBody = 64 << 10
	bodyPart = 256 << 10
)

// storages open a new file in each storage; reopen closes it and opens it again.
func storages() map[string]func(t *testing.T) (s store.Store, reopen func() store.Store) {
	all := make(map[string]func(t *testing.T) (store.Store, func() store.Store))
	for name, open := range map[string]func(string) (store.Store, error){"bolt": bolt.Open, "text": text.Open} {
		all[name] = func(t *testing.T) (store.Store, func() store.Store) {
			t.Helper()
			path := filepath.Join(t.TempDir(), "tape")
			s, err := open(path)
			tapetest.Must(t, err)
			t.Cleanup(func() { _ = s.Close() })
			return s, func() store.Store {
				tapetest.Must(t, s.Close())
				s, err = open(path)
				tapetest.Must(t, err)
				return s
			}
		}
	}
	all["memory"] = func(*testing.T) (store.Store, func() store.Store) { // that of the tests
		s := &tapetest.Memory{}
		return s, func() store.Store { return s }
	}
	return all
}

func TestStore(t *testing.T) {
	for name, open := range storages() {
		t.Run(name, func(t *testing.T) {
			s, reopen := open(t)
			const n = 150 // more than a page of Scan
			long := strings.Repeat("path/", 100)
			var batch []store.Entry
			for i := range n {
				batch = append(batch, store.Entry{Exchange: tapetest.Exchange(store.ID(10+i), "GET", fmt.Sprintf("http://h%d/%s%d", i%3, long, i%5), strconv.Itoa(i))})
			}
			batch = append(batch, store.Entry{Exchange: tapetest.Exchange(500, "GET", "http://big/", strings.Repeat("x", 3*bodyPart+1))})
			tapetest.Must(t, s.Append(batch))
			for range 2 {
				for _, e := range batch {
					x, err := s.Find(e.Key, e.ID-1)
					tapetest.Must(t, err)
					if x == nil || x.ID != e.ID || string(x.Response.Body) != string(e.Response.Body) || x.Key != e.Key {
						t.Fatalf("Find %d gave %v", e.ID, x)
					}
				}
				// The next one of the same key is 15 IDs later.
				if x, err := s.Find(batch[0].Key, 10); err != nil || x == nil || x.ID != 25 {
					t.Errorf("next of 10: %v, %v", x, err)
				}
				if x, err := s.Find(batch[0].Key, 1000); x != nil || err != nil {
					t.Errorf("beyond the last: %v, %v", x, err)
				}
				if list := tapetest.IDs(t, s, 0); len(list) != n+1 || !slices.IsSorted(list) {
					t.Errorf("Scan gave %d", len(list))
				}
				if list := tapetest.IDs(t, s, 400); len(list) != 1 {
					t.Errorf("Scan after 400 gave %v", list)
				}
				if last, err := s.Last(); last != 500 || err != nil {
					t.Errorf("Last %d, %v", last, err)
				}
				near, err := s.Near(tapetest.Exchange(1, "POST", "http://h0/"+long+"0", "").Key, 4)
				tapetest.Must(t, err)
				if len(near) != 4 || near[0].Key.Path != "/"+long+"0" || near[3].Key.Host != "h0" || near[0].Key.Sum == near[1].Key.Sum {
					t.Errorf("Near gave %d", len(near))
				}
				s = reopen()
			}
			tapetest.Must(t, s.Delete(10, 500, 12345))
			if x, _ := s.Find(batch[0].Key, 0); x == nil || x.ID != 25 {
				t.Errorf("after Delete: %v", x)
			}
			// IDs are never given twice, also when the newest are gone.
			if last, _ := s.Last(); last != 500 {
				t.Logf("Last after Delete is %d", last)
			}
			if list := tapetest.IDs(t, s, 0); len(list) != n-1 {
				t.Errorf("%d left, want %d", len(list), n-1)
			}
		})
	}
}

func TestStoreReplace(t *testing.T) {
	for name, open := range storages() {
		t.Run(name, func(t *testing.T) {
			s, _ := open(t)
			tapetest.Must(t, s.Append([]store.Entry{
				{Exchange: tapetest.Exchange(1, "GET", "http://h/a", "")},
				{Exchange: tapetest.Exchange(2, "GET", "http://h/a", strings.Repeat("x", longBody))},
				{Exchange: tapetest.Exchange(3, "GET", "http://h/b", "")},
				{Exchange: tapetest.Exchange(4, "GET", "http://h/a", "")},
			}))
			tapetest.Must(t, s.Append([]store.Entry{{Exchange: tapetest.Exchange(5, "GET", "http://h/a", ""), Replace: 4}}))
			if list := tapetest.IDs(t, s, 0); !slices.Equal(list, []store.ID{3, 4, 5}) {
				t.Errorf("left %v, want 3 4 5", list)
			}
		})
	}
}

// The same request of somebody else is another key, comes first in Near, and is
// replaced too.
func TestStoreIdentities(t *testing.T) {
	for name, open := range storages() {
		t.Run(name, func(t *testing.T) {
			s, reopen := open(t)
			made := func(id store.ID, who byte) *store.Exchange {
				x := tapetest.Exchange(id, "GET", "http://h/b", "")
				x.Identity = slices.Repeat([]byte{who}, store.IdentitySize)
				x.Key = x.Key.As(x.Identity)
				return x
			}
			var batch []store.Entry
			for i := range 20 {
				batch = append(batch, store.Entry{Exchange: tapetest.Exchange(store.ID(i+1), "GET", fmt.Sprintf("http://h/b?%d", i), "")})
			}
			for _, x := range []*store.Exchange{made(31, 1), made(32, 2), made(33, 1), made(34, 0xff)} {
				batch = append(batch, store.Entry{Exchange: x})
			}
			tapetest.Must(t, s.Append(batch))
			s = reopen()
			if x, err := s.Find(made(0, 1).Key, 31); err != nil || x == nil || x.ID != 33 || !slices.Equal(x.Identity, made(0, 1).Identity) {
				t.Errorf("Find gave %v, %v", x, err)
			}
			near, err := s.Near(made(0, 7).Key, 10)
			tapetest.Must(t, err)
			seen := map[store.Key]bool{}
			for i, x := range near {
				seen[x.Key] = true
				if same := x.Key.Request() == made(0, 0).Key.Request(); same != (i < 3) {
					t.Errorf("%d: the same request %v", i, same)
				}
			}
			if len(near) != 10 || len(seen) != 10 {
				t.Errorf("Near gave %d, %d of them with another key", len(near), len(seen))
			}
			tapetest.Must(t, s.Append([]store.Entry{{Exchange: made(35, 2), Replace: 34}}))
			if list := tapetest.IDs(t, s, 30); !slices.Equal(list, []store.ID{34, 35}) {
				t.Errorf("left %v, want 34 and 35", list)
			}
		})
	}
}

func TestStoreReindex(t *testing.T) {
	for name, open := range storages() {
		t.Run(name, func(t *testing.T) {
			s, reopen := open(t)
			a, b := tapetest.Exchange(1, "GET", "http://h/a?t=1", "1"), tapetest.Exchange(2, "GET", "http://h/a?t=2", strings.Repeat("x", longBody))
			tapetest.Must(t, s.Append([]store.Entry{{Exchange: a}, {Exchange: b}}))
			key := func(x *store.Exchange) store.Key { // without the query
				url, _, _ := strings.Cut(x.Request.URL, "?")
				return tapetest.Exchange(x.ID, x.Request.Method, url, "").Key
			}
			tapetest.Must(t, s.Reindex("other", key))
			if x, _ := s.Find(a.Key, 0); x != nil {
				t.Error("found by the old key")
			}
			x, err := s.Find(key(a), 1)
			tapetest.Must(t, err)
			if x == nil || x.ID != 2 || x.Key.Sum != key(b).Sum {
				t.Fatalf("by the new key: %v", x)
			}
			if r, _ := s.Recipe(); r != "other" {
				t.Errorf("recipe %q", r)
			}
			tapetest.Must(t, s.Append([]store.Entry{{Exchange: tapetest.Exchange(3, "GET", "http://h/z", "")}}))
			s = reopen()
			if x, _ := s.Find(key(a), 0); x == nil || x.ID != 1 {
				t.Errorf("after opening again: %v", x)
			}
			tapetest.Must(t, s.Delete(2))
			if x, _ := s.Find(key(a), 1); x != nil {
				t.Errorf("deleted, and found: %v", x)
			}
			if list := tapetest.IDs(t, s, 0); !slices.Equal(list, []store.ID{1, 3}) {
				t.Errorf("left %v", list)
			}
		})
	}
}

func TestStoreAfterClose(t *testing.T) {
	for name, open := range storages() {
		t.Run(name, func(t *testing.T) {
			s, _ := open(t)
			tapetest.Must(t, s.Close())
			if err := s.Append([]store.Entry{{Exchange: tapetest.Exchange(1, "GET", "http://h/", "")}}); err == nil {
				t.Error("Append after Close succeeds")
			}
			if _, err := s.Find(store.Key{}, 0); err == nil {
				t.Error("Find after Close succeeds")
			}
		})
	}
}
