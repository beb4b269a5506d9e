package replay

import (
	"crypto/sha256"
	"encoding/binary"
	"hash"
)

// digest hashes a list of marked texts; lengths keep "ab"+"c" and "a"+"bc" apart.
type digest struct{ h hash.Hash }

func newDigest() digest { return digest{sha256.New()} }

func (d digest) put(mark byte, s string) {
	var b [16]byte
	b[0] = mark
	n := binary.PutUvarint(b[1:], uint64(len(s)))
	_, _ = d.h.Write(b[:1+n])
	_, _ = d.h.Write([]byte(s))
}

func (d digest) sum() (out [sha256.Size]byte) {
	d.h.Sum(out[:0])
	return out
}
