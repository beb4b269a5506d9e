package store

import (
	"encoding/binary"
	"errors"
	"math"
)

// A field is encoded as in protobuf: a tag (number<<3 | kind), then a varint, or a length and that
// many bytes.

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

// putInt omits zero, as putBytes omits an empty slice.
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

// putNested puts fields into a field. Most need a length of two bytes, for which it leaves room. If
// the length has another size, the fields are moved.
func putNested(b []byte, number int, fields func([]byte) []byte) []byte {
	b = putTag(b, number, kindBytes)
	at := len(b)
	b = fields(append(b, 0, 0))
	n := len(b) - at - 2
	var length [binary.MaxVarintLen64]byte
	size := binary.PutUvarint(length[:], uint64(n)) //nolint:gosec // not negative
	if size > 2 {
		b = append(b, length[2:size]...)
	}
	copy(b[at+size:], b[at+2:][:n])
	copy(b[at:], length[:size])
	return b[:at+size+n]
}

// A reader walks the fields of an encoded message:
//
//	for r := (reader{message: b}); r.next(); {
//
// Every length is checked against the remaining bytes before anything is allocated for it.
type reader struct {
	message []byte
	text    string // a copy of the start of the message; strings in it are slices of this
	err     error  // why the walk ended early

	number  int
	kind    int
	value   uint64
	start   int // the offset of the field, with its tag
	content int // the offset of its bytes
	end     int // the offset of the next field
}

// next goes to the next field, and reports whether there is one.
func (r *reader) next() bool {
	b := r.message[r.end:]
	if len(b) == 0 || r.err != nil {
		return false
	}
	tag, n := uint64(b[0]), 1
	if tag >= 0x80 { // most tags and values have one byte
		tag, n = binary.Uvarint(b)
	}
	if n <= 0 || tag>>3 == 0 || tag>>3 > math.MaxInt32 {
		r.err = errField
		return false
	}
	r.number, r.kind = int(tag>>3), int(tag&7) //nolint:gosec // bounded above
	size := uint64(0)
	switch r.kind {
	case kindVarint, kindBytes:
		if n < len(b) && b[n] < 0x80 {
			r.value = uint64(b[n])
			n++
		} else {
			v, m := binary.Uvarint(b[n:])
			if m <= 0 {
				r.err = errField
				return false
			}
			r.value = v
			n += m
		}
		if r.kind == kindBytes {
			size = r.value
		}
	case kindFixed4:
		size = 4
	case kindFixed8:
		size = 8
	default:
		r.err = errField
		return false
	}
	if size > uint64(len(b)-n) {
		r.err = errField
		return false
	}
	r.start, r.content = r.end, r.end+n
	r.end = r.content + int(size) //nolint:gosec // at most len(b)
	return true
}

func (r *reader) int() int64 { return int64(r.value) } //nolint:gosec // two's complement both ways

// raw returns the whole field, tag included.
func (r *reader) raw() []byte { return r.message[r.start:r.end] }

// bytes returns the bytes of the field, a slice of the message.
func (r *reader) bytes() []byte { return r.message[r.content:r.end:r.end] }

// string returns the bytes of the field as a string.
func (r *reader) string() string {
	if r.end <= len(r.text) {
		return r.text[r.content:r.end]
	}
	return common(r.bytes())
}

// nested returns a reader of the message in the field.
func (r *reader) nested() reader {
	n := reader{message: r.bytes()}
	if r.end <= len(r.text) {
		n.text = r.text[r.content:r.end]
	}
	return n
}

// copyText copies the message up to the field of a number, and makes the strings in that part
// slices of one copy. They keep all of it in memory, so the field is that of the body.
func (r *reader) copyText(body int) {
	head := reader{message: r.message}
	for head.next() && head.number != body {
	}
	end := head.end
	if head.number == body {
		end = head.start
	}
	r.text = string(r.message[:end])
}

// want returns an error for a known field of the wrong kind.
func (r *reader) want(kind int) error {
	if r.kind != kind {
		return errField
	}
	return nil
}
