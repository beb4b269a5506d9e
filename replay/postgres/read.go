package postgres

import (
	"context"
	"errors"
	"iter"
	"sync/atomic"

	"github.com/jackc/pgx/v5"

	"github.com/gracy-go/gracy/replay/internal/rows"
	"github.com/gracy-go/gracy/replay/store"
)

// pageBytes is how much of a Scan's page is in memory, not counting its last exchange.
const pageBytes = 4 << 20

// A reader reads a tape.
type reader struct {
	link
	memory atomic.Pointer[store.ContextStore] // the current index, nil if it is the table
}

// index returns the index in memory, or nil if the table is used.
func (s *reader) index() store.ContextStore {
	if m := s.memory.Load(); m != nil && !s.closed.Load() {
		return *m
	}
	return nil
}

// joined is a row that a query returns for an exchange.
type joined struct {
	id, keys int64
	crc      *int64 // nil where the record is missing
	data     []byte
}

func (j joined) row() rows.Row {
	sum := int64(-1) // is no checksum
	if j.crc != nil {
		sum = *j.crc
	}
	return rows.Row{ID: rows.ID(j.id), KeyCheck: j.keys, RecordCheck: sum, Data: j.data}
}

func (s *reader) Find(key store.Key, after store.ID) (*store.Exchange, error) {
	return s.FindContext(context.Background(), key, after)
}

func (s *reader) FindContext(ctx context.Context, key store.Key, after store.ID) (x *store.Exchange, err error) {
	if m := s.index(); m != nil {
		return m.FindContext(ctx, key, after)
	}
	k := rows.KeyOf(key)
	err = s.doWithin(ctx, func(ctx context.Context) error {
		var j joined
		err := s.pool.QueryRow(ctx, `SELECT e.id, e.crc, r.crc, r.data FROM gracy_exchange e LEFT JOIN gracy_record r ON r.tape = e.tape AND r.id = e.id
			WHERE e.tape = $1 AND e.host = $2 AND e.path = $3 AND e.method = $4 AND e.sum = $5 AND e.id > $6 ORDER BY e.id LIMIT 1`,
			s.tape, k.Host, k.Path, k.Method, k.Sum, rows.Number(after)).Scan(&j.id, &j.keys, &j.crc, &j.data)
		if errors.Is(err, pgx.ErrNoRows) {
			return nil
		}
		if err == nil {
			x, err = j.row().Under(k)
		}
		return err
	})
	return x, err
}

func (s *reader) Near(key store.Key, n int) ([]*store.Exchange, error) {
	return s.NearContext(context.Background(), key, n)
}

func (s *reader) NearContext(ctx context.Context, key store.Key, n int) (near []*store.Exchange, err error) {
	if m := s.index(); m != nil {
		return m.NearContext(ctx, key, n)
	}
	err = s.doWithin(ctx, func(ctx context.Context) error {
		near, err = rows.Near(key, n, func(host string, after rows.Place) (*rows.Found, error) {
			if after.Sum == nil {
				after.Sum = []byte{} // and not NULL
			}
			var j joined
			f := &rows.Found{Key: rows.Key{Host: host}}
			err := s.pool.QueryRow(ctx, `SELECT e.path, e.method, e.sum, e.id, e.crc, r.crc, r.data
				FROM gracy_exchange e LEFT JOIN gracy_record r ON r.tape = e.tape AND r.id = e.id
				WHERE e.tape = $1 AND e.host = $2 AND (e.path, e.method, e.sum) > ($3, $4, $5) ORDER BY e.path, e.method, e.sum, e.id LIMIT 1`,
				s.tape, host, after.Path, after.Method, after.Sum).Scan(&f.Key.Path, &f.Key.Method, &f.Key.Sum, &j.id, &j.keys, &j.crc, &j.data)
			if errors.Is(err, pgx.ErrNoRows) {
				return nil, nil
			}
			f.Row = j.row()
			return f, err
		})
		return err
	})
	return near, err
}

func (s *reader) Scan(after store.ID) iter.Seq2[*store.Exchange, error] {
	return s.ScanContext(context.Background(), after)
}

func (s *reader) ScanContext(ctx context.Context, after store.ID) iter.Seq2[*store.Exchange, error] {
	if m := s.index(); m != nil {
		return m.ScanContext(ctx, after)
	}
	return s.scan(ctx, after)
}

// scan walks the exchanges with the keys that they were appended with.
func (s *reader) scan(ctx context.Context, after store.ID) iter.Seq2[*store.Exchange, error] {
	return rows.Scan(after, func(after store.ID, n int) (list []*store.Exchange, more bool, err error) {
		err = s.doWithin(ctx, func(ctx context.Context) error {
			list, more = nil, false
			found, err := s.pool.Query(ctx, `SELECT id, crc, data FROM gracy_record WHERE tape = $1 AND id > $2 ORDER BY id LIMIT $3`, s.tape, rows.Number(after), n)
			if err != nil {
				return err
			}
			defer found.Close()
			for bytes := 0; found.Next(); {
				var id, crc int64
				var data []byte
				if err := found.Scan(&id, &crc, &data); err != nil {
					return err
				}
				x, err := rows.Decode(rows.ID(id), data, crc)
				if err != nil {
					return err
				}
				list = append(list, x)
				if bytes += len(data); bytes > pageBytes {
					more = true
					return nil
				}
			}
			return found.Err()
		})
		return list, more, err
	})
}

func (s *pgStore) Last() (store.ID, error) {
	var last int64
	err := s.do(func(ctx context.Context) error {
		return s.pool.QueryRow(ctx, `SELECT last FROM gracy_tape WHERE tape = $1`, s.tape).Scan(&last)
	})
	return rows.ID(last), err
}

func (s *pgStore) Recipe() (recipe string, err error) {
	if m := s.index(); m != nil {
		return m.Recipe()
	}
	err = s.do(func(ctx context.Context) error {
		return s.pool.QueryRow(ctx, `SELECT recipe FROM gracy_tape WHERE tape = $1`, s.tape).Scan(&recipe)
	})
	if err == nil {
		s.setRecipe(recipe)
	}
	return recipe, err
}
