package replay

import (
	"context"
	"iter"
	"time"

	"github.com/gracy-go/gracy/replay/store"
)

// Reindex gives every exchange on the tape a new key, by the Match and the redaction rules of the
// options. Open does that if they changed. Call Reindex if only the code of Match.Key did.
func (t *Tape) Reindex() error {
	if t.IsOff() {
		return nil
	}
	defer t.sequences.rekeyed()
	return t.writer.change(func(s store.IndexStore) error {
		return s.Reindex(joinRecipe(t.opts.recipe(), t.capturer.who.key), t.capturer.keyOf)
	})
}

// Prune deletes the exchanges that started before the given time and returns how many they were.
func (t *Tape) Prune(before time.Time) (int, error) {
	if t.IsOff() {
		return 0, nil
	}
	if err := t.writer.queue.flush(context.Background()); err != nil {
		return 0, err
	}
	var ids []store.ID
	total := 0
	remove := func() error {
		err := t.writer.change(func(s store.IndexStore) error { return s.Delete(ids...) })
		if err == nil {
			total += len(ids)
			ids = ids[:0]
		}
		return err
	}
	for x, err := range t.store.Scan(0) {
		if err != nil {
			return total, err
		}
		if x.ID >= store.IDAt(before) {
			break
		}
		if ids = append(ids, x.ID); len(ids) == batchCount {
			if err := remove(); err != nil {
				return total, err
			}
		}
	}
	err := remove()
	return total, err
}

// Exchanges yields what is stored on the tape by ID, which is the order in which the requests
// were started. Call Flush before it to include what is queued. The exchanges must not be
// changed. They do not include a long body that a bbolt file keeps in parts. An error is the last
// thing yielded. A tape that is off yields nothing.
func (t *Tape) Exchanges() iter.Seq2[*store.Exchange, error] {
	if t.IsOff() {
		return func(func(*store.Exchange, error) bool) {}
	}
	return t.store.Scan(0)
}

// Unused returns the exchanges of earlier sessions that could have been
// replayed and were not, by ID. It reads the whole tape.
func (t *Tape) Unused() ([]*store.Exchange, error) {
	if t.IsOff() {
		return nil, nil
	}
	var unused []*store.Exchange
	for x, err := range t.store.Scan(0) {
		if err != nil {
			return nil, err
		}
		if x.ID >= t.session {
			break
		}
		if t.opts.replays(x, t.opts.Mode) && !t.sequences.wasServed(x.ID) {
			unused = append(unused, x)
		}
	}
	return unused, nil
}

// Rewind forgets what was replayed. Every sequence begins again, and ModeSmart replays what was
// recorded before, too.
func (t *Tape) Rewind() {
	if t != nil {
		t.sequences.rewind(store.ID(t.ids.last.Load() + 1))
		t.order.rewind()
	}
}
