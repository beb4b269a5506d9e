package mongodb_test

import (
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/gracy-go/gracy/replay/internal/sharedtest"
	"github.com/gracy-go/gracy/replay/internal/tapetest"
	"github.com/gracy-go/gracy/replay/mongodb"
	"github.com/gracy-go/gracy/replay/store"
)

// A page takes one round trip to read and one to write, and a third one keeps the tape locked.
func TestRoundTripsOfReindex(t *testing.T) {
	s, c := counted(t, server(t), "a")
	const n = 150 // more than two pages
	batch := make([]store.Entry, n)
	for i := range batch {
		batch[i].Exchange = tapetest.Numbered(i)
	}
	tapetest.Must(t, s.Append(batch))
	c.take()
	keys := 0
	tapetest.Must(t, s.Reindex("other", func(x *store.Exchange) store.Key { keys++; return sharedtest.ElsewhereKey(x) }))
	want := "find update" + strings.Repeat(" update find update", 3) + " update"
	if got := strings.Join(c.take(), " "); got != want || keys != n {
		t.Errorf("Reindex makes %d keys and sends %s, want %d and %s", keys, got, n, want)
	}
}

// A Reindex in another process is waited for. If that process died, it holds up the others for a
// minute by the clock of the server.
func TestAnIndexerThatDied(t *testing.T) {
	sharedtest.Within(t, 500*time.Millisecond, func(tb testing.TB, timeout time.Duration) {
		tb.Helper()
		uri := server(tb)
		filled(tb, uri, "a", 3)
		s := open(tb, uri, "a", mongodb.Options{Timeout: timeout})
		key := func(x *store.Exchange) store.Key { return x.Key }
		touched := func(at time.Time) {
			tb.Helper()
			_, err := database(tb, uri).Collection("gracy_tape").UpdateOne(tb.Context(), bson.D{}, bson.D{{Key: "$set", Value: bson.D{{Key: "indexer", Value: "other"}, {Key: "touched", Value: at}}}})
			tapetest.Must(tb, err)
		}
		touched(time.Now())
		if err := s.Reindex("other", key); !errors.Is(err, store.ErrLocked) || !strings.Contains(err.Error(), "another process indexes it") {
			tb.Errorf("while another indexes, Reindex returns %v, want ErrLocked", err)
		}
		if err := s.Append([]store.Entry{{Exchange: tapetest.Numbered(5)}}); !errors.Is(err, store.ErrLocked) {
			tb.Errorf("while another indexes, Append returns %v, want ErrLocked", err)
		}
		touched(time.Now().Add(-2 * time.Minute))
		tapetest.Must(tb, s.Reindex("other", key))
		tapetest.Must(tb, s.Append([]store.Entry{{Exchange: tapetest.Numbered(5)}}))
		if got := tapetest.IDs(tb, s, 0); len(got) != 4 {
			tb.Errorf("there are %v, want four", got)
		}
	})
}

// A Reindex that fails midway unlocks the tape, which then has no recipe.
func TestAReindexThatFails(t *testing.T) {
	uri := server(t)
	filled(t, uri, "a", 3)
	s := open(t, uri, "a", mongodb.Options{})
	c := database(t, uri).Collection("gracy_exchange")
	second := bson.D{{Key: "_id", Value: "a/0000000000000002"}}
	var d bson.M
	tapetest.Must(t, c.FindOne(t.Context(), second).Decode(&d))
	set := func(data any) {
		_, err := c.UpdateOne(t.Context(), second, bson.D{{Key: "$set", Value: bson.D{{Key: "data", Value: data}}}})
		tapetest.Must(t, err)
	}
	set([]byte("damage"))
	key := func(x *store.Exchange) store.Key { return x.Key }
	if err := s.Reindex("other", key); !errors.Is(err, store.ErrFormat) {
		t.Errorf("Reindex returns %v, want a FormatError", err)
	}
	if r, err := s.Recipe(); r != "" || err != nil {
		t.Errorf("after a Reindex that failed the recipe is %q, %v", r, err)
	}
	set(d["data"])
	tapetest.Must(t, open(t, uri, "a", mongodb.Options{}).Reindex("other", key))
}

// A Reindex that stops in the middle of a page, as on a machine that sleeps, and continues after
// another process has indexed the tape, changes no key that the other has made.
func TestAnIndexerThatWasStopped(t *testing.T) {
	uri := server(t)
	filled(t, uri, "a", 3)
	stopped := open(t, uri, "a", mongodb.Options{})
	var other mongodb.Store
	on := func(host string) func(x *store.Exchange) store.Key {
		return func(x *store.Exchange) store.Key {
			return tapetest.Exchange(0, "GET", "http://"+host+x.Request.ParseURL().Path, "").Key
		}
	}
	var once sync.Once
	err := stopped.Reindex("stopped", func(x *store.Exchange) store.Key {
		once.Do(func() {
			_, err := database(t, uri).Collection("gracy_tape").UpdateOne(t.Context(), bson.D{}, bson.D{{Key: "$set", Value: bson.D{{Key: "touched", Value: time.Now().Add(-2 * time.Minute)}}}})
			tapetest.Must(t, err)
			other = open(t, uri, "a", mongodb.Options{})
			tapetest.Must(t, other.Reindex("other", on("other.test")))
		})
		return on("stopped.test")(x)
	})
	if !errors.Is(err, store.ErrLocked) {
		t.Errorf("Reindex of one that was stopped returns %v, want ErrLocked", err)
	}
	for i := range 3 {
		if x, err := other.Find(on("other.test")(tapetest.Numbered(i)), 0); x == nil || err != nil {
			t.Errorf("by the key of the other Find of %d gives %v, %v", i, x, err)
		}
	}
}

// If another process changes a key while a page is read and written, the key is made again.
func TestAKeyThatChangesMeanwhile(t *testing.T) {
	uri := server(t)
	filled(t, uri, "a", 3)
	s := open(t, uri, "a", mongodb.Options{})
	want := tapetest.Exchange(0, "GET", "http://other.test/", "").Key
	var once sync.Once
	tapetest.Must(t, s.Reindex("other", func(*store.Exchange) store.Key {
		once.Do(func() {
			_, err := database(t, uri).Collection("gracy_exchange").UpdateOne(t.Context(), bson.D{{Key: "_id", Value: "a/0000000000000002"}},
				bson.D{{Key: "$set", Value: bson.D{{Key: "host", Value: "late.test"}, {Key: "keys", Value: int64(7)}}}})
			tapetest.Must(t, err)
		})
		return want
	}))
	for after := range store.ID(3) {
		if x, err := s.Find(want, after); x == nil || x.ID != after+1 || err != nil {
			t.Errorf("behind %d Find gives %v, %v", after, x, err)
		}
	}
}
