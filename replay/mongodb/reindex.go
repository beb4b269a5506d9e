package mongodb

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"github.com/gracy-go/gracy/replay/internal/rows"
	"github.com/gracy-go/gracy/replay/store"
)

// indexingFor is how long a tape stays locked after the last page of a process that indexes it. The
// process may be dead.
const indexingFor = time.Minute

// errIndexing is not final: callers wait, since indexing a new tape is soon done.
var errIndexing = fmt.Errorf("%w: another process indexes it", store.ErrLocked)

// Reindex of a read-only store changes only memory. Otherwise the tape has no recipe until all
// exchanges have their keys, so if a process dies half way, the index is made anew.
func (s *mongoStore) Reindex(recipe string, key func(*store.Exchange) store.Key) error {
	if s.opts.ReadOnly {
		m, err := rows.InMemory(s.scan, recipe, key)
		if err == nil {
			s.memory.Store(&m)
		}
		return err
	}
	if err := s.write(s.beginIndex); err != nil {
		return err
	}
	for after, n := store.ID(0), updatePage; n == updatePage; {
		err := s.write(func(ctx context.Context) (err error) {
			var last store.ID
			if last, n, err = s.reindexPage(ctx, after, key); err == nil && n > 0 {
				after = last
			}
			return err
		})
		if err != nil {
			return errors.Join(err, s.write(func(ctx context.Context) error {
				_, err := s.tapes.UpdateOne(ctx, s.indexed(), bson.D{{Key: "$unset", Value: bson.D{{Key: "indexer", Value: ""}}}})
				return err
			}))
		}
	}
	err := s.write(func(ctx context.Context) error {
		result, err := s.tapes.UpdateOne(ctx, s.indexed(), bson.D{
			{Key: "$set", Value: bson.D{{Key: "recipe", Value: recipe}}},
			{Key: "$unset", Value: bson.D{{Key: "indexer", Value: ""}}},
		})
		if err != nil || result.MatchedCount > 0 {
			return err
		}
		t, err := s.tape(ctx) // it may have been set by an update whose end we did not see
		if err == nil && (t.Recipe != recipe || t.Indexer != "") {
			err = s.stolen()
		}
		return err
	})
	if err == nil {
		s.setRecipe(recipe)
	}
	return err
}

// indexed matches the tape while this store indexes it.
func (s *mongoStore) indexed() bson.D {
	return bson.D{{Key: "_id", Value: s.name}, {Key: "indexer", Value: s.owner}}
}

// beginIndex locks the tape.
func (s *mongoStore) beginIndex(ctx context.Context) error {
	t, err := s.tape(ctx)
	if err != nil {
		return err
	}
	if t.Recipe != s.currentRecipe() && t.Indexer != s.owner {
		return s.stolen()
	}
	if err := s.indexing(ctx, t); err != nil {
		return err
	}
	var indexer any // nil matches a missing field
	if t.Indexer != "" {
		indexer = t.Indexer
	}
	// Match what was read, so that only one of two processes succeeds.
	was := bson.D{{Key: "_id", Value: s.name}, {Key: "recipe", Value: t.Recipe}, {Key: "indexer", Value: indexer}}
	result, err := s.tapes.UpdateOne(ctx, was, bson.D{
		{Key: "$set", Value: bson.D{{Key: "recipe", Value: ""}, {Key: "indexer", Value: s.owner}}},
		{Key: "$currentDate", Value: bson.D{{Key: "touched", Value: true}}},
	})
	if err == nil && result.MatchedCount == 0 {
		err = fmt.Errorf("%w: %s", errIndexing, s.path) // another was faster
	}
	return err
}

// indexing returns errIndexing while another process indexes the tape.
func (s *mongoStore) indexing(ctx context.Context, t *tape) error {
	if t.Indexer == "" || t.Indexer == s.owner {
		return nil
	}
	now, err := s.now(ctx)
	if err == nil && now.Sub(t.Touched) < indexingFor {
		err = fmt.Errorf("%w: %s", errIndexing, s.path)
	}
	return err
}

// reindexPage gives the exchanges above an ID new keys, and returns the ID of the last and
// their number.
func (s *mongoStore) reindexPage(ctx context.Context, after store.ID, key func(*store.Exchange) store.Key) (last store.ID, n int, err error) {
	for {
		result, err := s.tapes.UpdateOne(ctx, s.indexed(), bson.D{{Key: "$currentDate", Value: bson.D{{Key: "touched", Value: true}}}})
		if err == nil && result.MatchedCount == 0 {
			err = s.stolen()
		}
		if err != nil {
			return 0, 0, err
		}
		var models []mongo.WriteModel
		last, n = 0, 0
		err = s.page(ctx, after, updatePage, func(d *document) (bool, error) {
			m, id, err := newKeys(d, key)
			if m != nil {
				models = append(models, m)
			}
			last, n = id, n+1
			return true, err
		})
		if err != nil || len(models) == 0 {
			return last, n, err
		}
		changed, err := s.exchanges.BulkWrite(ctx, models, options.BulkWrite().SetOrdered(false))
		if err != nil || int(changed.MatchedCount) == len(models) {
			return last, n, err
		}
		// Some were removed meanwhile, or got keys from a process that was stopped for a while and
		// does not know that the tape is no longer its own.
	}
}

// newKeys returns the update that gives a document its new key, or nil. The update does not match
// if another process has changed the key since it was read.
func newKeys(d *document, key func(*store.Exchange) store.Key) (mongo.WriteModel, store.ID, error) {
	row, err := d.row()
	if err != nil {
		return nil, 0, err
	}
	x, err := rows.Decode(row.ID, row.Data, row.RecordCheck)
	if err != nil {
		return nil, 0, err
	}
	old, err := d.key()
	if err != nil {
		return nil, 0, err
	}
	k := rows.KeyOf(key(x))
	if k.Equal(old) {
		return nil, row.ID, nil
	}
	as := bson.D{{Key: "_id", Value: d.ID}, {Key: "keys", Value: d.Keys}}
	return mongo.NewUpdateOneModel().SetFilter(as).SetUpdate(bson.D{{Key: "$set", Value: bson.D{
		{Key: "host", Value: k.Host},
		{Key: "path", Value: k.Path},
		{Key: "method", Value: k.Method},
		{Key: "sum", Value: hex.EncodeToString(k.Sum)},
		{Key: "keys", Value: rows.KeyCheck(row.ID, k)},
	}}}), row.ID, nil
}
