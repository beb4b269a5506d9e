package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"iter"

	"github.com/gracy-go/gracy/replay/internal/rows"
	"github.com/gracy-go/gracy/replay/store"
)

// pageBytes is how much of a Scan's page is in memory, not counting its last exchange.
const pageBytes = 4 << 20

// index returns the index in memory, or nil if the table is used.
func (s *sqliteStore) index() store.IndexStore {
	if m := s.memory.Load(); m != nil && !s.closed.Load() {
		return *m
	}
	return nil
}

func (s *sqliteStore) Find(key store.Key, after store.ID) (*store.Exchange, error) {
	if m := s.index(); m != nil {
		return m.Find(key, after)
	}
	stmt, err := s.stmt(`SELECT e.id, e.crc, r.crc, r.data FROM gracy_exchange e LEFT JOIN gracy_record r ON r.id = e.id
		WHERE e.host = ? AND e.path = ? AND e.method = ? AND e.sum = ? AND e.id > ? ORDER BY e.id LIMIT 1`)
	if err != nil {
		return nil, err
	}
	k := rows.KeyOf(key)
	var found joined
	err = stmt.QueryRowContext(context.Background(), k.Host, k.Path, k.Method, k.Sum, rows.Number(after)).Scan(&found.id, &found.keys, &found.crc, &found.data)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	var x *store.Exchange
	if err == nil {
		x, err = found.row().Under(k)
	}
	return x, explain(s.path, err)
}

// joined is a row that a query returns for an exchange.
type joined struct {
	id, keys int64
	crc      sql.NullInt64 // NULL where the record is missing
	data     []byte
}

func (j joined) row() rows.Row {
	sum := j.crc.Int64
	if !j.crc.Valid {
		sum = -1 // is no checksum
	}
	return rows.Row{ID: rows.ID(j.id), KeyCheck: j.keys, RecordCheck: sum, Data: j.data}
}

func (s *sqliteStore) Near(key store.Key, n int) (near []*store.Exchange, err error) {
	if m := s.index(); m != nil {
		return m.Near(key, n)
	}
	stmt, err := s.stmt(`SELECT e.path, e.method, e.sum, e.id, e.crc, r.crc, r.data FROM gracy_exchange e LEFT JOIN gracy_record r ON r.id = e.id
		WHERE e.host = ? AND (e.path, e.method, e.sum) > (?, ?, ?) ORDER BY e.path, e.method, e.sum, e.id LIMIT 1`)
	if err != nil {
		return nil, err
	}
	near, err = rows.Near(key, n, func(host string, after rows.Place) (*rows.Found, error) {
		var j joined
		f := &rows.Found{Key: rows.Key{Host: host}}
		err := stmt.QueryRowContext(context.Background(), host, after.Path, after.Method, nonNil(after.Sum)).
			Scan(&f.Key.Path, &f.Key.Method, &f.Key.Sum, &j.id, &j.keys, &j.crc, &j.data)
		if errors.Is(err, sql.ErrNoRows) {
			return nil, nil
		}
		f.Row = j.row()
		return f, err
	})
	return near, explain(s.path, err)
}

func (s *sqliteStore) Scan(after store.ID) iter.Seq2[*store.Exchange, error] {
	if m := s.index(); m != nil {
		return m.Scan(after)
	}
	return s.scan(after)
}

// scan walks the exchanges with the keys that they were appended with.
func (s *sqliteStore) scan(after store.ID) iter.Seq2[*store.Exchange, error] {
	return rows.Scan(after, func(after store.ID, n int) (list []*store.Exchange, more bool, err error) {
		stmt, err := s.stmt(`SELECT id, crc, data FROM gracy_record WHERE id > ? ORDER BY id LIMIT ?`)
		if err != nil {
			return nil, false, err
		}
		found, err := stmt.QueryContext(context.Background(), rows.Number(after), n)
		if err != nil {
			return nil, false, explain(s.path, err)
		}
		defer found.Close()
		for bytes := 0; found.Next(); {
			var id, crc int64
			var data sql.RawBytes
			if err := found.Scan(&id, &crc, &data); err != nil {
				return list, false, explain(s.path, err)
			}
			x, err := rows.Decode(rows.ID(id), data, crc)
			if err != nil {
				return list, false, explain(s.path, err)
			}
			list = append(list, x)
			if bytes += len(data); bytes > pageBytes {
				return list, true, nil
			}
		}
		return list, false, explain(s.path, found.Err())
	})
}

func (s *sqliteStore) Last() (store.ID, error) {
	stmt, err := s.stmt(`SELECT value FROM gracy_meta WHERE name = ?`)
	if err != nil {
		return 0, err
	}
	var last int64
	err = stmt.QueryRowContext(context.Background(), metaLast).Scan(&last)
	return rows.ID(last), explain(s.path, err)
}

func (s *sqliteStore) Recipe() (recipe string, err error) {
	if m := s.index(); m != nil {
		return m.Recipe()
	}
	stmt, err := s.stmt(`SELECT value FROM gracy_meta WHERE name = ?`)
	if err != nil {
		return "", err
	}
	if err := stmt.QueryRowContext(context.Background(), metaRecipe).Scan(&recipe); err != nil {
		return "", explain(s.path, err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.recipe = recipe
	return recipe, nil
}
