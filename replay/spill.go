package replay

import (
	"bytes"
	"sync/atomic"

	"github.com/gracy-go/gracy/internal/mediatype"
	"github.com/gracy-go/gracy/replay/store"
)

const (
	// spillFrom is how long a body is that is not kept in memory.
	spillFrom = 1 << 20
	// wholeUpTo is how long a body is that a hook or Verify still gets.
	wholeUpTo = 32 << 20
)

// spill is a long body on its way to the store, in parts. Nothing of it is safe for
// concurrent use but failed.
type spill struct {
	writer *writer
	masker masker
	id     store.ID

	size   int64
	number int    // of the next part
	part   []byte // what there is of it
	seen   []byte // the end of the part before, where a literal may begin
	leaks  bool   // there is a registered literal

	failed atomic.Bool // the store has not taken a part
}

// spills returns where a body goes that begins with head, nil if it has to stay in
// memory: the store has no parts, or secrets could have to be masked in it.
func (r *recording) spills(head []byte) *spill {
	t := r.tape
	from := spillFrom
	if t.opts.BeforeRecord != nil {
		from = wholeUpTo
	}
	if _, ok := t.store.(store.PartStore); !ok || len(head) < from || len(codings(r.head.Header)) > 0 {
		return nil
	}
	if mediatype.Of(r.head.Header.Get("Content-Type"), head) != mediatype.Binary {
		return nil
	}
	return &spill{writer: t.writer, masker: t.masker, id: r.id}
}

// write takes what follows of the body. It waits while too much waits for the store.
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
			s.flush()
		}
	}
}

// flush sends what there is of a part on its way.
func (s *spill) flush() {
	if len(s.part) == 0 {
		return
	}
	if overlap := s.masker.red.LongestLiteral(); overlap > 0 && !s.leaks {
		s.leaks = s.masker.red.Leaks(append(s.seen, s.part...))
		s.seen = bytes.Clone(s.part[max(0, len(s.part)-overlap):])
	}
	if !s.leaks && !s.failed.Load() {
		s.writer.addPart(&pending{part: store.Part{ID: s.id, Number: s.number, Data: s.part}, spill: s})
	}
	s.part = nil
	s.number++
}

// drop removes the parts of a body whose exchange is not recorded. A nil spill has none.
func (s *spill) drop() {
	if s == nil {
		return
	}
	s.part = nil
	if s.number > 0 {
		s.writer.addPart(&pending{part: store.Part{ID: s.id}, spill: s})
	}
}
