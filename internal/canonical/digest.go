package canonical

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"hash"
)

// A Digest hashes a list of marked texts. Their lengths keep "ab"+"c" and "a"+"bc" apart. A short
// list is hashed in one piece, without an allocation. Therefore no method may keep the Digest or
// pass what it holds to an interface. The zero Digest has hashed nothing.
type Digest struct {
	hash hash.Hash // the hash of what came before room; nil for nothing
	n    int       // the bytes in room
	room [256]byte // enough for a request without a body
}

// Put adds a text with a mark.
// Put adds a text with a mark.
func (d *Digest) Put(mark byte, s string) {
	d.head(mark, len(s))
	if len(s) <= len(d.room)-d.n {
		d.n += copy(d.room[d.n:], s)
		return
	}
	d.write([]byte(s))
}

// PutBytes is Put for bytes. It keeps nothing of b.
func (d *Digest) PutBytes(mark byte, b []byte) {
	d.head(mark, len(b))
	if len(b) <= len(d.room)-d.n {
		d.n += copy(d.room[d.n:], b)
		return
	}
	d.write(b)
}

func (d *Digest) head(mark byte, n int) {
	if len(d.room)-d.n < 1+binary.MaxVarintLen64 {
		d.write(nil)
	}
	d.n = len(binary.AppendUvarint(append(d.room[:d.n], mark), uint64(n))) //nolint:gosec // a length
}

// write hashes the bytes in room, and then b.
func (d *Digest) write(b []byte) {
	if d.hash == nil {
		d.hash = sha256.New()
	}
	_, _ = d.hash.Write(bytes.Clone(d.room[:d.n]))
	_, _ = d.hash.Write(b)
	d.n = 0
}

// Sum returns the hash.
// Sum returns the hash.
func (d *Digest) Sum() [sha256.Size]byte {
	if d.hash == nil {
		return sha256.Sum256(d.room[:d.n])
	}
	d.write(nil)
	return [sha256.Size]byte(d.hash.Sum(nil))
}
