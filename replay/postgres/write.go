package postgres

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/gracy-go/gracy/replay/internal/rows"
	"github.com/gracy-go/gracy/replay/store"
)

const recipeSQL = `SELECT recipe FROM gracy_tape WHERE tape = $1`

// sameRecipe fails if another process has reindexed the tape with another recipe. What we append
// would never be found.
func (s *pgStore) sameRecipe(row pgx.Row) error {
	var now string
	if err := row.Scan(&now); err != nil {
		return err
	}
	if now != s.currentRecipe() {
		return fmt.Errorf("%w: another process has reindexed it with other options: open it again: %s", store.ErrLocked, s.path)
	}
	return nil
}

func (s *pgStore) Append(entries []store.Entry) error {
	if len(entries) == 0 {
		return nil
	}
	b := &batch{Batch: rows.Prepare(entries)}
	if err := b.Own(); err != nil {
		return err
	}
	err := s.appendBatch(b)
	if err != nil && b.sent {
		s.keepInDoubt(b)
	}
	return err
}

func (s *pgStore) appendBatch(b *batch) error {
	err := s.begun(context.Background(), func(ctx context.Context, tx pgx.Tx) error { return s.appendAsIs(ctx, tx, b) })
	if !errors.Is(err, errTaken) {
		return err
	}
	return s.update(func(ctx context.Context, tx pgx.Tx) error {
		if there, err := s.isThere(ctx, tx, b); there || err != nil {
			return err
		}
		if err := s.sameRecipe(tx.QueryRow(ctx, recipeSQL, s.tape)); err != nil {
			return err
		}
		if err := s.dropStored(ctx, tx, b); err != nil || len(b.List) == 0 {
			return err
		}
		if err := s.number(ctx, tx, b); err != nil {
			return err
		}
		var q pgx.Batch
		s.queue(&q, b)
		b.sent = true
		return tx.SendBatch(ctx, &q).Close()
	})
}

// errTaken is returned if another process has an ID of a batch.
var errTaken = errors.New("an ID was taken by another process")

// appendAsIs stores a batch under its own IDs, with all statements sent at once.
func (s *pgStore) appendAsIs(ctx context.Context, tx pgx.Tx, b *batch) error {
	if b.sent {
		if err := s.lock(ctx, tx); err != nil {
			return err
		}
		if there, err := s.isThere(ctx, tx, b); there || err != nil {
			return err
		}
	}
	var q pgx.Batch
	has, taken := false, false
	s.queueLock(&q, s.tape)
	q.Queue(recipeSQL, s.tape).QueryRow(func(row pgx.Row) error {
		has = true
		return s.sameRecipe(row)
	})
	c := b.columns()
	q.Queue(`SELECT EXISTS (SELECT 1 FROM gracy_unfinished WHERE tape = $1 AND id = ANY($2) AND NOT id = ANY($3))`, s.tape, c.id, nonNil(c.inParts)).
		QueryRow(func(row pgx.Row) error { return row.Scan(&taken) })
	s.queue(&q, b)
	b.sent = true
	err := tx.SendBatch(ctx, &q).Close()
	pe, ok := errors.AsType[*pgconn.PgError](err)
	switch {
	case ok && pe.Code == "23505", err == nil && taken: // the first is the code of a duplicate key
		return errTaken
	case !has:
		return s.locked(err)
	}
	return err
}

func nonNil(list []int64) []int64 { return append([]int64{}, list...) }

// isThere reports whether an earlier transaction, whose outcome was not seen, has stored the batch.
func (s *link) isThere(ctx context.Context, tx pgx.Tx, b *batch) (bool, error) {
	if !b.sent || len(b.List) == 0 {
		return false, nil
	}
	first, there := b.List[0], false
	err := tx.QueryRow(ctx, `SELECT EXISTS (SELECT 1 FROM gracy_record WHERE tape = $1 AND id = $2 AND crc = $3)`, s.tape, first.ID, first.RecordCheck).Scan(&there)
	return there, err
}

