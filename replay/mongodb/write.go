package mongodb

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strconv"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"

	"github.com/gracy-go/gracy/replay/internal/rows"
	"github.com/gracy-go/gracy/replay/store"
)

// updatePage is how many exchanges one command changes. Finding as many is one round trip. FerretDB
// 1.24 does not finish a command with a hundred updates.
const updatePage = 64

// probes is how often a batch looks for free IDs before it takes IDs above the last. Each time is a
// round trip, and others may have recorded any number meanwhile.
const probes = 3

// An appending is an Append in progress. It continues if its connection was lost.
type appending struct {
	*rows.Batch
	s        *mongoStore
	name     string // the batch in its documents
	sent     bool   // whether any of it was sent
	removing bool   // whether it has started to remove what it replaces: then it is stored
}

func (s *mongoStore) Append(entries []store.Entry) error {
	if len(entries) == 0 {
		return nil
	}
	a := &appending{Batch: rows.Prepare(entries), s: s, name: s.owner + "-" + strconv.FormatUint(s.batches.Add(1), 36)}
	if err := a.Own(); err != nil {
		return err
	}
	if err := s.finish(); err != nil {
		return err
	}
	err := s.write(a.do)
	if err == nil || !a.sent {
		return err
	}
	// The time of the call may be over, and what is left would be replayed.
	s.left.Store(a)
	rest := s.finish()
	if a.removing {
		// The batch is stored, so this is not an error of Append: a caller would append it again.
		return nil
	}
	return errors.Join(err, rest)
}

// do does what is left.
func (a *appending) do(ctx context.Context) error {
	if err := a.insert(ctx); err != nil {
		return err
	}
	if err := a.complete(ctx); err != nil {
		return err
	}
	// This comes last: an index that is made after it includes the batch.
	if err := a.confirm(ctx); err != nil {
		return err
	}
	return a.replace(ctx)
}

// replace removes what the batch replaces.
func (a *appending) replace(ctx context.Context) error {
	for replaces := range slices.Chunk(a.Replaces, updatePage) {
		a.removing = true
		if err := a.s.remove(ctx, a.replaced(replaces)); err != nil {
			return err
		}
	}
	return nil
}

// replaced matches what the batch replaces, except its own exchanges. One that is replaced within
// the batch was not inserted.
func (a *appending) replaced(replaces []rows.Replaced) bson.D {
	s := a.s
	each := make(bson.A, len(replaces))
	for i, r := range replaces {
		least, most := r.Key.Request()
		each[i] = bson.D{
			{Key: "tape", Value: s.name},
			{Key: "host", Value: r.Key.Host},
			{Key: "path", Value: r.Key.Path},
			{Key: "method", Value: r.Key.Method},
			{Key: "sum", Value: bson.D{{Key: "$gte", Value: hex.EncodeToString(least)}, {Key: "$lte", Value: hex.EncodeToString(most)}}},
			{Key: "_id", Value: bson.D{{Key: "$lt", Value: s.id(r.Below)}}},
		}
	}
	return bson.D{{Key: "$or", Value: each}, {Key: "batch", Value: bson.D{{Key: "$ne", Value: a.name}}}}
}

// insert inserts the documents in order. For one with a long body it inserts a place and then the
// parts.
func (a *appending) insert(ctx context.Context) (err error) {
	from := 0
	if a.sent { // and the connection was lost before the outcome was seen
		if from, err = a.number(ctx, from); err != nil {
			return err
		}
	}
	for {
		docs, at := a.documents(from)
		if len(docs) == 0 {
			break
		}
		a.sent = true
		_, err := a.s.exchanges.InsertMany(ctx, docs)
		if err == nil {
			break
		}
		we, ok := errors.AsType[mongo.BulkWriteException](err)
		if !ok || len(we.WriteErrors) == 0 || !mongo.IsDuplicateKeyError(err) {
			return err
		}
		if from, err = a.number(ctx, at[we.WriteErrors[0].Index]); err != nil {
			return err
		}
	}
	var parts []store.Part
	for _, r := range a.List {
		for number, body := 0, r.Body; len(body) > 0; number++ {
			n := min(len(body), store.PartSize)
			parts = append(parts, store.Part{ID: rows.ID(r.ID), Number: number, Data: body[:n]})
			body = body[n:]
		}
	}
	return a.s.putParts(ctx, parts)
}

