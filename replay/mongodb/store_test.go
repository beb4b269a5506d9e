package mongodb_test

import (
	"context"
	"errors"
	"sync"
	"testing"

	"go.mongodb.org/mongo-driver/v2/event"
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
	if err := s.Append([]store.Entry{{Exchange: numbered(0)}}); !errors.Is(err, store.ErrClosed) {
		t.Errorf("Append after Close returns %v, want ErrClosed", err)
	}
	tapetest.Must(t, db.Client().Disconnect(t.Context()))
	if _, err := mongodb.New(t.Context(), db, "a", mongodb.Options{}); !errors.Is(err, store.ErrClosed) {
		t.Errorf("New over a client that is closed returns %v, want ErrClosed", err)
	}
}

// How the documents of the caller's database are made is no matter of ours, nor where they are read.
func TestTheSettingsOfTheDatabase(t *testing.T) {
	var mu sync.Mutex // mu guards read
	read := make(map[string]bool)
	uri := server(t)
	opts := options.Client().ApplyURI(uri).SetReadPreference(readpref.SecondaryPreferred()).
		SetBSONOptions(&options.BSONOptions{OmitEmpty: true, ObjectIDAsHexString: true}).
		SetMonitor(&event.CommandMonitor{Started: func(_ context.Context, e *event.CommandStartedEvent) {
			mu.Lock()
			defer mu.Unlock()
			mode, ok := e.Command.Lookup("$readPreference", "mode").StringValueOK()
			read[mode] = read[mode] || ok
		}})
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
	defer mu.Unlock()
	for mode := range read {
		if mode != "primary" && mode != "primaryPreferred" && mode != "" {
			t.Errorf("it reads from %s", mode)
		}
	}
}
