package mongodb_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/event"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"github.com/gracy-go/gracy/replay/internal/sharedtest"
	"github.com/gracy-go/gracy/replay/internal/tapetest"
	"github.com/gracy-go/gracy/replay/mongodb"
	"github.com/gracy-go/gracy/replay/store"
)

// A failed batch leaves no document in any collection.
func TestDocumentsOfABatchThatFailed(t *testing.T) {
	uri := server(t)
	filled(t, uri, "a", 3)
	s := open(t, uri, "a", mongodb.Options{})
	long := tapetest.Exchange(15, "GET", "http://api.test/whole", strings.Repeat("x", 5*store.PartSize))
	if err := s.Append([]store.Entry{{Exchange: tapetest.Numbered(10), Replace: 100}, {Exchange: long}, {Exchange: sharedtest.WithoutParts(20, store.PartSize)}}); err == nil {
		t.Fatal("Append without the parts is no error")
	}
	for name, want := range map[string]int64{"gracy_exchange": 3, "gracy_part": 0} {
		if n, err := database(t, uri).Collection(name).CountDocuments(t.Context(), bson.D{}); n != want || err != nil {
			t.Errorf("%s has %d documents, %v, want %d", name, n, err, want)
		}
	}
}

// commands records the names of the commands sent to a server.
type commands struct {
	mu    sync.Mutex // mu guards names
	names []string
}

// take returns the commands sent since the last call.
func (c *commands) take() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	names := c.names
	c.names = nil
	return names
}

// counted opens a tape with a client that records its commands.
func counted(t *testing.T, uri, tape string) (mongodb.Store, *commands) {
	t.Helper()
	c := new(commands)
	client, err := mongo.Connect(options.Client().ApplyURI(uri).SetMonitor(&event.CommandMonitor{Started: func(_ context.Context, e *event.CommandStartedEvent) {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.names = append(c.names, e.CommandName)
	}}))
	tapetest.Must(t, err)
	t.Cleanup(func() { _ = client.Disconnect(context.Background()) })
	s, err := mongodb.New(t.Context(), client.Database(database(t, uri).Name()), tape, mongodb.Options{})
	tapetest.Must(t, err)
	t.Cleanup(func() { _ = s.Close() })
	return s, c
}

// A lookup takes one round trip, a batch two.
func TestRoundTrips(t *testing.T) {
	uri := server(t)
	filled(t, uri, "a", 100)
	s, c := counted(t, uri, "a")
	if got := strings.Join(c.take(), " "); got != "find hello find find" {
		t.Errorf("Open of a tape that is there sends %s", got)
	}
	for _, key := range []store.Key{tapetest.Numbered(50).Key, tapetest.Exchange(1, "GET", "http://none.test/", "").Key} {
		_, err := s.Find(key, 0)
		tapetest.Must(t, err)
		if got := strings.Join(c.take(), " "); got != "find" {
			t.Errorf("Find sends %s", got)
		}
	}
	var batch []store.Entry
	for i := range 1000 {
		batch = append(batch, store.Entry{Exchange: tapetest.Numbered(200 + i)})
	}
	tapetest.Must(t, s.Append(batch))
	if got := strings.Join(c.take(), " "); got != "insert update" {
		t.Errorf("Append of 1000 sends %s", got)
	}
	tapetest.Must(t, s.Delete(1, 2, 3))
	if got := strings.Join(c.take(), " "); got != "find delete find" {
		t.Errorf("Delete sends %s", got)
	}
}

// However many exchanges others have recorded since, an Append with an ID far below the last one
// takes a few round trips.
func TestAnIDFarBehind(t *testing.T) {
	uri := server(t)
	filled(t, uri, "a", 100)
	s, c := counted(t, uri, "a")
	for i := range 2 {
		c.take()
		tapetest.Must(t, s.Append([]store.Entry{{Exchange: tapetest.Exchange(store.ID(i+1), "GET", "http://other.test/", "x")}})) //nolint:gosec // small
		if got := strings.Join(c.take(), " "); got != "insert find find find find find find insert update" {
			t.Errorf("Append of an ID far below the last sends %s", got)
		}
	}
	if got := tapetest.IDs(t, s, 100); len(got) != 2 || got[1] != 102 {
		t.Errorf("behind the last there are %v, want 101 and 102", got)
	}
}

