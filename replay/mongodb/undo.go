package mongodb

import (
	"context"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/gracy-go/gracy/replay/internal/rows"
	"github.com/gracy-go/gracy/replay/store"
)

// undo undoes a failed Append, unless that was done. It runs before the next Append, which would
// otherwise store again the exchanges that are in both.
func (s *mongoStore) undo() error {
	a := s.undone.Load()
	if a == nil {
		return nil
	}
	err := s.write(a.undo)
	if err == nil {
		s.undone.Store(nil)
	}
	return err
}

// undo deletes what was inserted.
func (a *appending) undo(ctx context.Context) error {
	ids := make([]store.ID, len(a.List))
	for i, r := range a.List {
		ids[i] = rows.ID(r.ID)
	}
	return a.s.remove(ctx, a.those(ids))
}

// those matches what this batch has inserted under some IDs.
func (a *appending) those(ids []store.ID) bson.D {
	return bson.D{{Key: "_id", Value: bson.D{{Key: "$in", Value: a.s.ids(ids)}}}, {Key: "batch", Value: a.name}}
}
