package store

import (
	"encoding/binary"
	"time"
)

// A Piece is a part of a response body that arrived at once, as far as its reader could see.
type Piece struct {
	Bytes int64
	Wait  time.Duration // since the piece before, or since the headers, to the microsecond
}

// appendPieces encodes pieces as a varint for each of their fields.
func appendPieces(b []byte, list []Piece) []byte {
	for _, p := range list {
		b = binary.AppendUvarint(b, uint64(max(p.Bytes, 0)))
		b = binary.AppendUvarint(b, uint64(max(p.Wait.Microseconds(), 0)))
	}
	return b
}

func decodePieces(b []byte) ([]Piece, error) {
	var list []Piece
	for len(b) > 0 {
		bytes, n := binary.Uvarint(b)
		if n <= 0 {
			return nil, errField
		}
		wait, m := binary.Uvarint(b[n:])
		// A wait must fit into a Duration, and a body into memory.
		if m <= 0 || bytes > maxPiece || wait > maxPiece {
			return nil, errField
		}
		list = append(list, Piece{int64(bytes), time.Duration(wait) * time.Microsecond})
		b = b[n+m:]
	}
	return list, nil
}

// maxPiece is the limit of the bytes of a piece, and of its wait in microseconds, which is more
// than a hundred years.
const maxPiece = 1 << 52
