package sqlite

import (
	"context"
	"iter"

	"github.com/gracy-go/gracy/replay/internal/rows"
	"github.com/gracy-go/gracy/replay/store"
)

const reindexPage = 256

// Reindex of a read-only store changes only memory. Otherwise it is one transaction: the index is
// dropped and made anew, and SQLite sorts it on disk, so time is linear and memory flat.
func (s *sqliteStore) Reindex(recipe string, key func(*store.Exchange) store.Key) error {
	if s.readOnly {
		m, err := rows.InMemory(func(_ context.Context, after store.ID) iter.Seq2[*store.Exchange, error] { return s.scan(after) }, recipe, key)
		if err == nil {
			s.memory.Store(&m)
		}
		return err
	}
	err := s.open(func(w *writing) error {
		if err := s.sameRecipe(w); err != nil {
			return err
		}
		if err := w.exec(`DROP INDEX gracy_lookup`); err != nil {
			return err
		}
		for after, n := store.ID(0), reindexPage; n == reindexPage; {
			var err error
			if after, n, err = w.reindexPage(after, key); err != nil {
				return err
			}
		}
		if err := w.exec(lookup); err != nil {
			return err
		}
		return w.exec(`UPDATE gracy_meta SET value = ? WHERE name = ?`, recipe, metaRecipe)
	})
	if err == nil {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.recipe = recipe
	}
	return err
}

// A rekeyed is an exchange whose key has changed.
type rekeyed struct {
	id  store.ID
	key rows.Key
}

// reindexPage gives the exchanges above an ID new keys, and returns the ID of the last and
// their number.
func (w *writing) reindexPage(after store.ID, key func(*store.Exchange) store.Key) (last store.ID, n int, err error) {
	stmt, err := w.stmt(`SELECT r.id, r.crc, r.data, coalesce(e.host, ''), coalesce(e.path, ''), coalesce(e.method, ''), e.sum
		FROM gracy_record r LEFT JOIN gracy_exchange e ON e.id = r.id WHERE r.id > ? ORDER BY r.id LIMIT ?`)
	if err != nil {
		return 0, 0, err
	}
	found, err := stmt.QueryContext(context.Background(), rows.Number(after), reindexPage)
	if err != nil {
		return 0, 0, err
	}
	defer found.Close()
	var changed []rekeyed
	for found.Next() {
		var id, crc int64
		var data []byte
		var old rows.Key
		if err := found.Scan(&id, &crc, &data, &old.Host, &old.Path, &old.Method, &old.Sum); err != nil {
			return 0, 0, err
		}
		if old.Sum == nil {
			return 0, 0, rows.Damaged("record %d has no keys", id)
		}
		x, err := rows.Decode(rows.ID(id), data, crc)
		if err != nil {
			return 0, 0, err
		}
		if k := rows.KeyOf(key(x)); !k.Equal(old) {
			changed = append(changed, rekeyed{x.ID, k})
		}
		last, n = x.ID, n+1
	}
	if err := found.Err(); err != nil {
		return 0, 0, err
	}
	for _, c := range changed {
		if err := w.exec(`UPDATE gracy_exchange SET method = ?, host = ?, path = ?, sum = ?, crc = ? WHERE id = ?`,
			c.key.Method, c.key.Host, c.key.Path, c.key.Sum, rows.KeyCheck(c.id, c.key), rows.Number(c.id)); err != nil {
			return 0, 0, err
		}
	}
	return last, n, nil
}
