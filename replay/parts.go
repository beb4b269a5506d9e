package replay

import (
	"context"
	"errors"
	"fmt"

	"github.com/gracy-go/gracy/internal/ctxerr"
	"github.com/gracy-go/gracy/replay/store"
)

// parts reads the body of an exchange that the store keeps in parts.
type parts struct {
	writer *writer
	id     store.ID
	number int   // the number of the next part
	left   int64 // the bytes that were not read
}

// partsOf returns nil for an exchange that has its body.
func (w *writer) partsOf(x *store.Exchange) *parts {
	if x.MissingBody() == 0 {
		return nil
	}
	return &parts{writer: w, id: x.ID, left: x.MissingBody()}
}

// next returns the next bytes of the body, none at its end.
func (p *parts) next(ctx context.Context) ([]byte, error) {
	if p.left == 0 {
		return nil, nil
	}
	b, err := p.writer.part(ctx, p.id, p.number)
	if err != nil {
		return nil, err
	}
	if len(b) == 0 || int64(len(b)) > p.left {
		return nil, &store.FormatError{Reason: fmt.Sprintf("damaged tape, or recorded anew meanwhile: part %d of a body has %d bytes", p.number, len(b))}
	}
	p.number++
	p.left -= int64(len(b))
	return b, nil
}

// whole returns an exchange with its body, unless that is beyond wholeUpTo.
func (w *writer) whole(ctx context.Context, x *store.Exchange) (*store.Exchange, error) {
	p := w.partsOf(x)
	if p == nil || p.left > wholeUpTo {
		return x, nil
	}
	out, resp := *x, *x.Response
	out.Response = &resp
	body := make([]byte, 0, p.left)
	for p.left > 0 {
		b, err := p.next(ctx)
		if err != nil {
			return nil, err
		}
		body = append(body, b...)
	}
	return &out, out.RestoreBody(body)
}

var errNoParts = errors.New("replay: the store has no parts of bodies")

// part returns a part of a body, or nil. It waits for a part that is not stored yet.
func (w *writer) part(ctx context.Context, id store.ID, number int) ([]byte, error) {
	b, err := w.reads.part(ctx, id, number)
	if b == nil && err == nil {
		if w.queue.flush(ctx) != nil {
			return nil, ctxerr.Of(ctx)
		}
		b, err = w.reads.part(ctx, id, number)
	}
	return b, err
}

// addPart queues a part, unless ctx ends while it waits. After the tape is closed the part is lost,
// and so is its exchange, which is reported.
func (w *writer) addPart(ctx context.Context, p *pending) error {
	w.closeMu.RLock()
	defer w.closeMu.RUnlock()
	if w.closed.Load() {
		p.spill.failed.Store(true)
		return nil
	}
	return w.queue.addWithin(ctx, p)
}

// writeParts stores the parts in a batch, and removes those of bodies that are not recorded. If
// the store could not take a part of a body, none of it stays.
func (w *writer) writeParts(batch []*pending) {
	var list []store.Part
	var drop []*pending
	for _, p := range batch {
		switch {
		case p.Exchange != nil:
		case p.part.Data == nil:
			drop = append(drop, p)
		case !p.spill.failed.Load():
			list = append(list, p.part)
		}
	}
	if len(list) > 0 {
		if err := w.appendParts(list); err != nil {
			w.errs.report(err)
			for _, p := range batch {
				if p.part.Data != nil && !p.spill.failed.Swap(true) {
					drop = append(drop, p)
				}
			}
		}
	}
	for _, p := range drop {
		w.takeBack(p)
	}
}

func (w *writer) appendParts(list []store.Part) error {
	w.storeMu.Lock()
	defer w.storeMu.Unlock()
	s, ok := w.store.(store.PartStore)
	if !ok {
		return errNoParts
	}
	return s.AppendParts(list)
}

// takeBack removes the parts of a body, if it is in parts.
func (w *writer) takeBack(p *pending) {
	w.storeMu.Lock()
	defer w.storeMu.Unlock()
	w.takeBackLocked(p)
}

// takeBackLocked is takeBack for a caller that holds storeMu.
func (w *writer) takeBackLocked(p *pending) {
	if p.spill == nil {
		return
	}
	if err := w.store.Delete(p.spill.id); err != nil {
		w.errs.report(err)
	}
}
