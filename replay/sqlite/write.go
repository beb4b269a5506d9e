package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/gracy-go/gracy/replay/internal/rows"
	"github.com/gracy-go/gracy/replay/store"
)

// timeFormat is the format of the column started, which is for people.
const timeFormat = "2006-01-02 15:04:05.000000"

// writing is a write transaction. A database has only one at a time.
type writing struct {
	conn  *sql.Conn
	ready map[string]*sql.Stmt
	last  store.ID // the largest ID that was put
}

// update runs fn in a write transaction. It waits for other writers as long as busy_timeout.
func (s *sqliteStore) update(fn func(*writing) error) (err error) {
	ctx := context.Background()
	if s.readOnly {
		return fmt.Errorf("%w: %s", store.ErrReadOnly, s.path)
	}
	conn, err := s.db.Conn(ctx)
	if err != nil {
		return explain(s.path, err)
	}
	w := &writing{conn: conn, ready: make(map[string]*sql.Stmt)}
	defer func() {
		for _, stmt := range w.ready {
			_ = stmt.Close()
		}
		err = explain(s.path, errors.Join(err, conn.Close()))
	}()
	// Not BeginTx: a transaction that starts by reading fails when it writes after another one did.
	if _, err := conn.ExecContext(ctx, `BEGIN IMMEDIATE`); err != nil {
		return err
	}
	err = fn(w)
	if err == nil {
		_, err = conn.ExecContext(ctx, `COMMIT`)
	}
	if err != nil {
		// SQLite may have rolled it back already.
		_, _ = conn.ExecContext(ctx, `ROLLBACK`)
	}
	return err
}

// open is update for a tape that is not closed.
func (s *sqliteStore) open(fn func(*writing) error) error {
	if s.closed.Load() {
		return fmt.Errorf("%w: %s", store.ErrClosed, s.path)
	}
	return s.update(fn)
}

func (w *writing) stmt(query string) (*sql.Stmt, error) {
	if stmt := w.ready[query]; stmt != nil {
		return stmt, nil
	}
	stmt, err := w.conn.PrepareContext(context.Background(), query)
	if err == nil {
		w.ready[query] = stmt
	}
	return stmt, err
}

// run runs a statement and returns how many rows it changed.
func (w *writing) run(query string, args ...any) (int64, error) {
	stmt, err := w.stmt(query)
	if err != nil {
		return 0, err
	}
	result, err := stmt.ExecContext(context.Background(), args...)
	if err != nil {
		return 0, err
	}
	return result.RowsAffected()
}

func (w *writing) exec(query string, args ...any) error {
	_, err := w.run(query, args...)
	return err
}

func (s *sqliteStore) Append(batch []store.Entry) error {
	if len(batch) == 0 {
		return nil
	}
	return s.open(func(w *writing) error {
		if err := s.sameRecipe(w); err != nil {
			return err
		}
		for _, e := range batch {
			if e.Replace > 0 {
				if err := w.removeBelow(e.Key, e.Replace); err != nil {
					return err
				}
			}
			if err := w.put(e.Exchange, s.owner); err != nil {
				return err
			}
		}
		return w.exec(`UPDATE gracy_meta SET value = max(value, ?) WHERE name = ?`, rows.Number(w.last), metaLast)
	})
}

// sameRecipe fails if another process has reindexed the tape with another recipe. What we append
// would never be found.
func (s *sqliteStore) sameRecipe(w *writing) error {
	stmt, err := w.stmt(`SELECT value FROM gracy_meta WHERE name = ?`)
	if err != nil {
		return err
	}
	var now string
	if err := stmt.QueryRowContext(context.Background(), metaRecipe).Scan(&now); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if now != s.recipe {
		return fmt.Errorf("%w: another process has reindexed it with other options: open it again: %s", store.ErrLocked, s.path)
	}
	return nil
}

