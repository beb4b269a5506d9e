package store

import (
	"encoding/binary"
	"errors"
	"math"
)

// A field is laid out as protobuf does it: a tag (number<<3 | kind), then a
// varint, or a length and that many bytes.

const (
	kindVarint = 0
	kindFixed8 = 1
	kindBytes  = 2
	kindFixed4 = 5
)

var errField = errors.New("malformed field")

func putTag(b []byte, number, kind int) []byte {
	return binary.AppendUvarint(b, uint64(number)<<3|uint64(kind)) //nolint:gosec // constants
}

// putInt leaves zero out, as putBytes does with the empty slice.
func putInt(b []byte, number int, v int64) []byte {
	if v == 0 {
		return b
	}
	return binary.AppendUvarint(putTag(b, number, kindVarint), uint64(v)) //nolint:gosec // two's complement both ways
}

func putBool(b []byte, number int, v bool) []byte {
	if !v {
		return b
	}
	return putInt(b, number, 1)
}

func putBytes[T ~string | ~[]byte](b []byte, number int, v T) []byte {
	if len(v) == 0 {
		return b
	}
	return putAlways(b, number, v)
}

func putAlways[T ~string | ~[]byte](b []byte, number int, v T) []byte {
	b = binary.AppendUvarint(putTag(b, number, kindBytes), uint64(len(v)))
	return append(b, v...)
}

// putNested puts a field that is written by a function behind its length, without a
// buffer of its own.
func putNested(b []byte, number int, write func([]byte) []byte) []byte {
	const room = 2 // what a length of 128 to 16383 takes
	b = putTag(b, number, kindBytes)
	from := len(b)
	b = write(append(b, make([]byte, room)...))
	n := len(b) - from - room
	var length [binary.MaxVarintLen64]byte
	takes := binary.PutUvarint(length[:], uint64(n)) //nolint:gosec // not negative
	if takes != room {
		for len(b) < from+takes+n {
			b = append(b, 0)
		}
		copy(b[from+takes:], b[from+room:from+room+n])
		b = b[:from+takes+n]
	}
	copy(b[from:], length[:takes])
	return b
}

// field is one decoded field; raw is the whole of it, tag included.
type field struct {
	number int
	kind   int
	value  uint64
	bytes  []byte
	raw    []byte
}

func (f field) int() int64 { return int64(f.value) } //nolint:gosec // two's complement both ways

// fields calls fn for each field of b. Every length is checked against what is
// there before anything is allocated for it; slices point into b.
func fields(b []byte, fn func(field) error) error {
	for len(b) > 0 {
		f, n, err := nextField(b)
		if err != nil {
			return err
		}
		if err := fn(f); err != nil {
			return err
		}
		b = b[n:]
	}
	return nil
}

func nextField(b []byte) (field, int, error) {
	tag, n := binary.Uvarint(b)
	if n <= 0 || tag>>3 == 0 || tag>>3 > math.MaxInt32 {
		return field{}, 0, errField
	}
	f := field{number: int(tag >> 3), kind: int(tag & 7)} //nolint:gosec // bounded above
	switch f.kind {
	case kindVarint:
		v, m := binary.Uvarint(b[n:])
		if m <= 0 {
			return field{}, 0, errField
		}
		f.value = v
		n += m
	case kindBytes:
		v, m := binary.Uvarint(b[n:])
		if m <= 0 || v > uint64(len(b)-n-m) {
			return field{}, 0, errField
		}
		n += m
		f.bytes = b[n : n+int(v) : n+int(v)] //nolint:gosec // at most len(b)
		n += int(v)                          //nolint:gosec // at most len(b)
	case kindFixed4, kindFixed8:
		size := 4
		if f.kind == kindFixed8 {
			size = 8
		}
		if len(b)-n < size {
			return field{}, 0, errField
		}
		n += size
	default:
		return field{}, 0, errField
	}
	f.raw = b[:n:n]
	return f, n, nil
}

// want returns an error for a known field of the wrong kind.
func (f field) want(kind int) error {
	if f.kind != kind {
		return errField
	}
	return nil
}
