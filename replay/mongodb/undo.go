package mongodb

import (
	"context"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/gracy-go/gracy/replay/internal/rows"
	"github.com/gracy-go/gracy/replay/store"
)

// finish does what an Append has left: it undoes one that failed, or removes what one replaces that
// is stored. It runs before the next Append, which would otherwise store again the exchanges that
// are in both.
func (s *mongoStore) finish() error {
	a := s.left.Load()
	if a == nil {
		return nil
	}
	rest := a.undo
	if a.removing {
		rest = a.replace
	}
	err := s.write(rest)
	if err == nil {
		s.left.Store(nil)
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
