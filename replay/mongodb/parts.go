package mongodb

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"github.com/gracy-go/gracy/replay/internal/rows"
	"github.com/gracy-go/gracy/replay/store"
)

// staleAfter is how long the parts of an exchange that was not appended are kept after the last
// one, by the server's clock, since another process may be recording it.
const staleAfter = time.Hour

// A place is the document of an exchange of which there are only parts yet.
type place struct {
	ID      string     `bson:"_id"`
	Owner   string     `bson:"owner"`
	Touched *time.Time `bson:"touched,omitempty"` // nil in an Append, which ends within the time of a call
	Batch   string     `bson:"batch,omitempty"`
	Parts   bool       `bson:"parts"`
}

// part is the document of a part.
type part struct {
	ID   string `bson:"_id"`
	CRC  int64  `bson:"crc"`
	Data []byte `bson:"data"`
}

func (s *mongoStore) AppendParts(parts []store.Part) error {
	s.unending.Store(true)
	return s.write(func(ctx context.Context) error {
		var last store.ID
		for i, p := range parts {
			if i > 0 && p.ID == last {
				continue
			}
			last = p.ID
			if err := s.unfinished(ctx, p); err != nil {
				return err
			}
		}
		return s.putParts(ctx, parts)
	})
}

// unfinished records that an exchange is being recorded.
func (s *mongoStore) unfinished(ctx context.Context, p store.Part) error {
	filter := bson.D{{Key: "_id", Value: s.id(p.ID)}, {Key: "owner", Value: s.owner}}
	update := bson.D{{Key: "$set", Value: bson.D{{Key: "parts", Value: true}}}, {Key: "$currentDate", Value: bson.D{{Key: "touched", Value: true}}}}
	result, err := s.exchanges.UpdateOne(ctx, filter, update, options.UpdateOne().SetUpsert(p.Number == 0))
	switch {
	case mongo.IsDuplicateKeyError(err):
		return fmt.Errorf("replay: the ID %d of a body in parts was taken by another process", p.ID)
	case err == nil && result.MatchedCount+result.UpsertedCount == 0:
		return fmt.Errorf("replay: the first parts of the body of exchange %d are gone", p.ID)
	}
	return err
}

// putParts stores parts of exchanges whose places belong to this store. A part that exists came
// from an earlier call whose outcome was not seen, or from an exchange that was removed before the
// part arrived. It is replaced.
func (s *link) putParts(ctx context.Context, parts []store.Part) error {
	if len(parts) == 0 {
		return nil
	}
	docs := make([]any, len(parts))
	for i, p := range parts {
		docs[i] = part{ID: s.partID(p.ID, p.Number), CRC: rows.PartCheck(p.ID, p.Number, p.Data), Data: p.Data}
	}
	_, err := s.parts.InsertMany(ctx, docs, options.InsertMany().SetOrdered(false))
	we, ok := errors.AsType[mongo.BulkWriteException](err)
	if !ok || we.WriteConcernError != nil {
		return err
	}
	var models []mongo.WriteModel
	for _, e := range we.WriteErrors {
		if !mongo.IsDuplicateKeyError(e) || e.Index >= len(parts) {
			return err
		}
		id := s.partID(parts[e.Index].ID, parts[e.Index].Number)
		models = append(models, mongo.NewReplaceOneModel().SetFilter(bson.D{{Key: "_id", Value: id}}).SetReplacement(docs[e.Index]).SetUpsert(true))
	}
	for models := range slices.Chunk(models, updatePage) {
		if _, err := s.parts.BulkWrite(ctx, models, options.BulkWrite().SetOrdered(false)); err != nil {
			return err
		}
	}
	return nil
}

func (s *reader) Part(id store.ID, number int) ([]byte, error) {
	return s.PartContext(s.life, id, number)
}

func (s *reader) PartContext(ctx context.Context, id store.ID, number int) (data []byte, err error) {
	err = s.doWithin(ctx, func(ctx context.Context) error {
		raw, err := s.parts.FindOne(ctx, bson.D{{Key: "_id", Value: s.partID(id, number)}}).Raw()
		if errors.Is(err, mongo.ErrNoDocuments) {
			return nil
		}
		if err != nil {
			return err
		}
		var p part
		if err := decode(raw, &p); err != nil {
			return err
		}
		if rows.PartCheck(id, number, p.Data) != p.CRC {
			return rows.Damaged("the checksum of part %d of the body of exchange %d is wrong", number, id)
		}
		data = p.Data
		return nil
	})
	return data, err
}

// abandon removes the parts of exchanges that this store did not finish.
func (s *mongoStore) abandon() error {
	return s.write(func(ctx context.Context) error {
		return s.remove(ctx, bson.D{{Key: "touched", Value: bson.D{{Key: "$gt", Value: time.Unix(0, 0)}}}, {Key: "_id", Value: beginning(s.prefix(), "")}, {Key: "owner", Value: s.owner}})
	})
}

// sweep removes the parts of exchanges that a dead process did not finish recording or deleting.
func (s *mongoStore) sweep(ctx context.Context) error {
	now, err := s.now(ctx)
	if err != nil {
		return err
	}
	stale := bson.D{{Key: "touched", Value: bson.D{{Key: "$lt", Value: now.Add(-staleAfter)}}}, {Key: "_id", Value: beginning(s.prefix(), "")}}
	if err := s.remove(ctx, stale); err != nil {
		return err
	}
	return s.purge(ctx)
}
