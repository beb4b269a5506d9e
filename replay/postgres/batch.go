package postgres

import (
	"context"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/gracy-go/gracy/replay/internal/rows"
	"github.com/gracy-go/gracy/replay/store"
)

// A batch is what one Append stores.
type batch struct {
	*rows.Batch
	sent bool // whether a transaction with it was sent, whose outcome may be unknown
}

const probes = 64 // how many taken IDs are tried before one above the last is used

// number gives each exchange its ID, or the next free one if another process has taken it. The
// exchanges keep their order. The caller holds the lock of the tape.
func (s *link) number(ctx context.Context, tx pgx.Tx, b *batch) error {
	taken := make(map[int64]bool) // false is free
	for tries := 0; ; tries++ {
		unknown := b.Assign(0, taken)
		if len(unknown) == 0 {
			break
		}
		if tries == probes {
			if err := s.behindAll(ctx, tx, b, taken); err != nil {
				return err
			}
			break
		}
		if err := s.taken(ctx, tx, unknown, taken); err != nil {
			return err
		}
	}
	return b.Encode(0)
}

// A record is where and how an exchange was to be stored.
type record struct{ id, check int64 }

// keepInDoubt keeps how a batch was sent of which it is not known whether it is stored. A caller
// appends it again.
func (s *pgStore) keepInDoubt(b *batch) {
	s.inDoubt = make(map[store.ID]record, len(b.List))
	for _, r := range b.List {
		s.inDoubt[r.Exchange.ID] = record{r.ID, r.RecordCheck}
	}
}

// dropStored drops from a batch what the last one in doubt has stored, if under another ID since its
// own was taken. The caller holds the lock of the tape.
func (s *pgStore) dropStored(ctx context.Context, tx pgx.Tx, b *batch) error {
	var ids []int64
	for _, r := range b.List {
		if was, ok := s.inDoubt[r.Exchange.ID]; ok {
			ids = append(ids, was.id)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	found, err := tx.Query(ctx, `SELECT id, crc FROM gracy_record WHERE tape = $1 AND id = ANY($2)`, s.tape, ids)
	if err != nil {
		return err
	}
	all, err := pgx.CollectRows(found, func(row pgx.CollectableRow) (r record, err error) { return r, row.Scan(&r.id, &r.check) })
	b.List = slices.DeleteFunc(b.List, func(r *rows.Insert) bool {
		was, ok := s.inDoubt[r.Exchange.ID]
		return ok && slices.Contains(all, was)
	})
	return err
}

// taken finds out which IDs belong to another exchange, or to one of which there are only parts
// yet.
func (s *link) taken(ctx context.Context, tx pgx.Tx, ids []int64, taken map[int64]bool) error {
	found, err := tx.Query(ctx, `SELECT id FROM gracy_exchange WHERE tape = $1 AND id = ANY($2)
		UNION ALL SELECT id FROM gracy_unfinished WHERE tape = $1 AND id = ANY($2)`, s.tape, ids)
	if err != nil {
		return err
	}
	all, err := pgx.CollectRows(found, pgx.RowTo[int64])
	for _, id := range ids {
		taken[id] = false
	}
	for _, id := range all {
		taken[id] = true
	}
	return err
}

// behindAll gives the exchanges whose IDs may be taken IDs above all that were ever used.
func (s *link) behindAll(ctx context.Context, tx pgx.Tx, b *batch, taken map[int64]bool) error {
	var last int64
	err := tx.QueryRow(ctx, `SELECT greatest(last, (SELECT max(id) FROM gracy_unfinished WHERE tape = $1)) FROM gracy_tape WHERE tape = $1`, s.tape).Scan(&last)
	b.Behind(0, last, taken)
	return err
}

// columns are the rows of a batch, transposed, since a statement takes a list for each column.
type columns struct {
	id, keyCheck, recordCheck, inParts []int64
	method, host, path                 []string
	status                             []*int32 // nil for no response
	started                            []time.Time
	sum, data                          [][]byte
	last                               int64
}

func (b *batch) columns() *columns {
	c := new(columns)
	for _, r := range b.List {
		c.id = append(c.id, r.ID)
		c.method, c.host, c.path = append(c.method, r.Key.Method), append(c.host, r.Key.Host), append(c.path, r.Key.Path)
		c.sum, c.keyCheck = append(c.sum, r.Key.Sum), append(c.keyCheck, rows.KeyCheck(rows.ID(r.ID), r.Key))
		c.data, c.recordCheck = append(c.data, r.Data), append(c.recordCheck, r.RecordCheck)
		c.started = append(c.started, r.Exchange.Start)
		var status *int32
		if n := int32(rows.Status(r.Exchange)); n != 0 { //nolint:gosec // a status code
			status = &n
		}
		c.status = append(c.status, status)
		if r.Exchange.MissingBody() > 0 {
			c.inParts = append(c.inParts, r.ID)
		}
		c.last = max(c.last, r.ID)
	}
	return c
}
