package mongodb

import (
	"context"
	"slices"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"github.com/gracy-go/gracy/replay/store"
)

const removePage = 1000

// nobody is the owner of a place that is being removed: first its parts, and then the place.
const nobody = ""

// brief is a document without its exchange.
type brief struct {
	ID    string `bson:"_id"`
	Batch string `bson:"batch"`
	Parts bool   `bson:"parts"`
}

// brief calls fn with up to n documents that match, or with all if n is 0.
func (s *link) brief(ctx context.Context, filter bson.D, n int64, fn func(*brief) error) error {
	fields := bson.D{{Key: "_id", Value: 1}, {Key: "batch", Value: 1}, {Key: "parts", Value: 1}}
	return each(ctx, s.exchanges, filter, options.Find().SetProjection(fields).SetLimit(n), func(b *brief) (bool, error) { return true, fn(b) })
}

func (s *mongoStore) Delete(ids ...store.ID) error {
	for len(ids) > 0 {
		n := min(len(ids), removePage)
		filter := bson.D{{Key: "_id", Value: bson.D{{Key: "$in", Value: s.ids(ids[:n])}}}}
		if err := s.write(func(ctx context.Context) error { return s.remove(ctx, filter) }); err != nil {
			return err
		}
		ids = ids[n:]
	}
	return nil
}

// remove removes the exchanges and places that match. A document with parts first becomes a place
// of nobody, so that parts are never left without a document.
func (s *link) remove(ctx context.Context, filter bson.D) error {
	// Use $and: servers disagree about a filter with the same field twice, and filter may have an
	// owner.
	filter = bson.D{{Key: "$and", Value: bson.A{filter, bson.D{{Key: "owner", Value: bson.D{{Key: "$ne", Value: nobody}}}}}}}
	only := func(ids []string) bson.D {
		return bson.D{{Key: "$and", Value: bson.A{filter, bson.D{{Key: "_id", Value: bson.D{{Key: "$in", Value: ids}}}}}}}
	}
	inParts := false
	for {
		var plain, long []string
		err := s.brief(ctx, filter, removePage, func(b *brief) error {
			if b.Parts {
				long = append(long, b.ID)
			} else {
				plain = append(plain, b.ID)
			}
			return nil
		})
		if err != nil {
			return err
		}
		if len(plain)+len(long) == 0 {
			break
		}
		if len(plain) > 0 {
			if _, err := s.exchanges.DeleteMany(ctx, only(plain)); err != nil {
				return err
			}
		}
		if len(long) > 0 {
			inParts = true
			_, err := s.exchanges.UpdateMany(ctx, only(long), bson.D{
				{Key: "$set", Value: bson.D{{Key: "owner", Value: nobody}, {Key: "touched", Value: time.Unix(0, 0)}}},
				{Key: "$unset", Value: bson.D{{Key: "tape", Value: ""}}},
			})
			if err != nil {
				return err
			}
		}
	}
	if !inParts {
		return nil
	}
	return s.purge(ctx)
}

// purge removes the parts of the places of nobody, and then the places.
func (s *link) purge(ctx context.Context) error {
	filter := bson.D{{Key: "touched", Value: time.Unix(0, 0)}, {Key: "owner", Value: nobody}, {Key: "_id", Value: beginning(s.prefix(), "")}}
	var ids []string
	err := s.brief(ctx, filter, 0, func(b *brief) error {
		ids = append(ids, b.ID)
		return nil
	})
	if err != nil {
		return err
	}
	// Many at once: with a round trip or two for each, a thousand would take all the time of a
	// call.
	for ids := range slices.Chunk(ids, updatePage) {
		theirs := make(bson.A, len(ids))
		for i, id := range ids {
			theirs[i] = bson.D{{Key: "_id", Value: beginning(partsOf(id), "")}}
		}
		if _, err := s.parts.DeleteMany(ctx, bson.D{{Key: "$or", Value: theirs}}); err != nil {
			return err
		}
		if _, err := s.exchanges.DeleteMany(ctx, bson.D{{Key: "_id", Value: bson.D{{Key: "$in", Value: ids}}}, {Key: "owner", Value: nobody}}); err != nil {
			return err
		}
	}
	return nil
}