// The exchanges that a batch replaces are found and removed many at a time. With a round trip for
// each, a batch could not finish in time over a slow network.
func TestRoundTripsOfReplace(t *testing.T) {
	s, c := counted(t, server(t), "a")
	const n = 64 + 6
	batch := make([]store.Entry, n)
	for round, want := range []string{"insert update find find", "insert update find delete find find delete find"} {
		first := store.ID(1 + round*n) //nolint:gosec // small
		for i := range batch {
			batch[i] = store.Entry{Exchange: tapetest.Exchange(first+store.ID(i), "GET", fmt.Sprintf("http://api.test/%d", i), "x"), Replace: first} //nolint:gosec // small
		}
		c.take()
		tapetest.Must(t, s.Append(batch))
		if got := strings.Join(c.take(), " "); got != want {
			t.Errorf("round %d of an Append of %d that replace sends %s, want %s", round, n, got, want)
		}
	}
	if got := tapetest.IDs(t, s, 0); len(got) != n || got[0] != n+1 {
		t.Errorf("there are %d from %d on, want %d from %d on", len(got), got[0], n, n+1)
	}
}

func TestWhatWasDamaged(t *testing.T) {
	base := server(t)
	filled(t, base, "o", 3)
	set := func(field string, value any) func(*mongo.Collection) error {
		return func(c *mongo.Collection) error {
			r, err := c.UpdateOne(t.Context(), bson.D{{Key: "_id", Value: "a/0000000000000001"}}, bson.D{{Key: "$set", Value: bson.D{{Key: field, Value: value}}}})
			if err == nil && r.ModifiedCount != 1 {
				err = errors.New("nothing was damaged")
			}
			return err
		}
	}
	other := func(c *mongo.Collection) bson.M {
		var d bson.M
		tapetest.Must(t, c.FindOne(t.Context(), bson.D{{Key: "_id", Value: "a/0000000000000002"}}).Decode(&d))
		return d
	}
	for name, damage := range map[string]func(*mongo.Collection) error{
		"a byte of the record": func(c *mongo.Collection) error {
			var d struct{ Data []byte }
			tapetest.Must(t, c.FindOne(t.Context(), bson.D{{Key: "_id", Value: "a/0000000000000001"}}).Decode(&d))
			d.Data[40] ^= 1
			return set("data", d.Data)(c)
		},
		"no record":            set("data", nil),
		"a record of a text":   set("data", "text"),
		"a checksum of a text": set("crc", "text"),
		"another checksum":     set("keys", int64(7)),
		"the record of another": func(c *mongo.Collection) error {
			d := other(c)
			return errors.Join(set("data", d["data"])(c), set("crc", d["crc"])(c))
		},
		"the key of another": func(c *mongo.Collection) error {
			first, second := tapetest.Numbered(0).Key, other(c)
			_, err := c.UpdateOne(t.Context(), bson.D{{Key: "_id", Value: "a/0000000000000002"}}, bson.D{{Key: "$set", Value: bson.D{
				{Key: "host", Value: first.Host}, {Key: "path", Value: first.Path}, {Key: "sum", Value: hexSum(first)},
			}}})
			_ = second
			return errors.Join(err, set("host", "moved.test")(c))
		},
	} {
		t.Run(name, func(t *testing.T) {
			uri := server(t)
			filled(t, uri, "a", 3)
			tapetest.Must(t, damage(database(t, uri).Collection("gracy_exchange")))
			s := open(t, uri, "a", mongodb.Options{})
			if x, err := s.Find(tapetest.Numbered(0).Key, 0); !errors.Is(err, store.ErrFormat) {
				t.Errorf("Find gives %v, %v, want a FormatError", x, err)
			}
		})
	}
	uri := server(t)
	filled(t, uri, "a", 1)
	s := open(t, uri, "a", mongodb.Options{})
	_, err := database(t, uri).Collection("gracy_tape").DeleteOne(t.Context(), bson.D{})
	tapetest.Must(t, err)
	if err := s.Append([]store.Entry{{Exchange: tapetest.Numbered(7)}}); !errors.Is(err, store.ErrFormat) {
		t.Errorf("Append to a tape that was deleted: %v, want a FormatError", err)
	}
	for what, err := range map[string]error{"Last": second(s.Last()), "Recipe": second(s.Recipe())} {
		if !errors.Is(err, store.ErrFormat) {
			t.Errorf("%s of a tape that was deleted: %v, want a FormatError", what, err)
		}
	}
}

func second[T any](_ T, err error) error { return err }
