package mongodb

import (
	"context"
	"encoding/hex"
	"errors"
	"iter"
	"sync/atomic"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"github.com/gracy-go/gracy/replay/internal/rows"
	"github.com/gracy-go/gracy/replay/store"
)

// pageBytes is how much of a Scan's page is in memory, not counting its last exchange.
const pageBytes = 4 << 20

// A reader reads a tape.
type reader struct {
	link
	memory atomic.Pointer[store.ContextStore] // the current index, nil if it is the server's
}

// inMemory returns the index in memory, or nil if the server's is used.
func (s *reader) inMemory() store.ContextStore {
	if m := s.memory.Load(); m != nil && !s.closed.Load() {
		return *m
	}
	return nil
}

// first returns the first document that matches, or nil.
func (s *link) first(ctx context.Context, filter bson.D, sort ...bson.E) (*document, error) {
	raw, err := s.exchanges.FindOne(ctx, filter, options.FindOne().SetSort(bson.D(sort))).Raw()
	if err != nil {
		if errors.Is(err, mongo.ErrNoDocuments) {
			return nil, nil
		}
		return nil, err
	}
	d := new(document)
	return d, decode(raw, d)
}

func (s *reader) Find(key store.Key, after store.ID) (*store.Exchange, error) {
	return s.FindContext(s.life, key, after)
}

func (s *reader) FindContext(ctx context.Context, key store.Key, after store.ID) (x *store.Exchange, err error) {
	if m := s.inMemory(); m != nil {
		return m.FindContext(ctx, key, after)
	}
	k := rows.KeyOf(key)
	filter := bson.D{
		{Key: "tape", Value: s.name},
		{Key: "host", Value: k.Host},
		{Key: "path", Value: k.Path},
		{Key: "method", Value: k.Method},
		{Key: "sum", Value: hex.EncodeToString(k.Sum)},
		{Key: "_id", Value: bson.D{{Key: "$gt", Value: s.id(after)}}},
	}
	err = s.doWithin(ctx, func(ctx context.Context) error {
		d, err := s.first(ctx, filter, bson.E{Key: "_id", Value: 1})
		if d == nil || err != nil {
			return err
		}
		row, err := d.row()
		if err == nil {
			x, err = row.Under(k)
		}
		return err
	})
	return x, err
}

func (s *reader) Near(key store.Key, n int) ([]*store.Exchange, error) {
	return s.NearContext(s.life, key, n)
}

func (s *reader) NearContext(ctx context.Context, key store.Key, n int) (near []*store.Exchange, err error) {
	if m := s.inMemory(); m != nil {
		return m.NearContext(ctx, key, n)
	}
	err = s.doWithin(ctx, func(ctx context.Context) error {
		near, err = rows.Near(key, n, func(host string, after rows.Place) (*rows.Found, error) { return s.next(ctx, host, after) })
		return err
	})
	return near, err
}

// next returns the exchange with the least key of a host above a place.
func (s *link) next(ctx context.Context, host string, after rows.Place) (*rows.Found, error) {
	above := func(value string) bson.D { return bson.D{{Key: "$gt", Value: value}} }
	filter := bson.D{
		{Key: "tape", Value: s.name},
		{Key: "host", Value: host},
		{Key: "path", Value: bson.D{{Key: "$gte", Value: after.Path}}}, // which begins a walk over the index here, whatever plan a server makes of the rest
		{Key: "$or", Value: bson.A{
			bson.D{{Key: "path", Value: above(after.Path)}},
			bson.D{{Key: "path", Value: after.Path}, {Key: "method", Value: above(after.Method)}},
			bson.D{{Key: "path", Value: after.Path}, {Key: "method", Value: after.Method}, {Key: "sum", Value: above(hex.EncodeToString(after.Sum))}},
		}},
	}
	d, err := s.first(ctx, filter, bson.E{Key: "path", Value: 1}, bson.E{Key: "method", Value: 1}, bson.E{Key: "sum", Value: 1}, bson.E{Key: "_id", Value: 1})
	if d == nil || err != nil {
		return nil, err
	}
	f := new(rows.Found)
	if f.Key, err = d.key(); err != nil {
		return nil, err
	}
	f.Row, err = d.row()
	return f, err
}

func (s *reader) Scan(after store.ID) iter.Seq2[*store.Exchange, error] {
	return s.ScanContext(s.life, after)
}

func (s *reader) ScanContext(ctx context.Context, after store.ID) iter.Seq2[*store.Exchange, error] {
	if m := s.inMemory(); m != nil {
		return m.ScanContext(ctx, after)
	}
	return s.scan(ctx, after)
}

// scan walks the exchanges with the keys that they were appended with.
func (s *reader) scan(ctx context.Context, after store.ID) iter.Seq2[*store.Exchange, error] {
	return rows.Scan(after, func(after store.ID, n int) (list []*store.Exchange, more bool, err error) {
		err = s.doWithin(ctx, func(ctx context.Context) error {
			list, more = nil, false
			bytes := 0
			return s.page(ctx, after, n, func(d *document) (bool, error) {
				row, err := d.row()
				if err != nil {
					return false, err
				}
				x, err := rows.Decode(row.ID, row.Data, row.RecordCheck)
				if err != nil {
					return false, err
				}
				list = append(list, x)
				bytes += len(d.Data)
				more = bytes > pageBytes
				return !more, nil
			})
		})
		return list, more, err
	})
}

// page calls fn with up to n documents above an ID until it returns false.
func (s *link) page(ctx context.Context, after store.ID, n int, fn func(*document) (bool, error)) error {
	filter := bson.D{{Key: "_id", Value: beginning(s.prefix(), s.id(after))}, {Key: "tape", Value: s.name}}
	return each(ctx, s.exchanges, filter, options.Find().SetSort(bson.D{{Key: "_id", Value: 1}}).SetLimit(int64(n)), fn)
}

// each calls fn with the documents that match until it returns false.
func each[T any](ctx context.Context, c *mongo.Collection, filter bson.D, opts *options.FindOptionsBuilder, fn func(*T) (bool, error)) error {
	cursor, err := c.Find(ctx, filter, opts)
	if err != nil {
		return err
	}
	defer cursor.Close(ctx)
	for cursor.Next(ctx) {
		d := new(T)
		if err := decode(cursor.Current, d); err != nil {
			return err
		}
		if on, err := fn(d); !on || err != nil {
			return err
		}
	}
	return cursor.Err()
}