// documents returns the documents for InsertMany, and their indexes in the list.
func (a *appending) documents(from int) (docs []any, at []int) {
	for i, r := range a.List[from:] {
		switch {
		case r.Exchange.MissingBody() > 0: // its first part has made its place
			continue
		case len(r.Body) > 0:
			docs = append(docs, place{ID: a.s.id(rows.ID(r.ID)), Owner: a.s.owner, Parts: true, Batch: a.name})
		default:
			docs = append(docs, a.s.document(r, a.name))
		}
		at = append(at, from+i)
	}
	return docs, at
}

// number returns the index of the first exchange from the given one that is not inserted yet. It
// gives that one and the following IDs that no other process has taken.
func (a *appending) number(ctx context.Context, from int) (int, error) {
	var all []int64
	for _, r := range a.List[from:] {
		all = append(all, r.ID)
	}
	taken, ours := make(map[int64]bool), make(map[int64]bool)
	if err := a.taken(ctx, all, taken, ours); err != nil {
		return 0, err
	}
	for from < len(a.List) && (ours[a.List[from].ID] || a.List[from].Exchange.MissingBody() > 0) {
		from++
	}
	// FerretDB 1.24 continues after a document that it could not insert.
	var behind []store.ID
	for _, r := range a.List[from:] {
		if ours[r.ID] {
			behind = append(behind, rows.ID(r.ID))
			taken[r.ID] = false
		}
	}
	if len(behind) > 0 {
		if err := a.s.remove(ctx, a.those(behind)); err != nil {
			return 0, err
		}
	}
	for tries := 0; ; tries++ {
		unknown := a.Assign(from, taken)
		if len(unknown) == 0 {
			return from, a.Encode(from)
		}
		if tries == probes {
			last, err := a.s.last(ctx)
			if err != nil {
				return 0, a.s.missing(err)
			}
			a.Behind(from, rows.Number(last), taken)
			return from, a.Encode(from)
		}
		if err := a.taken(ctx, unknown, taken, ours); err != nil {
			return 0, err
		}
	}
}

// taken finds out which IDs are taken, and which of them by this batch. It removes what has taken one
// after it was undone.
func (a *appending) taken(ctx context.Context, list []int64, taken, ours map[int64]bool) error {
	ids := make([]store.ID, len(list))
	for i, id := range list {
		ids[i], taken[id] = rows.ID(id), false
	}
	var late []store.ID
	err := a.s.brief(ctx, bson.D{{Key: "_id", Value: bson.D{{Key: "$in", Value: a.s.ids(ids)}}}}, 0, func(b *brief) error {
		id, err := idOf(b.ID)
		if a.s.undone.has(b.Batch) {
			late = append(late, id)
			return err
		}
		taken[rows.Number(id)], ours[rows.Number(id)] = true, b.Batch == a.name
		return err
	})
	if err != nil || len(late) == 0 {
		return err
	}
	return a.s.removeLate(ctx, late)
}

// complete replaces the places of exchanges whose parts are stored by the exchanges.
func (a *appending) complete(ctx context.Context) error {
	s := a.s
	var models []mongo.WriteModel
	for _, r := range a.List {
		if r.Exchange.MissingBody() == 0 && len(r.Body) == 0 {
			continue
		}
		id := s.id(rows.ID(r.ID))
		models = append(models, mongo.NewReplaceOneModel().SetReplacement(s.document(r, a.name)).SetFilter(bson.D{
			{Key: "_id", Value: id},
			{Key: "$or", Value: bson.A{bson.D{{Key: "owner", Value: s.owner}}, bson.D{{Key: "batch", Value: a.name}}}},
		}))
	}
	for models := range slices.Chunk(models, updatePage) {
		a.sent = true
		result, err := s.exchanges.BulkWrite(ctx, models)
		if err != nil {
			return err
		}
		if missing := len(models) - int(result.MatchedCount); missing > 0 {
			return fmt.Errorf("replay: the parts of the bodies of %d exchanges are gone", missing)
		}
	}
	return nil
}

// confirm counts the batch. It fails if another process has reindexed the tape with another recipe,
// or is doing so: what was appended would never be found.
func (a *appending) confirm(ctx context.Context) error {
	s := a.s
	last := int64(0)
	for _, r := range a.List {
		last = max(last, r.ID)
	}
	result, err := s.tapes.UpdateOne(ctx, bson.D{
		{Key: "_id", Value: s.name},
		{Key: "recipe", Value: s.currentRecipe()},
		{Key: "indexer", Value: nil},
	}, bson.D{{Key: "$max", Value: bson.D{{Key: "last", Value: last}}}})
	if err == nil && result.MatchedCount == 0 {
		if _, err = s.tape(ctx); err == nil {
			err = s.stolen()
		}
	}
	return s.missing(err)
}
