package mongodb

import (
	"context"
	"slices"
	"sync"

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
		if !a.removing {
			s.undone.add(a)
		}
	}
	return err
}

// undo deletes what was inserted.
func (a *appending) undo(ctx context.Context) error {
	return a.s.remove(ctx, a.those(a.ids()))
}

// ids returns the IDs of the batch.
func (a *appending) ids() []store.ID {
	ids := make([]store.ID, len(a.List))
	for i, r := range a.List {
		ids[i] = rows.ID(r.ID)
	}
	return ids
}

// those matches what this batch has inserted under some IDs.
func (a *appending) those(ids []store.ID) bson.D {
	return bson.D{{Key: "_id", Value: bson.D{{Key: "$in", Value: a.s.ids(ids)}}}, {Key: "batch", Value: a.name}}
}

// mostUndone is how many batches are remembered after they were undone.
const mostUndone = 64

// An undone has the last batches that were undone. A server may still insert them: the driver gives
// up a command whose time is over, and the server need not have begun it.
type undone struct {
	mu    sync.Mutex // mu guards both
	names []string
	ids   [][]store.ID // of each
}

func (u *undone) add(a *appending) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if len(u.names) == mostUndone {
		u.names, u.ids = u.names[1:], u.ids[1:]
	}
	u.names, u.ids = append(u.names, a.name), append(u.ids, a.ids())
}

// has reports whether a batch was undone.
func (u *undone) has(batch string) bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	return slices.Contains(u.names, batch)
}

// all returns the batches that were undone and their IDs.
func (u *undone) all() (names []string, ids []store.ID) {
	u.mu.Lock()
	defer u.mu.Unlock()
	return slices.Clone(u.names), slices.Concat(u.ids...)
}

// removeLate removes what was inserted, under some IDs, after it was undone. nil is all IDs.
func (s *mongoStore) removeLate(ctx context.Context, ids []store.ID) error {
	names, all := s.undone.all()
	if ids == nil {
		ids = all
	}
	for ids := range slices.Chunk(ids, removePage) {
		if err := s.remove(ctx, bson.D{{Key: "_id", Value: bson.D{{Key: "$in", Value: s.ids(ids)}}}, {Key: "batch", Value: bson.D{{Key: "$in", Value: names}}}}); err != nil {
			return err
		}
	}
	return nil
}