// put stores an exchange. If another process has taken its ID, it uses the next free one.
func (w *writing) put(x *store.Exchange, owner string) error {
	id, key := x.ID, rows.KeyOf(x.Key)
	if rows.ID(rows.Number(id)) != id {
		return fmt.Errorf("replay: the ID %d is too large for SQLite", id)
	}
	var status any
	if n := rows.Status(x); n != 0 {
		status = n
	}
	started := x.Start.UTC().Format(timeFormat)
	if x.MissingBody() > 0 {
		if err := w.finish(id, owner); err != nil {
			return err
		}
	}
	for tries := 0; ; tries++ {
		n, err := w.run(`INSERT INTO gracy_exchange (id, method, host, path, status, started, sum, crc)
			SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8 WHERE NOT EXISTS (SELECT 1 FROM gracy_unfinished WHERE id = ?1)
			ON CONFLICT DO NOTHING`,
			rows.Number(id), key.Method, key.Host, key.Path, status, started, key.Sum, rows.KeyCheck(id, key))
		if err != nil {
			return err
		}
		if n > 0 {
			break
		}
		if x.MissingBody() > 0 {
			return fmt.Errorf("replay: the ID %d of a body in parts was taken by another process", id)
		}
		if id, err = w.after(id, tries); err != nil {
			return err
		}
	}
	data, body, err := rows.Encode(x, id)
	if err != nil {
		return err
	}
	for number := 0; len(body) > 0; number++ {
		n := min(len(body), store.PartSize)
		if err := w.putPart(store.Part{ID: id, Number: number, Data: body[:n]}); err != nil {
			return err
		}
		body = body[n:]
	}
	w.last = max(w.last, id)
	return w.exec(`INSERT INTO gracy_record (id, crc, data) VALUES (?, ?, ?)`, rows.Number(id), rows.RecordCheck(id, data), data)
}

// after returns the ID to try after one that is taken: the next one or, after many tries, one that
// is certainly free.
func (w *writing) after(id store.ID, tries int) (store.ID, error) {
	if tries < 64 {
		return id + 1, nil
	}
	var last int64
	err := w.conn.QueryRowContext(context.Background(), `SELECT max((SELECT max(value, ?) FROM gracy_meta WHERE name = ?), (SELECT coalesce(max(id), 0) FROM gracy_unfinished))`,
		rows.Number(w.last), metaLast).Scan(&last)
	return rows.ID(last) + 1, err
}

// removeBelow removes the exchanges of a request, whoever made it, below an ID. The query jumps
// from one identity to the next, so it does not visit the exchanges that stay.
func (w *writing) removeBelow(key store.Key, below store.ID) error {
	k := rows.KeyOf(key)
	least, most := k.Request()
	stmt, err := w.stmt(`WITH RECURSIVE made (sum) AS (
			SELECT min(sum) FROM gracy_exchange WHERE host = ?1 AND path = ?2 AND method = ?3 AND sum >= ?4 AND sum <= ?5
			UNION ALL
			SELECT (SELECT min(e.sum) FROM gracy_exchange e WHERE host = ?1 AND path = ?2 AND method = ?3 AND e.sum > made.sum AND e.sum <= ?5)
			FROM made WHERE made.sum IS NOT NULL
		) SELECT e.id FROM made CROSS JOIN gracy_exchange e WHERE e.host = ?1 AND e.path = ?2 AND e.method = ?3 AND e.sum = made.sum AND e.id < ?6`)
	if err != nil {
		return err
	}
	list, err := stmt.QueryContext(context.Background(), k.Host, k.Path, k.Method, least, most, rows.Number(below))
	if err != nil {
		return err
	}
	defer list.Close()
	var ids []store.ID
	for list.Next() {
		var id int64
		if err := list.Scan(&id); err != nil {
			return err
		}
		ids = append(ids, rows.ID(id))
	}
	if err := list.Err(); err != nil {
		return err
	}
	return w.remove(ids...)
}

// remove removes exchanges, and the parts of those that were never appended.
func (w *writing) remove(ids ...store.ID) error {
	for _, id := range ids {
		for _, query := range []string{
			`DELETE FROM gracy_exchange WHERE id = ?`,
			`DELETE FROM gracy_record WHERE id = ?`,
			`DELETE FROM gracy_part WHERE id = ?`,
			`DELETE FROM gracy_unfinished WHERE id = ?`,
		} {
			if err := w.exec(query, rows.Number(id)); err != nil {
				return err
			}
		}
	}
	return nil
}

func (s *sqliteStore) Delete(ids ...store.ID) error {
	return s.open(func(w *writing) error { return w.remove(ids...) })
}

// seconds returns t in the unit of the column touched.
func seconds(t time.Time) int64 { return t.Unix() }
