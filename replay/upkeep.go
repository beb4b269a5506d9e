package replay

import (
	"context"
	"time"
)

// Reindex compares everything on the tape anew, by the Match and the redaction
// rules of the options. Open does it where they changed; call it yourself if
// only the code of Match.Key did.
func (t *Tape) Reindex() error {
	if t.store == nil {
		return nil
	}
	t.writeMu.Lock()
	defer t.writeMu.Unlock()
	return t.store.Reindex(t.recipe(), func(x *Exchange) Key {
		r := x.Request
		r.URL, r.Header = t.clean.url(r.URL), t.clean.header(r.Header)
		if body, err := t.clean.body(r.Header, r.Body); err == nil {
			r.Body = body
		}
		return t.opts.Match.key(&r)
	})
}

// Prune deletes the exchanges that started before a moment and returns how
// many.
func (t *Tape) Prune(before time.Time) (int, error) {
	if t.store == nil {
		return 0, nil
	}
	if err := t.queue.flush(context.Background()); err != nil {
		return 0, err
	}
	var ids []ID
	total := 0
	drop := func() error {
		t.writeMu.Lock()
		defer t.writeMu.Unlock()
		err := t.store.Delete(ids...)
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
		if x.ID >= IDAt(before) {
			break
		}
		if ids = append(ids, x.ID); len(ids) == batchCount {
			if err := drop(); err != nil {
				return total, err
			}
		}
	}
	return total, drop()
}
