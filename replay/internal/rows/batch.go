package rows

import (
	"crypto/sha256"
	"fmt"

	"github.com/gracy-go/gracy/replay/store"
)

// A Batch is what an Append stores.
type Batch struct {
	List     []*Insert
	Replaces []Replaced
}

// An Insert is an exchange to store.
type Insert struct {
	Exchange    *store.Exchange
	Key         Key
	ID          int64 // the ID it is stored under, which may differ from its own
	RecordCheck int64
	Data, Body  []byte // as Encode returns them
}

// Replaced says that the exchanges of a request with IDs below Below are removed.
type Replaced struct {
	Key   Key
	Below store.ID
}

type request [sha256.Size - store.IdentitySize]byte

// Prepare finds out which exchanges of a batch replace which. An exchange that a later one of the
// batch replaces is not stored. [Batch.Own] gives the others their IDs.
func Prepare(entries []store.Entry) *Batch {
	b := new(Batch)
	at := make(map[request]int)
	for _, e := range entries {
		if e.Replace == 0 {
			continue
		}
		i, ok := at[e.Key.Request()]
		if !ok {
			i = len(b.Replaces)
			at[e.Key.Request()] = i
			b.Replaces = append(b.Replaces, Replaced{Key: KeyOf(e.Key)})
		}
		b.Replaces[i].Below = max(b.Replaces[i].Below, e.Replace)
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
			b.List = append(b.List, &Insert{Exchange: e.Exchange, Key: KeyOf(e.Key)})
		}
	}
	return b
}

// Own gives each exchange its own ID, or the next free one if another of the batch has it, and
// encodes it.
func (b *Batch) Own() error {
	for _, r := range b.List {
		if r.ID = Number(r.Exchange.ID); ID(r.ID) != r.Exchange.ID {
			return fmt.Errorf("replay: the ID %d is too large for a database", r.Exchange.ID)
		}
	}
	b.Assign(0, nil)
	return b.Encode(0)
}

// Encode makes the records of the exchanges from index from on.
func (b *Batch) Encode(from int) (err error) {
	for _, r := range b.List[from:] {
		if r.Data, r.Body, err = Encode(r.Exchange, ID(r.ID)); err != nil {
			return err
		}
		r.RecordCheck = RecordCheck(ID(r.ID), r.Data)
	}
	return nil
}

// Assign gives each exchange from index from on the first ID that is not taken, starting with its
// own and after that of the exchange before it. It returns the assigned IDs that taken says
// nothing about. An exchange whose body is in parts keeps its own ID.
func (b *Batch) Assign(from int, taken map[int64]bool) (unknown []int64) {
	own := make(map[int64]bool)
	for _, r := range b.List {
		if r.Exchange.MissingBody() > 0 {
			own[r.ID] = true
		}
	}
	before := int64(-1)
	for i, r := range b.List {
		switch {
		case r.Exchange.MissingBody() > 0:
			continue
		case i >= from:
			r.ID = max(Number(r.Exchange.ID), before+1)
			for taken[r.ID] || own[r.ID] {
				r.ID++
			}
			if _, known := taken[r.ID]; !known {
				unknown = append(unknown, r.ID)
			}
		}
		before = r.ID
	}
	return unknown
}

// Behind ends a search for free IDs. From index from on, it skips the exchanges whose ID taken
// shows to be free. From the first other one on, it gives each an ID after last and after all IDs
// of the batch.
func (b *Batch) Behind(from int, last int64, taken map[int64]bool) {
	for _, r := range b.List {
		last = max(last, r.ID)
	}
	moved := false
	for _, r := range b.List[from:] {
		if r.Exchange.MissingBody() > 0 {
			continue
		}
		_, known := taken[r.ID]
		if moved = moved || !known; moved {
			last++
			r.ID = last
		}
	}
}
