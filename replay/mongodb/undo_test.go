package mongodb_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/gracy-go/gracy/replay/internal/sharedtest"
	"github.com/gracy-go/gracy/replay/internal/tapetest"
	"github.com/gracy-go/gracy/replay/mongodb"
	"github.com/gracy-go/gracy/replay/store"
)

// If an Append fails and cannot be undone because the server is gone, it is undone before the next
// Append, or by Close. A tape appends a failed batch again, one exchange at a time.
func TestAnAppendThatCouldNotBeUndone(t *testing.T) {
	for _, closes := range []bool{false, true} {
		sharedtest.Within(t, 500*time.Millisecond, func(tb testing.TB, timeout time.Duration) {
			tb.Helper()
			r, uri := through(tb, server(tb))
			s := open(tb, uri, "a", mongodb.Options{Timeout: timeout})
			batch := []store.Entry{{Exchange: tapetest.Numbered(0)}, {Exchange: tapetest.Numbered(1)}}
			r.CutReply("\x02insert\x00", true)
			start := time.Now()
			if err := s.Append(batch); err == nil {
				tb.Fatal("an Append of which no end was seen is no error")
			}
			if took := time.Since(start); took > 2*timeout+10*time.Second {
				tb.Errorf("it took %v", took)
			}
			r.Deaf(false)
			want := 0
			if !closes {
				tapetest.Must(tb, s.Append(batch[:1]))
				tapetest.Must(tb, s.Append(batch[1:]))
				want = 2
			}
			start = time.Now()
			tapetest.Must(tb, s.Close())
			if time.Since(start) >= timeout { // Close does not say that it has not undone it
				tb.Error("Close:", context.DeadlineExceeded)
			}
			if got := tapetest.IDs(tb, open(tb, uri, "a", mongodb.Options{}), 0); len(got) != want {
				tb.Errorf("there are %v, want %d", got, want)
			}
		})
	}
}

// A server may do an insert after the Append that sent it has failed and was undone. Nothing of it is
// there twice when the Append is repeated, and nothing of it is left by Close.
func TestAnInsertThatIsDoneTooLate(t *testing.T) {
	long := strings.Repeat("\x01long", store.PartSize)
	batch := []store.Entry{{Exchange: tapetest.Numbered(0)}, {Exchange: tapetest.Numbered(1)}, {Exchange: tapetest.Exchange(3, "GET", "http://api.test/long", long)}}
	for _, repeated := range []bool{true, false} {
		base := server(t)
		var name atomic.Value // of the batch that failed
		var inserts atomic.Int64
		uri := asMember(t, base, func(command string, body bson.Raw) bson.D {
			switch {
			case command == "insert" && body.Lookup("insert").StringValue() == "gracy_exchange" && inserts.Add(1) == 1:
				return failure(1, "not done yet")
			case command == "find":
				if batch, ok := body.Lookup("filter", "$and", "0", "batch").StringValueOK(); ok {
					name.CompareAndSwap(nil, batch)
				}
			}
			return nil
		})
		s := open(t, uri, "a", mongodb.Options{})
		if err := s.Append(batch); err == nil || name.Load() == nil {
			t.Fatalf("Append returns %v and has undone the batch %v: the test does not test what it should", err, name.Load())
		}
		exchanges := database(t, base).Collection("gracy_exchange")
		for _, d := range documentsOf(t, batch[:2]) {
			d["batch"] = name.Load()
			_, err := exchanges.InsertOne(t.Context(), d)
			tapetest.Must(t, err)
		}
		owner, _, _ := strings.Cut(name.Load().(string), "-")
		_, err := exchanges.InsertOne(t.Context(), bson.D{{Key: "_id", Value: "a/0000000000000003"}, {Key: "owner", Value: owner}, {Key: "batch", Value: name.Load()}, {Key: "parts", Value: true}})
		tapetest.Must(t, err)
		var want []store.ID
		if repeated {
			tapetest.Must(t, s.Append(batch[:1])) // as a tape does it, one at a time
			tapetest.Must(t, s.Append(batch[1:]))
			want = []store.ID{1, 2, 3}
		}
		tapetest.Must(t, s.Close())
		s = open(t, base, "a", mongodb.Options{})
		if got := tapetest.IDs(t, s, 0); !slices.Equal(got, want) {
			t.Errorf("repeated %t: there are %v, want %v", repeated, got, want)
		}
		if n, err := exchanges.CountDocuments(t.Context(), bson.D{}); int(n) != len(want) || err != nil {
			t.Errorf("repeated %t: there are %d documents, %v, want %d", repeated, n, err, len(want))
		}
		if x, err := s.Find(batch[2].Key, 0); repeated {
			tapetest.Must(t, err)
			x, err = store.WithBody(s, x)
			if err != nil || string(x.Response.Body) != long {
				t.Errorf("the long body is not what it was: %v", err)
			}
		}
	}
}

// documentsOf returns the documents of exchanges on a tape a.
func documentsOf(t *testing.T, batch []store.Entry) (docs []bson.M) {
	t.Helper()
	uri := server(t)
	tapetest.Must(t, open(t, uri, "a", mongodb.Options{}).Append(batch))
	cursor, err := database(t, uri).Collection("gracy_exchange").Find(t.Context(), bson.D{})
	tapetest.Must(t, err)
	tapetest.Must(t, cursor.All(t.Context(), &docs))
	return docs
}

// A batch that is stored is no error of Append if what it replaces cannot be removed. The next Append
// removes it, or Close, which otherwise says that it is still there.
func TestAReplacedExchangeThatCouldNotBeRemoved(t *testing.T) {
	for name, c := range map[string]struct {
		appends, back bool
		left          int
	}{"next Append": {true, true, 2}, "Close": {false, true, 1}, "neither": {false, false, 2}} {
		t.Run(name, func(t *testing.T) {
			sharedtest.Within(t, 500*time.Millisecond, func(tb testing.TB, timeout time.Duration) {
				tb.Helper()
				r, uri := through(tb, server(tb))
				s := open(tb, uri, "a", mongodb.Options{Timeout: timeout})
				old := tapetest.Exchange(1, "GET", "http://api.test/a", "old")
				tapetest.Must(tb, s.Append([]store.Entry{{Exchange: old}}))
				r.CutReply("$ne\x00", true) // of the first command that removes
				tapetest.Must(tb, s.Append([]store.Entry{{Exchange: tapetest.Exchange(2, "GET", "http://api.test/a", "new"), Replace: 2}}))
				if r.Replies() != 1 { // or the time was over before
					tb.Errorf("nothing was removed (%v): the test does not test what it should", context.DeadlineExceeded)
				}
				r.Deaf(!c.back)
				if c.appends {
					tapetest.Must(tb, s.Append([]store.Entry{{Exchange: tapetest.Exchange(3, "GET", "http://api.test/b", "other")}}))
				}
				if err := s.Close(); errors.Is(err, context.DeadlineExceeded) == c.back {
					tb.Errorf("Close returns %v", err)
				}
				r.Deaf(false)
				if got := tapetest.IDs(tb, open(tb, uri, "a", mongodb.Options{}), 0); len(got) != c.left {
					tb.Errorf("there are %v, want %d", got, c.left)
				}
			})
		})
	}
}
