package postgres

import (
	"context"
	"crypto/sha256"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/gracy-go/gracy/replay/internal/rows"
	"github.com/gracy-go/gracy/replay/store"
)

// A batch is what an Append stores.
type batch struct {
	list     []*row
	replaces []replaces
	sent     bool // a transaction with it was sent, whose end may be unknown
}

// A row is an exchange to store.
type row struct {
	x           *store.Exchange
	key         rows.Key
	id          int64 // under which it is stored, which may be another than its own
	recordCheck int64
	data, body  []byte
}

// replaces says that the exchanges of a request below an ID go.
type replaces struct {
	key   rows.Key
	below store.ID
}

type request [sha256.Size - store.IdentitySize]byte

// prepare sorts out what of a batch replaces what. What a later exchange of it replaces is not stored.
func prepare(entries []store.Entry) *batch {
	b := new(batch)
	at := make(map[request]int)
	for _, e := range entries {
		if e.Replace == 0 {
			continue
		}
		i, ok := at[e.Key.Request()]
		if !ok {
			i = len(b.replaces)
			at[e.Key.Request()] = i
			b.replaces = append(b.replaces, replaces{key: rows.KeyOf(e.Key)})
		}
		b.replaces[i].below = max(b.replaces[i].below, e.Replace)
	}
	later := make(map[request]store.ID)
	kept := make([]bool, len(entries))
	for i := len(entries) - 1; i >= 0; i-- {
		e := entries[i]
		below := later[e.Key.Request()]
		kept[i] = e.ID >= below
		if e.Replace > below {
			later[e.Key.Request()] = e.Replace
		}
	}
	for i, e := range entries {
		if kept[i] {
			b.list = append(b.list, &row{x: e.Exchange, key: rows.KeyOf(e.Key)})
		}
	}
	return b
}

const probes = 64 // of IDs that are taken, before one behind the last is used

// number gives each exchange its ID, or the next that is free if another process has taken
// it: they count for themselves. The exchanges keep their order. Nobody else writes meanwhile.
func (s *link) number(ctx context.Context, tx pgx.Tx, b *batch) error {
	taken := make(map[int64]bool) // false is free
	for tries := 0; ; tries++ {
		unknown := b.assign(taken)
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
	return b.encode()
}

// own gives each exchange its own ID, but that no two have one.
func (b *batch) own() error {
	for _, r := range b.list {
		if r.id = rows.Number(r.x.ID); rows.ID(r.id) != r.x.ID {
			return fmt.Errorf("replay: the ID %d is beyond what PostgreSQL counts", r.x.ID)
		}
	}
	b.assign(nil)
	return b.encode()
}

func (b *batch) encode() (err error) {
	for _, r := range b.list {
		if r.data, r.body, err = rows.Encode(r.x, rows.ID(r.id)); err != nil {
			return err
		}
		r.recordCheck = rows.RecordCheck(rows.ID(r.id), r.data)
	}
	return nil
}

// assign gives each exchange the first ID, from its own on and behind that of the one before, that
// is not taken, and returns those of which that is not known yet. One whose body is in parts keeps its own.
func (b *batch) assign(taken map[int64]bool) (unknown []int64) {
	own := make(map[int64]bool)
	for _, r := range b.list {
		if r.x.MissingBody() > 0 {
			own[r.id] = true
		}
	}
	before := int64(-1)
	for _, r := range b.list {
		if r.x.MissingBody() > 0 {
			continue
		}
		r.id = max(rows.Number(r.x.ID), before+1)
		for taken[r.id] || own[r.id] {
			r.id++
		}
		if _, known := taken[r.id]; !known {
			unknown = append(unknown, r.id)
		}
		before = r.id
	}
	return unknown
}

// taken finds out which IDs another exchange has, or will have once all of its parts came.
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

// behindAll gives exchanges whose IDs are not known to be free some behind all that were ever taken.
func (s *link) behindAll(ctx context.Context, tx pgx.Tx, b *batch, taken map[int64]bool) error {
	var last int64
	err := tx.QueryRow(ctx, `SELECT greatest(last, (SELECT max(id) FROM gracy_unfinished WHERE tape = $1)) FROM gracy_tape WHERE tape = $1`, s.tape).Scan(&last)
	for _, r := range b.list {
		last = max(last, r.id)
	}
	for _, r := range b.list {
		if _, known := taken[r.id]; !known && r.x.MissingBody() == 0 {
			last++
			r.id = last
		}
	}
	return err
}

// columns are the rows of a batch, turned, since a statement takes a list for each column.
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
	for _, r := range b.list {
		c.id = append(c.id, r.id)
		c.method, c.host, c.path = append(c.method, r.key.Method), append(c.host, r.key.Host), append(c.path, r.key.Path)
		c.sum, c.keyCheck = append(c.sum, r.key.Sum), append(c.keyCheck, rows.KeyCheck(rows.ID(r.id), r.key))
		c.data, c.recordCheck = append(c.data, r.data), append(c.recordCheck, r.recordCheck)
		c.started = append(c.started, r.x.Start)
		var status *int32
		if n := int32(rows.Status(r.x)); n != 0 { //nolint:gosec // a status code
			status = &n
		}
		c.status = append(c.status, status)
		if r.x.MissingBody() > 0 {
			c.inParts = append(c.inParts, r.id)
		}
		c.last = max(c.last, r.id)
	}
	return c
}
