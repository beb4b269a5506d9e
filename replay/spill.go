package replay

import (
	"bytes"
	"context"
	"sync/atomic"

	"github.com/gracy-go/gracy/internal/mediatype"
	"github.com/gracy-go/gracy/replay/store"
)

const (
	// spillFrom is the length from which a body is not kept in memory.
	spillFrom = 1 << 20
	// wholeUpTo is the length up to which a hook or Verify still gets a body.
	wholeUpTo = 32 << 20
)

// spill is a long body on its way to the store, in parts. Only failed is safe for concurrent use.
type spill struct {
	writer *writer
	masker masker
	id     store.ID

	size   int64
	number int    // the number of the part that is sent next
	part   []byte // the part that is being filled
	held   []byte // the part before, which is sent when it is known that no literal begins in it
	leaks  bool   // whether there is a registered literal
	late   bool   // whether ctx ended while a part waited for the store

	ctx    context.Context // of the request, and until Close ends a read
	failed atomic.Bool     // whether the store rejected a part
}

// spillFrom returns the length of the start of a body from which spills decides.
func (r *recording) spillFrom() int {
	if r.tape.opts.BeforeRecord != nil {
		return wholeUpTo
	}
	return spillFrom
}

// spills returns where a body goes that starts with head, or nil if it must stay in memory, because
// the store has no parts or secrets may have to be masked. It is called once for a body, since it
// reads all of head. Waits for the store end with ctx.
func (r *recording) spills(ctx context.Context, head []byte) *spill {
	t := r.tape
	if _, ok := t.store.(store.PartStore); !ok || len(codings(r.head.Header)) > 0 {
		return nil
	}
	if mediatype.Of(r.head.Header.Get("Content-Type"), head) != mediatype.Binary || !bytes.ContainsFunc(head, control) {
		return nil
	}
	return &spill{writer: t.writer, masker: t.masker, id: r.id, ctx: ctx}
}

// control reports whether c is in no text of any single-byte charset. A body without such a byte
// may be a text whose end says more about it than its start: callback({...}).
func control(c rune) bool { return c < ' ' && (c < '\b' || c > '\r') && c != '\x1b' }

// write adds to the body. It waits while too much waits for the store, but not longer than ctx,
// which bounds the time that recording costs the caller.
func (s *spill) write(b []byte) {
	s.size += int64(len(b))
	for len(b) > 0 {
		if s.part == nil {
			s.part = make([]byte, 0, store.PartSize)
		}
		n := min(store.PartSize-len(s.part), len(b))
		s.part = append(s.part, b[:n]...)
		b = b[n:]
		if len(s.part) == store.PartSize {
			s.next()
		}
	}
}

// next ends a part and sends the one before. A part is held back because otherwise half of a
// literal could stay in free pages of the file after its parts were removed.
func (s *spill) next() {
	if overlap := s.masker.red.LongestLiteral(); overlap > 0 && !s.leaks {
		s.leaks = s.masker.red.Leaks(append(s.held[max(0, len(s.held)-overlap):len(s.held):len(s.held)], s.part...))
	}
	s.send()
	s.held, s.part = s.part, nil
}

// send sends the held part.
func (s *spill) send() {
	if len(s.held) == 0 {
		return
	}
	if !s.leaks && !s.late && !s.failed.Load() {
		s.late = s.writer.addPart(s.ctx, &pending{part: store.Part{ID: s.id, Number: s.number, Data: s.held}, spill: s}) != nil
	}
	s.held = nil
	s.number++
}

// flush sends the remaining parts at the end of the body.
func (s *spill) flush() {
	if len(s.part) > 0 {
		s.next()
	}
	s.send()
}

// drop removes the parts of a body whose exchange is not recorded. A nil spill has none.
func (s *spill) drop() {
	if s == nil {
		return
	}
	s.held, s.part = nil, nil
	if s.number > 0 {
		_ = s.writer.addPart(context.Background(), &pending{part: store.Part{ID: s.id}, spill: s})
	}
}
