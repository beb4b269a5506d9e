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

// staleAfter is how long the parts of an exchange that was not appended are kept after the last
// one, since another process may be recording it.
const staleAfter = time.Hour

func (s *sqliteStore) AppendParts(parts []store.Part) error {
	s.unending.Store(true)
	return s.open(func(w *writing) error {
		for _, p := range parts {
			if p.Number == 0 {
				n, err := w.run(`INSERT INTO gracy_unfinished (id, owner, touched) SELECT ?1, ?2, ?3
					WHERE NOT EXISTS (SELECT 1 FROM gracy_exchange WHERE id = ?1) ON CONFLICT DO NOTHING`,
					rows.Number(p.ID), s.owner, seconds(time.Now()))
				if err != nil {
					return err
				}
				if n == 0 {
					return fmt.Errorf("replay: the ID %d of a body in parts was taken by another process", p.ID)
				}
			} else if err := w.touch(p.ID, s.owner); err != nil {
				return err
			}
			if err := w.putPart(p); err != nil {
				return err
			}
		}
		return nil
	})
}

// touch records that an exchange is still being recorded.
func (w *writing) touch(id store.ID, owner string) error {
	n, err := w.run(`UPDATE gracy_unfinished SET touched = ? WHERE id = ? AND owner = ?`, seconds(time.Now()), rows.Number(id), owner)
	if err == nil && n == 0 {
		err = fmt.Errorf("replay: the first parts of the body of exchange %d are gone", id)
	}
	return err
}

func (w *writing) putPart(p store.Part) error {
	return w.exec(`INSERT INTO gracy_part (id, number, crc, data) VALUES (?, ?, ?, ?)`,
		rows.Number(p.ID), p.Number, rows.PartCheck(p.ID, p.Number, p.Data), nonNil(p.Data))
}

// finish records that the exchange of some parts was appended.
func (w *writing) finish(id store.ID, owner string) error {
	n, err := w.run(`DELETE FROM gracy_unfinished WHERE id = ? AND owner = ?`, rows.Number(id), owner)
	if err == nil && n == 0 {
		err = fmt.Errorf("replay: the parts of the body of exchange %d are gone", id)
	}
	return err
}

// nonNil returns b as a value that is not NULL.
func nonNil(b []byte) []byte {
	if b == nil {
		return []byte{}
	}
	return b
}

func (s *sqliteStore) Part(id store.ID, number int) ([]byte, error) {
	stmt, err := s.stmt(`SELECT crc, data FROM gracy_part WHERE id = ? AND number = ?`)
	if err != nil {
		return nil, err
	}
	var crc int64
	var data []byte
	err = stmt.QueryRowContext(context.Background(), rows.Number(id), number).Scan(&crc, &data)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return nil, nil
	case err != nil:
		return nil, explain(s.path, err)
	case rows.PartCheck(id, number, data) != crc:
		return nil, explain(s.path, rows.Damaged("the checksum of part %d of the body of exchange %d is wrong", number, id))
	}
	return data, nil
}

// abandon removes the parts of exchanges that this store did not finish.
func (s *sqliteStore) abandon() error {
	return s.update(func(w *writing) error { return w.drop(`owner = ?`, s.owner) })
}

// sweep removes the parts of exchanges that a dead process did not finish.
func (s *sqliteStore) sweep(now time.Time) error {
	const stale = `touched < ?`
	before := seconds(now.Add(-staleAfter))
	n := 0
	err := s.db.QueryRowContext(context.Background(), `SELECT count(*) FROM gracy_unfinished WHERE `+stale, before).Scan(&n)
	if err != nil || n == 0 {
		return explain(s.path, err)
	}
	return s.update(func(w *writing) error { return w.drop(stale, before) })
}

func (w *writing) drop(where string, arg any) error {
	if err := w.exec(`DELETE FROM gracy_part WHERE id IN (SELECT id FROM gracy_unfinished WHERE `+where+`)`, arg); err != nil {
		return err
	}
	return w.exec(`DELETE FROM gracy_unfinished WHERE `+where, arg)
}
