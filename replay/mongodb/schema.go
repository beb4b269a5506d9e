package mongodb

import (
	"context"
	"errors"
	"fmt"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"github.com/gracy-go/gracy/replay/internal/rows"
	"github.com/gracy-go/gracy/replay/store"
)

// A tape is the document of a tape.
type tape struct {
	Name   string `bson:"_id"`
	Schema int    `bson:"schema"`
	Recipe string `bson:"recipe"` // "" while it is indexed
	Last   int64  `bson:"last"`

	// Indexer is the owner that is giving the exchanges new keys, if any, and Touched when it
	// last did.
	Indexer string    `bson:"indexer,omitempty"`
	Touched time.Time `bson:"touched,omitempty"`
}

// begin finds the tape. It makes the tape if it is missing.
func (s *mongoStore) begin(ctx context.Context) error {
	t, err := s.tape(ctx)
	if errors.Is(err, mongo.ErrNoDocuments) {
		if s.opts.ReadOnly {
			return errMissing
		}
		if err := s.index(ctx); err != nil {
			return err
		}
		_, err := s.tapes.InsertOne(ctx, tape{Name: s.name, Schema: schema})
		if err != nil && !mongo.IsDuplicateKeyError(err) { // another may have been faster
			return err
		}
		t, err = s.tape(ctx)
		if err != nil {
			return err
		}
	} else if err != nil {
		return err
	}
	s.setRecipe(t.Recipe)
	return nil
}

// tape reads the document of the tape.
func (s *link) tape(ctx context.Context) (*tape, error) {
	raw, err := s.tapes.FindOne(ctx, bson.D{{Key: "_id", Value: s.name}}).Raw()
	if err != nil {
		return nil, err
	}
	t := new(tape)
	if err := decode(raw, t); err != nil {
		return nil, err
	}
	if t.Schema != schema {
		return nil, &store.FormatError{Path: s.path, Found: t.Schema, Want: schema, Reason: "a tape of an unknown schema"}
	}
	return t, nil
}

// index makes the indexes of all tapes if they are missing. All other lookups are by _id.
func (s *link) index(ctx context.Context) error {
	lookup := bson.D{{Key: "tape", Value: 1}, {Key: "host", Value: 1}, {Key: "path", Value: 1}, {Key: "method", Value: 1}, {Key: "sum", Value: 1}, {Key: "_id", Value: 1}}
	unfinished := bson.D{{Key: "touched", Value: 1}}
	for _, m := range []mongo.IndexModel{{Keys: lookup}, {Keys: unfinished, Options: options.Index().SetSparse(true)}} {
		// One at a time: FerretDB 1.24 ends the connection if two exist already.
		if _, err := s.exchanges.Indexes().CreateOne(ctx, m); err != nil {
			return err
		}
	}
	return nil
}

func (s *mongoStore) Last() (last store.ID, err error) {
	err = s.do(func(ctx context.Context) error {
		last, err = s.last(ctx)
		return err
	})
	return last, s.missing(err)
}

// last returns the largest ID ever stored.
func (s *link) last(ctx context.Context) (store.ID, error) {
	t, err := s.tape(ctx)
	if err != nil {
		return 0, err
	}
	// A dead process may have inserted more than it has counted.
	raw, err := s.exchanges.FindOne(ctx, bson.D{{Key: "_id", Value: beginning(s.prefix(), "")}},
		options.FindOne().SetSort(bson.D{{Key: "_id", Value: -1}}).SetProjection(bson.D{{Key: "_id", Value: 1}})).Raw()
	if errors.Is(err, mongo.ErrNoDocuments) {
		return rows.ID(t.Last), nil
	}
	if err != nil {
		return 0, err
	}
	var d document
	if err := decode(raw, &d); err != nil {
		return 0, err
	}
	id, err := idOf(d.ID)
	return max(rows.ID(t.Last), id), err
}

func (s *mongoStore) Recipe() (recipe string, err error) {
	if m := s.inMemory(); m != nil {
		return m.Recipe()
	}
	err = s.do(func(ctx context.Context) error {
		t, err := s.tape(ctx)
		if err != nil {
			return err
		}
		recipe = t.Recipe
		return s.indexing(ctx, t)
	})
	if err == nil {
		s.setRecipe(recipe)
	}
	return recipe, s.missing(err)
}

// missing explains that the document of an open tape is gone.
func (s *link) missing(err error) error {
	if errors.Is(err, mongo.ErrNoDocuments) {
		return &store.FormatError{Path: s.path, Reason: "damaged tape: its document is gone"}
	}
	return err
}

// stolen is the error after another process has reindexed the tape with another recipe.
func (s *link) stolen() error {
	return fmt.Errorf("%w: another process has reindexed it with other options: open it again: %s", store.ErrLocked, s.path)
}

// now returns the time of the server.
func (s *link) now(ctx context.Context) (time.Time, error) {
	var hello struct {
		Now time.Time `bson:"localTime"`
	}
	err := s.tapes.Database().RunCommand(ctx, bson.D{{Key: "hello", Value: 1}}).Decode(&hello)
	return hello.Now, err
}
