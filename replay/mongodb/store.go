package mongodb

import (
	"context"
	"errors"
	"math/rand/v2"
	"strconv"
	"sync"
	"sync/atomic"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
	"go.mongodb.org/mongo-driver/v2/mongo/readpref"

	"github.com/gracy-go/gracy/replay/internal/rows"
)

// mongoStore is the store over a link.
type mongoStore struct {
	reader
	client *mongo.Client // the client that Close disconnects, or nil
	end    func()        // ends life
	owner  string        // identifies this store among those that have the tape open

	batches  atomic.Uint64 // the number of batches
	unending atomic.Bool   // whether parts were appended, whose exchanges may never come

	left   atomic.Pointer[appending] // an Append that has left something to do, or nil
	undone undone

	mu     sync.Mutex // mu guards recipe
	recipe string     // how the keys of this session are made
}

func newStore(db *mongo.Database, tape string, opts Options) *mongoStore {
	name := rows.Text(tape)
	// Documents are encoded as the package documentation describes, whatever options the caller's
	// client has. What depends on the current state, such as which ID is free and what must be
	// undone, is read from the server that takes the writes.
	settings := options.Collection().SetBSONOptions(new(options.BSONOptions)).SetRegistry(bson.NewRegistry())
	if !opts.ReadOnly {
		settings.SetReadPreference(readpref.Primary())
	}
	life, end := context.WithCancel(context.Background())
	return &mongoStore{
		reader: reader{link: link{
			tapes: db.Collection("gracy_tape", settings), exchanges: db.Collection("gracy_exchange", settings), parts: db.Collection("gracy_part", settings),
			name: name, path: "MongoDB tape " + strconv.Quote(name), opts: opts, life: life,
		}},
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
	a := s.left.Load()
	left := s.finish()
	if a != nil && !a.removing {
		left = nil // the Append has returned its error already
	}
	if names, _ := s.undone.all(); len(names) > 0 && s.left.Load() == nil {
		_ = s.write(func(ctx context.Context) error { return s.removeLate(ctx, nil) }) // that Append has returned its error too
	}
	if s.unending.Load() {
		_ = s.abandon() // otherwise an Open an hour later does it
	}
	if s.closed.Swap(true) || s.client == nil {
		return left
	}
	// Calls in flight keep their connections until they are done. A call that still waits for a
	// server would go on waiting.
	err := disconnect(s.client, s.opts.Timeout)
	s.end()
	return errors.Join(left, s.explain(err))
}
