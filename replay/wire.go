package replay

import (
	"encoding/binary"
	"errors"
	"math"
)

// The fields of an exchange are laid out as protobuf lays them out, so that
// any language can read a tape: a tag (number<<3 | type), then a varint or a
// length and that many bytes.

const (
	wireVarint = 0
	wireFixed8 = 1
	wireBytes  = 2
	wireFixed4 = 5
)

var errWire = errors.New("malformed field")

func putTag(b []byte, field, kind int) []byte {
	return binary.AppendUvarint(b, uint64(field)<<3|uint64(kind)) //nolint:gosec // constants
}

// putInt leaves zero out, as putBytes does with the empty slice.
func putInt(b []byte, field int, v int64) []byte {
	if v == 0 {
		return b
	}
	return binary.AppendUvarint(putTag(b, field, wireVarint), uint64(v)) //nolint:gosec // two's complement both ways
}

func putBool(b []byte, field int, v bool) []byte {
	if !v {
		return b
	}
	return putInt(b, field, 1)
}

func putBytes[T ~string | ~[]byte](b []byte, field int, v T) []byte {
	if len(v) == 0 {
		return b
	}
	return putAlways(b, field, v)
}

func putAlways[T ~string | ~[]byte](b []byte, field int, v T) []byte {
	b = binary.AppendUvarint(putTag(b, field, wireBytes), uint64(len(v)))
	return append(b, v...)
}

// field is one decoded field; raw is the whole of it, tag included.
type field struct {
	num   int
	kind  int
	value uint64
	bytes []byte
	raw   []byte
}

func (f field) int() int64 { return int64(f.value) } //nolint:gosec // two's complement both ways

// fields calls fn for each field of b. Every length is checked against what is
// there before anything is made of it; slices point into b.
func fields(b []byte, fn func(field) error) error {
	for len(b) > 0 {
		f, n, err := next(b)
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

func next(b []byte) (field, int, error) {
	tag, n := binary.Uvarint(b)
	if n <= 0 || tag>>3 == 0 || tag>>3 > math.MaxInt32 {
		return field{}, 0, errWire
	}
	f := field{num: int(tag >> 3), kind: int(tag & 7)} //nolint:gosec // bounded above
	switch f.kind {
	case wireVarint:
		v, m := binary.Uvarint(b[n:])
		if m <= 0 {
			return field{}, 0, errWire
		}
		f.value = v
		n += m
	case wireBytes:
		v, m := binary.Uvarint(b[n:])
		if m <= 0 || v > uint64(len(b)-n-m) {
			return field{}, 0, errWire
		}
		n += m
		f.bytes = b[n : n+int(v) : n+int(v)] //nolint:gosec // at most len(b)
		n += int(v)                          //nolint:gosec // at most len(b)
	case wireFixed4, wireFixed8:
		size := 4
		if f.kind == wireFixed8 {
			size = 8
		}
		if len(b)-n < size {
			return field{}, 0, errWire
		}
		n += size
	default:
		return field{}, 0, errWire
	}
	f.raw = b[:n:n]
	return f, n, nil
}

// want refuses a known field of the wrong type.
func (f field) want(kind int) error {
	if f.kind != kind {
		return errWire
	}
	return nil
}
