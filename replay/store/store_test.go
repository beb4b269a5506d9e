package store_test

import (
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/gracy-go/gracy/internal/long"
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
// A text tape has other IDs then, in the same order, and no keys.
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
				if name == "text" {
					tapetest.Must(t, s.Reindex("", func(x *store.Exchange) store.Key {
						return tapetest.Exchange(x.ID, x.Request.Method, x.Request.URL, "").Key.As(x.Identity)
					}))
				}
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
				ids := tapetest.IDs(t, s, 0)
				if len(ids) != n+1 || !slices.IsSorted(ids) {
					t.Fatalf("Scan gave %d", len(ids))
				}
				for i, e := range batch {
					e.ID = ids[i]
					x, err := s.Find(e.Key, e.ID-1)
					tapetest.Must(t, err)
					if x == nil || x.ID != e.ID || string(x.Response.Body) != string(e.Response.Body) || x.Key != e.Key {
						t.Fatalf("Find %d gave %v", e.ID, x)
					}
				}
				if x, err := s.Find(batch[0].Key, ids[0]); err != nil || x == nil || x.ID != ids[15] {
					t.Errorf("next of the first: %v, %v", x, err)
				}
				if x, err := s.Find(batch[0].Key, ids[n]); x != nil || err != nil {
					t.Errorf("beyond the last: %v, %v", x, err)
				}
				if list := tapetest.IDs(t, s, ids[n-1]); len(list) != 1 {
					t.Errorf("Scan after the last but one gave %v", list)
				}
				if last, err := s.Last(); last != ids[n] || err != nil {
					t.Errorf("Last %d, %v", last, err)
				}
				near, err := s.Near(tapetest.Exchange(1, "POST", "http://h0/"+long+"0", "").Key, 4)
				tapetest.Must(t, err)
				if len(near) != 4 || near[0].Key.Path != "/"+long+"0" || near[3].Key.Host != "h0" || near[0].Key.Sum == near[1].Key.Sum {
					t.Errorf("Near gave %d", len(near))
				}
				s = reopen()
			}
			ids := tapetest.IDs(t, s, 0)
			tapetest.Must(t, s.Delete(ids[0], ids[n], 12345))
			if x, _ := s.Find(batch[0].Key, 0); x == nil || x.ID != ids[15] {
				t.Errorf("after Delete: %v", x)
			}
			// IDs are never given twice, also when the newest are gone.
			if last, _ := s.Last(); last != ids[n] {
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
			ids := tapetest.IDs(t, s, 0)
			if x, err := s.Find(made(0, 1).Key, ids[20]); err != nil || x == nil || x.ID != ids[22] || !slices.Equal(x.Identity, made(0, 1).Identity) {
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
			tapetest.Must(t, s.Append([]store.Entry{{Exchange: made(35, 2), Replace: ids[23]}}))
			if list := tapetest.IDs(t, s, ids[19]); !slices.Equal(list, []store.ID{ids[23], 35}) {
				t.Errorf("left %v, want the last and 35", list)
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
			if name == "text" { // the tape makes its keys at each open
				tapetest.Must(t, s.Reindex("other", key))
			}
			ids := tapetest.IDs(t, s, 0)
			if x, _ := s.Find(key(a), 0); x == nil || x.ID != ids[0] {
				t.Errorf("after opening again: %v", x)
			}
			tapetest.Must(t, s.Delete(ids[1]))
			if x, _ := s.Find(key(a), ids[0]); x != nil {
				t.Errorf("deleted, and found: %v", x)
			}
			if list := tapetest.IDs(t, s, 0); !slices.Equal(list, []store.ID{ids[0], ids[2]}) {
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

// Ten thousand recordings into a text tape take about ten times as long as a thousand,
// where one that is rewritten for each batch takes a hundred times. How long they take
// beside bbolt depends on the disk, and is only said.
func TestATextTapeGrowsInLinearTime(t *testing.T) {
	long.Only(t)
	run := func(open func(string) (store.Store, error), n int) time.Duration {
		path := filepath.Join(t.TempDir(), "tape")
		body := fmt.Sprintf(`{"text":%q,"price":1.50}`, strings.Repeat("abcdefghij ", 45))
		start := time.Now()
		s, err := open(path)
		tapetest.Must(t, err)
		var batch []store.Entry
		for i := range n {
			x := tapetest.Exchange(store.ID(i+1), "GET", "http://h/item/"+strconv.Itoa(i), body)
			if batch = append(batch, store.Entry{Exchange: x}); len(batch) == 64 || i == n-1 {
				tapetest.Must(t, s.Append(batch))
				batch = nil
			}
		}
		tapetest.Must(t, s.Close())
		return time.Since(start)
	}
	inBolt, inText, thousand := time.Hour, time.Hour, time.Hour
	for range 4 { // the best of some, in turns: other programs take time too
		inBolt = min(inBolt, run(bolt.Open, 10_000))
		inText = min(inText, run(text.Open, 10_000))
		thousand = min(thousand, run(text.Open, 1_000))
	}
	t.Logf("10 000: bbolt %v, text %v; 1000: text %v", inBolt, inText, thousand)
	if inText > 60*thousand {
		t.Errorf("10 000 recordings take %v, 1000 take %v", inText, thousand)
	}
}
