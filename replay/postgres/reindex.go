package postgres

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"

	"github.com/gracy-go/gracy/replay/internal/rows"
	"github.com/gracy-go/gracy/replay/store"
)

const reindexPage = 256

// reindexTries is how often Reindex begins, if its connection breaks each time.
const reindexTries = 4

// Reindex of a read-only store changes only memory. Otherwise it is one transaction, page by page
// in the order of the IDs. Each page may take the time of a call. If the connection breaks, Reindex
// begins again.
func (s *pgStore) Reindex(recipe string, key func(*store.Exchange) store.Key) error {
	if s.opts.ReadOnly {
		m, err := rows.InMemory(s.scan, recipe, key)
		if err == nil {
			s.memory.Store(&m)
		}
		return err
	}
	differs := s.currentRecipe() != recipe
	var err error
	for try := range reindexTries {
		if err = s.reindex(recipe, key, differs && try > 0); err == nil {
			s.setRecipe(recipe)
			return nil
		}
		if !lost(err) || errors.Is(err, context.DeadlineExceeded) {
			break
		}
	}
	return err
}

// reindex is one try of Reindex. again says that an earlier one may have set the recipe.
func (s *pgStore) reindex(recipe string, key func(*store.Exchange) store.Key, again bool) error {
	timed := func(fn func(ctx context.Context) error) error {
		ctx, cancel := s.timed(context.Background())
		defer cancel()
		if err := fn(ctx); err != nil {
			return s.late(ctx, err)
		}
		return nil
	}
	var tx pgx.Tx
	done := false
	err := s.do(func(ctx context.Context) (err error) {
		tx, done, err = s.beginReindex(ctx, recipe, again)
		return err
	})
	if err != nil {
		return err
	}
	defer func() { _ = timed(tx.Rollback) }() // does nothing after Commit
	if done {
		return nil
	}
	for after, n := store.ID(0), reindexPage; err == nil && n == reindexPage; {
		err = timed(func(ctx context.Context) (err error) {
			after, n, err = s.reindexPage(ctx, tx, after, key)
			return err
		})
	}
	if err != nil {
		return err
	}
	return timed(func(ctx context.Context) error {
		if _, err := tx.Exec(ctx, `UPDATE gracy_tape SET recipe = $2 WHERE tape = $1`, s.tape, recipe); err != nil {
			return err
		}
		return tx.Commit(ctx)
	})
}

// beginReindex begins the transaction of a Reindex. done says that an earlier try has set the
// recipe. Without an error the caller ends the transaction.
func (s *pgStore) beginReindex(ctx context.Context, recipe string, again bool) (tx pgx.Tx, done bool, err error) {
	tx, err = s.pool.BeginTx(ctx, readCommitted)
	if err != nil {
		return nil, false, err
	}
	err = s.lock(ctx, tx)
	if err == nil && again {
		err = tx.QueryRow(ctx, `SELECT recipe = $2 FROM gracy_tape WHERE tape = $1`, s.tape, recipe).Scan(&done)
	}
	if err == nil && !done {
		err = s.sameRecipe(tx.QueryRow(ctx, recipeSQL, s.tape))
	}
	if err != nil {
		_ = tx.Rollback(ctx)
	}
	return tx, done, err
}

// reindexPage gives the exchanges above an ID new keys, and returns the ID of the last and
// their number.
func (s *link) reindexPage(ctx context.Context, tx pgx.Tx, after store.ID, key func(*store.Exchange) store.Key) (last store.ID, n int, err error) {
	keys := make(map[int64]rows.Key, reindexPage)
	found, err := tx.Query(ctx, `SELECT id, crc, data FROM gracy_record WHERE tape = $1 AND id > $2 ORDER BY id LIMIT $3`, s.tape, rows.Number(after), reindexPage)
	if err != nil {
		return 0, 0, err
	}
	defer found.Close()
	for found.Next() {
		var id, crc int64
		var data []byte
		if err := found.Scan(&id, &crc, &data); err != nil {
			return 0, 0, err
		}
		x, err := rows.Decode(rows.ID(id), data, crc)
		if err != nil {
			return 0, 0, err
		}
		keys[id] = rows.KeyOf(key(x))
		last, n = x.ID, n+1
	}
	if err := found.Err(); err != nil || n == 0 {
		return last, n, err
	}
	changed, err := s.changed(ctx, tx, after, last, keys)
	if err != nil || len(changed.id) == 0 {
		return last, n, err
	}
	_, err = tx.Exec(ctx, `UPDATE gracy_exchange e SET method = u.method, host = u.host, path = u.path, sum = u.sum, crc = u.crc
		FROM unnest($2::bigint[], $3::text[], $4::text[], $5::text[], $6::bytea[], $7::bigint[]) AS u (id, method, host, path, sum, crc)
		WHERE e.tape = $1 AND e.id = u.id AND e.id >= $8 AND e.id <= $9`,
		s.tape, changed.id, changed.method, changed.host, changed.path, changed.sum, changed.keyCheck, changed.id[0], rows.Number(last))
	return last, n, err
}

// changed returns the keys that have changed. It does not join with the records, since a planner
// that knows nothing of newly filled tables may read all of them for each page.
func (s *link) changed(ctx context.Context, tx pgx.Tx, after, last store.ID, keys map[int64]rows.Key) (*columns, error) {
	c := new(columns)
	found, err := tx.Query(ctx, `SELECT id, host, path, method, sum FROM gracy_exchange WHERE tape = $1 AND id > $2 AND id <= $3 ORDER BY id`, s.tape, rows.Number(after), rows.Number(last))
	if err != nil {
		return c, err
	}
	defer found.Close()
	n := 0
	for found.Next() {
		var id int64
		var old rows.Key
		if err := found.Scan(&id, &old.Host, &old.Path, &old.Method, &old.Sum); err != nil {
			return c, err
		}
		k, ok := keys[id]
		if n++; !ok || k.Equal(old) {
			continue
		}
		c.id, c.keyCheck = append(c.id, id), append(c.keyCheck, rows.KeyCheck(rows.ID(id), k))
		c.method, c.host, c.path, c.sum = append(c.method, k.Method), append(c.host, k.Host), append(c.path, k.Path), append(c.sum, k.Sum)
	}
	if err := found.Err(); err != nil {
		return c, err
	}
	if n < len(keys) {
		return c, rows.Damaged("%d of %d records have no keys", len(keys)-n, len(keys))
	}
	return c, nil
}
