package replay

import (
	"fmt"
	"net/http"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

func exchange(id ID, method, url, body string) *Exchange {
	x := &Exchange{
		ID: id, Request: Request{Method: method, URL: url, Header: http.Header{}}, Start: id.Time(), Complete: true,
		Response: &Response{StatusCode: 200, Status: "200 OK", Proto: "HTTP/1.1", Body: []byte(body)},
	}
	x.Key = Match{}.key(&x.Request)
	return x
}

// storages open a new file in each storage; reopen closes it and opens it again.
func storages() map[string]func(t *testing.T) (s Store, reopen func() Store) {
	all := make(map[string]func(t *testing.T) (Store, func() Store))
	for name, open := range map[string]func(string) (Store, error){"bolt": OpenBolt, "text": OpenText} {
		all[name] = func(t *testing.T) (Store, func() Store) {
			t.Helper()
			path := filepath.Join(t.TempDir(), "tape")
			s, err := open(path)
			must(t, err)
			t.Cleanup(func() { _ = s.Close() })
			return s, func() Store {
				must(t, s.Close())
				s, err = open(path)
				must(t, err)
				return s
			}
		}
	}
	return all
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func ids(t *testing.T, s Store, after ID) (list []ID) {
	t.Helper()
	for x, err := range s.Scan(after) {
		must(t, err)
		list = append(list, x.ID)
	}
	return list
}

func TestStore(t *testing.T) {
	for name, open := range storages() {
		t.Run(name, func(t *testing.T) {
			s, reopen := open(t)
			const n = 150 // more than a page of Scan
			long := strings.Repeat("path/", 100)
			var batch []Entry
			for i := range n {
				batch = append(batch, Entry{Exchange: exchange(ID(10+i), "GET", fmt.Sprintf("http://h%d/%s%d", i%3, long, i%5), strconv.Itoa(i))})
			}
			batch = append(batch, Entry{Exchange: exchange(500, "GET", "http://big/", strings.Repeat("x", 3*blobPart+1))})
			must(t, s.Append(batch))
			for range 2 {
				for _, e := range batch {
					x, err := s.Find(e.Key, e.ID-1)
					must(t, err)
					if x == nil || x.ID != e.ID || string(x.Response.Body) != string(e.Response.Body) || x.Key != e.Key {
						t.Fatalf("Find %d gave %v", e.ID, x)
					}
				}
				// The next of the same key is 15 further on.
				if x, err := s.Find(batch[0].Key, 10); err != nil || x == nil || x.ID != 25 {
					t.Errorf("next of 10: %v, %v", x, err)
				}
				if x, err := s.Find(batch[0].Key, 1000); x != nil || err != nil {
					t.Errorf("beyond the last: %v, %v", x, err)
				}
				if list := ids(t, s, 0); len(list) != n+1 || !slices.IsSorted(list) {
					t.Errorf("Scan gave %d", len(list))
				}
				if list := ids(t, s, 400); len(list) != 1 {
					t.Errorf("Scan after 400 gave %v", list)
				}
				if last, err := s.Last(); last != 500 || err != nil {
					t.Errorf("Last %d, %v", last, err)
				}
				near, err := s.Near(exchange(1, "POST", "http://h0/"+long+"0", "").Key, 4)
				must(t, err)
				if len(near) != 4 || near[0].Key.Path != "/"+long+"0" || near[3].Key.Host != "h0" || near[0].Key.Sum == near[1].Key.Sum {
					t.Errorf("Near gave %d", len(near))
				}
				s = reopen()
			}
			must(t, s.Delete(10, 500, 12345))
			if x, _ := s.Find(batch[0].Key, 0); x == nil || x.ID != 25 {
				t.Errorf("after Delete: %v", x)
			}
			// IDs are never given twice, also when the newest are gone.
			if last, _ := s.Last(); last != 500 {
				t.Logf("Last after Delete is %d", last)
			}
			if list := ids(t, s, 0); len(list) != n-1 {
				t.Errorf("%d left, want %d", len(list), n-1)
			}
		})
	}
}

func TestStoreReplace(t *testing.T) {
	for name, open := range storages() {
		t.Run(name, func(t *testing.T) {
			s, _ := open(t)
			must(t, s.Append([]Entry{
				{Exchange: exchange(1, "GET", "http://h/a", "")},
				{Exchange: exchange(2, "GET", "http://h/a", strings.Repeat("x", blobFrom))},
				{Exchange: exchange(3, "GET", "http://h/b", "")},
				{Exchange: exchange(4, "GET", "http://h/a", "")},
			}))
			must(t, s.Append([]Entry{{Exchange: exchange(5, "GET", "http://h/a", ""), Replace: 4}}))
			if list := ids(t, s, 0); !slices.Equal(list, []ID{3, 4, 5}) {
				t.Errorf("left %v, want 3 4 5", list)
			}
		})
	}
}

func TestStoreReindex(t *testing.T) {
	for name, open := range storages() {
		t.Run(name, func(t *testing.T) {
			s, reopen := open(t)
			a, b := exchange(1, "GET", "http://h/a?t=1", "1"), exchange(2, "GET", "http://h/a?t=2", strings.Repeat("x", blobFrom))
			must(t, s.Append([]Entry{{Exchange: a}, {Exchange: b}}))
			m := Match{IgnoreQuery: []string{"t"}}
			key := func(x *Exchange) Key { return m.key(&x.Request) }
			must(t, s.Reindex("other", key))
			if x, _ := s.Find(a.Key, 0); x != nil {
				t.Error("found by the old key")
			}
			x, err := s.Find(key(a), 1)
			must(t, err)
			if x == nil || x.ID != 2 || x.Key.Sum != key(b).Sum {
				t.Fatalf("by the new key: %v", x)
			}
			if r, _ := s.Recipe(); r != "other" {
				t.Errorf("recipe %q", r)
			}
			must(t, s.Append([]Entry{{Exchange: exchange(3, "GET", "http://h/z", "")}}))
			s = reopen()
			if x, _ := s.Find(key(a), 0); x == nil || x.ID != 1 {
				t.Errorf("after opening again: %v", x)
			}
			must(t, s.Delete(2))
			if x, _ := s.Find(key(a), 1); x != nil {
				t.Errorf("deleted, and found: %v", x)
			}
			if list := ids(t, s, 0); !slices.Equal(list, []ID{1, 3}) {
				t.Errorf("left %v", list)
			}
		})
	}
}

func TestStoreAfterClose(t *testing.T) {
	for name, open := range storages() {
		t.Run(name, func(t *testing.T) {
			s, _ := open(t)
			must(t, s.Close())
			if err := s.Append([]Entry{{Exchange: exchange(1, "GET", "http://h/", "")}}); err == nil {
				t.Error("Append after Close succeeds")
			}
			if _, err := s.Find(Key{}, 0); err == nil {
				t.Error("Find after Close succeeds")
			}
		})
	}
}

func TestID(t *testing.T) {
	now := time.UnixMilli(1_700_000_000_123)
	if got := (IDAt(now) + 5).Time(); !got.Equal(now) {
		t.Errorf("got %v", got)
	}
	if IDAt(time.Time{}) != 0 || IDAt(time.UnixMilli(-5)) != 0 {
		t.Error("times before the epoch are not 0")
	}
}
