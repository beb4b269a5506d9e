package replay

import (
	"crypto/sha256"
	"encoding/binary"
	"hash"
)

// digest hashes a list of marked texts; lengths keep "ab"+"c" and "a"+"bc" apart. A short
// list is hashed in one piece.
type digest struct{ s *digestState }

type digestState struct {
	held []byte    // what is not hashed yet; begins in room
	hash hash.Hash // of what came before; nil for nothing
	room [256]byte // enough for a request without a body
}

func newDigest() digest {
	s := new(digestState)
	s.held = s.room[:0]
	return digest{s}
}

func (d digest) put(mark byte, s string) {
	d.head(mark, len(s))
	if len(s) <= d.s.free() {
		d.s.held = append(d.s.held, s...)
		return
	}
	d.s.write([]byte(s))
}

// putBytes is put for what is no string; it keeps nothing of b.
func (d digest) putBytes(mark byte, b []byte) {
	d.head(mark, len(b))
	if len(b) <= d.s.free() {
		d.s.held = append(d.s.held, b...)
		return
	}
	d.s.write(b)
}

func (d digest) head(mark byte, n int) {
	if d.s.free() < 1+binary.MaxVarintLen64 {
		d.s.write(nil)
	}
	d.s.held = binary.AppendUvarint(append(d.s.held, mark), uint64(n)) //nolint:gosec // a length
}

func (s *digestState) free() int { return cap(s.held) - len(s.held) }

// write hashes what is held, then b.
func (s *digestState) write(b []byte) {
	if s.hash == nil {
		s.hash = sha256.New()
	}
	_, _ = s.hash.Write(s.held)
	_, _ = s.hash.Write(b)
	s.held = s.held[:0]
}

func (d digest) sum() [sha256.Size]byte {
	if d.s.hash == nil {
		return sha256.Sum256(d.s.held)
	}
	d.s.write(nil)
	return [sha256.Size]byte(d.s.hash.Sum(nil))
}
