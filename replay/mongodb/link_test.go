package mongodb_test

import (
	"context"
	"errors"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"github.com/gracy-go/gracy/replay/internal/sharedtest"
	"github.com/gracy-go/gracy/replay/internal/tapetest"
	"github.com/gracy-go/gracy/replay/mongodb"
	"github.com/gracy-go/gracy/replay/store"
)

// through returns the URI of a server behind a relay.
func through(tb testing.TB, base string) (*sharedtest.Relay, string) {
	tb.Helper()
	u, err := url.Parse(base)
	tapetest.Must(tb, err)
	r := sharedtest.NewRelay(tb, u.Host)
	u.Host = r.Addr
	u.RawQuery = "directConnection=true"
	return r, u.String()
}

// No lookup waits forever for a silent server.
func TestTimeout(t *testing.T) {
	sharedtest.Within(t, time.Second, func(tb testing.TB, timeout time.Duration) {
		tb.Helper()
		r, uri := through(tb, server(tb))
		sharedtest.Timeout(tb, open(tb, uri, "a", mongodb.Options{Timeout: timeout}), r, timeout)
	})
}

// If the result of a write is unknown, the write is neither repeated nor lost.
func TestAWriteWhoseEndIsNotKnown(t *testing.T) {
	long := func(id store.ID) *store.Exchange {
		return tapetest.Exchange(id, "GET", "http://api.test/long", strings.Repeat("long", store.PartSize+1))
	}
	for _, command := range []string{"insert", "update", "delete"} {
		t.Run(command, func(t *testing.T) {
			r, uri := through(t, server(t))
			s := open(t, uri, "a", mongodb.Options{})
			tapetest.Must(t, s.Append([]store.Entry{{Exchange: tapetest.Numbered(0)}, {Exchange: long(2)}}))
			r.CutReply("\x02"+command+"\x00", false)
			if command == "delete" {
				tapetest.Must(t, s.Delete(2))
				tapetest.Must(t, s.Append([]store.Entry{{Exchange: long(4)}}))
			} else {
				tapetest.Must(t, s.Append([]store.Entry{{Exchange: tapetest.Numbered(2)}, {Exchange: long(4)}}))
			}
			if r.Replies() != 1 {
				t.Errorf("no %s was seen: the test does not test what it should", command)
			}
			want := 4
			if command == "delete" {
				want = 2
			}
			if got := tapetest.IDs(t, s, 0); len(got) != want {
				t.Errorf("there are %v, want %d", got, want)
			}
			x, err := s.Find(long(4).Key, 3)
			tapetest.Must(t, err)
			x, err = store.WithBody(s, x)
			if err != nil || string(x.Response.Body) != string(long(4).Response.Body) {
				t.Errorf("the long body is %v, %v", x, err)
			}
		})
	}
}

// A store waits for a server that cannot be reached for a while.
func TestConnectionsThatAreCut(t *testing.T) {
	r, uri := through(t, server(t))
	sharedtest.Meanwhile(t, open(t, uri, "a", mongodb.Options{Timeout: 20 * time.Second}), func() {
		for range 3 {
			r.Deaf(true)
			r.Cut()
			time.Sleep(300 * time.Millisecond)
			r.Deaf(false)
			time.Sleep(300 * time.Millisecond)
		}
	})
}

// Waiting for a connection of a pool ends too.
func TestAPoolThatIsTaken(t *testing.T) {
	sharedtest.Within(t, time.Second, func(tb testing.TB, timeout time.Duration) {
		tb.Helper()
		r, uri := through(tb, server(tb))
		client, err := mongo.Connect(options.Client().ApplyURI(uri).SetMaxPoolSize(1))
		tapetest.Must(tb, err)
		defer func() { _ = client.Disconnect(context.Background()) }()
		u, err := url.Parse(uri)
		tapetest.Must(tb, err)
		db := client.Database(strings.TrimPrefix(u.Path, "/"))
		s, err := mongodb.New(tb.Context(), db, "a", mongodb.Options{Timeout: timeout})
		tapetest.Must(tb, err)
		defer s.Close()
		tapetest.Must(tb, s.Append([]store.Entry{{Exchange: tapetest.Numbered(0)}}))
		r.Mute(true)
		taken, end := context.WithCancel(tb.Context())
		var wg sync.WaitGroup
		wg.Go(func() { _ = db.Collection("gracy_tape").FindOne(taken, struct{}{}).Err() })
		if _, err := s.Find(tapetest.Numbered(0).Key, 0); !errors.Is(err, context.DeadlineExceeded) {
			tb.Errorf("Find without a connection returns %v, want DeadlineExceeded", err)
		}
		end()
		wg.Wait()
		r.Mute(false)
		r.Cut()
		if x, err := s.Find(tapetest.Numbered(0).Key, 0); x == nil || err != nil {
			tb.Errorf("Find gives %v, %v", x, err)
		}
	})
}

// A lookup ends with its context, whatever the server does.
func TestALookupEndsWithItsContext(t *testing.T) {
	r, uri := through(t, server(t))
	s := open(t, uri, "a", mongodb.Options{})
	sharedtest.Contexts(t, s, open(t, uri, "a", mongodb.Options{ReadOnly: true}), r)
}

// A batch whose Append failed, although the server had stored some of it or all, is not stored again.
func TestAFailedAppendThatIsRepeated(t *testing.T) {
	for _, command := range []string{"insert", "update", "delete"} {
		t.Run(command, func(t *testing.T) {
			sharedtest.Within(t, time.Second, func(tb testing.TB, timeout time.Duration) {
				tb.Helper()
				base := server(tb)
				r, uri := through(tb, base)
				sharedtest.Repeated(tb, open(tb, uri, "a", mongodb.Options{Timeout: timeout}), open(tb, base, "a", mongodb.Options{}), r, "\x02"+command+"\x00")
			})
		})
	}
}
