package mongodb_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
	"go.mongodb.org/mongo-driver/v2/mongo/readpref"

	"github.com/gracy-go/gracy/replay/internal/tapetest"
	"github.com/gracy-go/gracy/replay/mongodb"
	"github.com/gracy-go/gracy/replay/store"
)

func TestNewLeavesTheClientOpen(t *testing.T) {
	db := database(t, server(t))
	s, err := mongodb.New(t.Context(), db, "a", mongodb.Options{})
	tapetest.Must(t, err)
	tapetest.Must(t, s.Close())
	tapetest.Must(t, s.Close())
	tapetest.Must(t, db.Client().Ping(t.Context(), nil))
	if err := s.Append([]store.Entry{{Exchange: tapetest.Numbered(0)}}); !errors.Is(err, store.ErrClosed) {
		t.Errorf("Append after Close returns %v, want ErrClosed", err)
	}
	tapetest.Must(t, db.Client().Disconnect(t.Context()))
	if _, err := mongodb.New(t.Context(), db, "a", mongodb.Options{}); !errors.Is(err, store.ErrClosed) {
		t.Errorf("New over a client that is closed returns %v, want ErrClosed", err)
	}
}

// The settings that the caller's database has for documents and for reads do not affect a store.
func TestTheSettingsOfTheDatabase(t *testing.T) {
	var mu sync.Mutex // mu guards modes
	modes := make(map[string]string)
	uri := asMember(t, server(t), func(command string, body bson.Raw) bson.D {
		mu.Lock()
		defer mu.Unlock()
		mode, _ := body.Lookup("$readPreference", "mode").StringValueOK()
		modes[mode] = command
		return nil
	})
	opts := options.Client().ApplyURI(uri).SetReadPreference(readpref.SecondaryPreferred()).
		SetBSONOptions(&options.BSONOptions{OmitEmpty: true, ObjectIDAsHexString: true})
	client, err := mongo.Connect(opts)
	tapetest.Must(t, err)
	defer func() { _ = client.Disconnect(context.Background()) }()
	db := client.Database(database(t, uri).Name())
	s, err := mongodb.New(t.Context(), db, "a", mongodb.Options{})
	tapetest.Must(t, err)
	x := tapetest.Exchange(1, "GET", "http://api.test/", "x")
	x.Key.Host, x.Key.Path = "", ""
	key := func(*store.Exchange) store.Key { return x.Key }
	tapetest.Must(t, s.Reindex("recipe", key))
	tapetest.Must(t, s.Append([]store.Entry{{Exchange: x}}))
	if got, err := s.Find(x.Key, 0); got == nil || err != nil {
		t.Errorf("Find gives %v, %v", got, err)
	}
	mu.Lock()
	if c, ok := modes["secondaryPreferred"]; ok {
		t.Errorf("%s may read from a secondary", c)
	}
	mu.Unlock()
	s, err = mongodb.New(t.Context(), db, "a", mongodb.Options{ReadOnly: true})
	tapetest.Must(t, err)
	defer s.Close()
	mu.Lock()
	defer mu.Unlock()
	if _, ok := modes["secondaryPreferred"]; !ok {
		t.Errorf("the preference does not hold for a store that only reads: %v", modes)
	}
}

// Close ends the calls that wait for a server that is gone.
func TestCloseWhileACallWaits(t *testing.T) {
	r, uri := through(t, server(t))
	s := open(t, uri, "a", mongodb.Options{})
	r.Deaf(true)
	r.Cut()
	ended := make(chan error)
	go func() { ended <- second(s.Find(tapetest.Numbered(0).Key, 0)) }()
	go func() { ended <- s.Append([]store.Entry{{Exchange: tapetest.Numbered(0)}}) }()
	time.Sleep(500 * time.Millisecond) // until both wait
	tapetest.Must(t, s.Close())
	start := time.Now()
	for range 2 {
		if err := <-ended; !errors.Is(err, store.ErrClosed) {
			t.Errorf("the error is %v, want ErrClosed", err)
		}
	}
	if took := time.Since(start); took > 5*time.Second {
		t.Errorf("the calls ended %v behind Close", took)
	}
}
