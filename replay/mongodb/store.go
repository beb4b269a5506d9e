package mongodb

import (
	"context"
	"math/rand/v2"
	"strconv"
	"sync"
	"sync/atomic"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
	"go.mongodb.org/mongo-driver/v2/mongo/readpref"

	"github.com/gracy-go/gracy/replay/internal/rows"
	"github.com/gracy-go/gracy/replay/store"
)

// mongoStore is the store over a link.
type mongoStore struct {
	link
	client *mongo.Client // that is ours to disconnect, nil for none
	end    func()        // ends life
	owner  string        // names this one among those that have the tape open

	batches  atomic.Uint64 // counts what is appended
	unending atomic.Bool   // parts were appended, so that some may be of an exchange that never came

	undone atomic.Pointer[appending] // an Append that failed and is to be undone, nil for none

	memory atomic.Pointer[store.IndexStore] // the index that holds, nil if that is the server's

	mu     sync.Mutex // mu guards recipe
	recipe string     // that the keys of this session are made by
}

func newStore(db *mongo.Database, tape string, opts Options) *mongoStore {
	name := rows.Text(tape)
	// Documents are encoded as described, whatever the options of the caller's client are. What
	// depends on the current state, such as which ID is free and what must be undone, is read
	// from where it is written.
	settings := options.Collection().SetBSONOptions(new(options.BSONOptions)).SetRegistry(bson.NewRegistry())
	if !opts.ReadOnly {
		settings.SetReadPreference(readpref.Primary())
	}
	life, end := context.WithCancel(context.Background())
	return &mongoStore{
		link: link{
			tapes: db.Collection("gracy_tape", settings), exchanges: db.Collection("gracy_exchange", settings), parts: db.Collection("gracy_part", settings),
			name: name, path: "MongoDB tape " + strconv.Quote(name), opts: opts, life: life,
		},
		end:   end,
		owner: strconv.FormatUint(rand.Uint64(), 36),
	}
}

func (s *mongoStore) setRecipe(recipe string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.recipe = recipe
}

func (s *mongoStore) currentRecipe() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.recipe
}

func (s *mongoStore) Close() error {
	if s.closed.Load() {
		return nil
	}
	_ = s.undo() // that it is to be undone was an error of Append
	if s.unending.Load() {
		_ = s.abandon() // or whoever opens it an hour later does
	}
	if s.closed.Swap(true) || s.client == nil {
		return nil
	}
	// Calls in flight have their connections until they are done. One that waits for a server would go on with it.
	err := disconnect(s.client, s.opts.Timeout)
	s.end()
	return s.explain(err)
}