// queue queues all that a batch changes.
func (s *pgStore) queue(q *pgx.Batch, b *batch) {
	for _, r := range b.Replaces {
		least, most := r.Key.Request()
		q.Queue(removeBelow, s.tape, r.Key.Host, r.Key.Path, r.Key.Method, least, most, rows.Number(r.Below))
	}
	c := b.columns()
	for _, id := range c.inParts {
		// The batch fails if another process has taken over its parts.
		q.Queue(`DELETE FROM gracy_unfinished WHERE tape = $1 AND id = $2 AND owner = $3`, s.tape, id, s.owner).Exec(func(tag pgconn.CommandTag) error {
			if tag.RowsAffected() == 0 {
				return fmt.Errorf("replay: the parts of the body of exchange %d are gone", id)
			}
			return nil
		})
	}
	q.Queue(`INSERT INTO gracy_exchange (tape, id, method, host, path, status, started, sum, crc)
		SELECT $1, * FROM unnest($2::bigint[], $3::text[], $4::text[], $5::text[], $6::integer[], $7::timestamptz[], $8::bytea[], $9::bigint[])`,
		s.tape, c.id, c.method, c.host, c.path, c.status, c.started, c.sum, c.keyCheck)
	q.Queue(`INSERT INTO gracy_record (tape, id, crc, data) SELECT $1, * FROM unnest($2::bigint[], $3::bigint[], $4::bytea[])`,
		s.tape, c.id, c.recordCheck, c.data)
	for _, r := range b.List {
		for number, body := 0, r.Body; len(body) > 0; number++ {
			n := min(len(body), store.PartSize)
			s.queuePart(q, store.Part{ID: rows.ID(r.ID), Number: number, Data: body[:n]})
			body = body[n:]
		}
	}
	q.Queue(`UPDATE gracy_tape SET last = greatest(last, $2) WHERE tape = $1`, s.tape, c.last)
}

// removeBelow removes the exchanges of a request, whoever made it, below an ID. It jumps from one
// identity to the next, so it does not visit the exchanges that stay.
const removeBelow = `WITH RECURSIVE made (sum) AS (
		(SELECT sum FROM gracy_exchange WHERE tape = $1 AND host = $2 AND path = $3 AND method = $4 AND sum >= $5 AND sum <= $6 ORDER BY sum LIMIT 1)
		UNION ALL
		SELECT (SELECT e.sum FROM gracy_exchange e WHERE tape = $1 AND host = $2 AND path = $3 AND method = $4 AND e.sum > made.sum AND e.sum <= $6 ORDER BY e.sum LIMIT 1)
		FROM made WHERE made.sum IS NOT NULL
	), old AS (
		SELECT e.id FROM made JOIN gracy_exchange e ON e.tape = $1 AND e.host = $2 AND e.path = $3 AND e.method = $4 AND e.sum = made.sum AND e.id < $7
	), records AS (DELETE FROM gracy_record WHERE tape = $1 AND id IN (SELECT id FROM old)),
	parts AS (DELETE FROM gracy_part WHERE tape = $1 AND id IN (SELECT id FROM old))
	DELETE FROM gracy_exchange WHERE tape = $1 AND id IN (SELECT id FROM old)`

func (s *pgStore) Delete(ids ...store.ID) error {
	if len(ids) == 0 {
		return nil
	}
	list := make([]int64, len(ids))
	for i, id := range ids {
		list[i] = rows.Number(id)
	}
	return s.update(func(ctx context.Context, tx pgx.Tx) error {
		var q pgx.Batch
		for _, table := range []string{"gracy_exchange", "gracy_record", "gracy_part", "gracy_unfinished"} {
			q.Queue(`DELETE FROM `+table+` WHERE tape = $1 AND id = ANY($2)`, s.tape, list)
		}
		return tx.SendBatch(ctx, &q).Close()
	})
}
