package postgres

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/gracy-go/gracy/replay/internal/rows"
	"github.com/gracy-go/gracy/replay/store"
)

// staleAfter matches parts that are an hour old by the server's clock. Younger ones are kept, since
// another process may be recording their exchange.
const staleAfter = `touched < now() - interval '1 hour'`

func (s *pgStore) AppendParts(parts []store.Part) error {
	s.unending.Store(true)
	return s.update(func(ctx context.Context, tx pgx.Tx) error {
		for _, p := range parts {
			if err := s.unfinished(ctx, tx, p); err != nil {
				return err
			}
		}
		var q pgx.Batch
		for _, p := range parts {
			s.queuePart(&q, p)
		}
		return tx.SendBatch(ctx, &q).Close()
	})
}

// unfinished records that an exchange is being recorded.
func (s *pgStore) unfinished(ctx context.Context, tx pgx.Tx, p store.Part) error {
	id := rows.Number(p.ID)
	if p.Number > 0 {
		tag, err := tx.Exec(ctx, `UPDATE gracy_unfinished SET touched = now() WHERE tape = $1 AND id = $2 AND owner = $3`, s.tape, id, s.owner)
		if err == nil && tag.RowsAffected() == 0 {
			err = fmt.Errorf("replay: the first parts of the body of exchange %d are gone", p.ID)
		}
		return err
	}
	tag, err := tx.Exec(ctx, `INSERT INTO gracy_unfinished (tape, id, owner) SELECT $1, $2, $3
		WHERE NOT EXISTS (SELECT 1 FROM gracy_exchange WHERE tape = $1 AND id = $2)
		ON CONFLICT (tape, id) DO UPDATE SET touched = now() WHERE gracy_unfinished.owner = $3`, s.tape, id, s.owner)
	if err == nil && tag.RowsAffected() == 0 {
		err = fmt.Errorf("replay: the ID %d of a body in parts was taken by another process", p.ID)
	}
	return err
}

// queuePart queues a part. A part that exists came from an earlier transaction of this process
// whose outcome was not seen.
func (s *link) queuePart(q *pgx.Batch, p store.Part) {
	data := p.Data
	if data == nil {
		data = []byte{} // and not NULL
	}
	q.Queue(`INSERT INTO gracy_part (tape, id, number, crc, data) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING`,
		s.tape, rows.Number(p.ID), p.Number, rows.PartCheck(p.ID, p.Number, data), data)
}

func (s *reader) Part(id store.ID, number int) ([]byte, error) {
	return s.PartContext(context.Background(), id, number)
}

func (s *reader) PartContext(ctx context.Context, id store.ID, number int) (part []byte, err error) {
	err = s.doWithin(ctx, func(ctx context.Context) error {
		var crc int64
		err := s.pool.QueryRow(ctx, `SELECT crc, data FROM gracy_part WHERE tape = $1 AND id = $2 AND number = $3`, s.tape, rows.Number(id), number).Scan(&crc, &part)
		if errors.Is(err, pgx.ErrNoRows) {
			return nil
		}
		if err == nil && rows.PartCheck(id, number, part) != crc {
			part, err = nil, rows.Damaged("the checksum of part %d of the body of exchange %d is wrong", number, id)
		}
		return err
	})
	return part, err
}

// abandon removes the parts of exchanges that this store did not finish.
func (s *pgStore) abandon() error {
	return s.update(func(ctx context.Context, tx pgx.Tx) error { return s.drop(ctx, tx, `owner = $2`, s.owner) })
}

// sweep removes the parts of exchanges that a dead process did not finish.
func (s *pgStore) sweep(ctx context.Context) error {
	stale := false
	err := s.pool.QueryRow(ctx, `SELECT EXISTS (SELECT 1 FROM gracy_unfinished WHERE tape = $1 AND `+staleAfter+`)`, s.tape).Scan(&stale)
	if err != nil || !stale {
		return err
	}
	return s.updateWithin(ctx, func(ctx context.Context, tx pgx.Tx) error { return s.drop(ctx, tx, staleAfter) })
}

func (s *link) drop(ctx context.Context, tx pgx.Tx, where string, args ...any) error {
	args = append([]any{s.tape}, args...)
	_, err := tx.Exec(ctx, `DELETE FROM gracy_part WHERE tape = $1 AND id IN (SELECT id FROM gracy_unfinished WHERE tape = $1 AND `+where+`)`, args...)
	if err == nil {
		_, err = tx.Exec(ctx, `DELETE FROM gracy_unfinished WHERE tape = $1 AND `+where, args...)
	}
	return err
}
