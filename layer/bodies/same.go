package bodies

import (
	"io"
	"reflect"
)

// A wrapper is a request body around another one, as layers make them that watch a
// body. It is how a GetBody that hands out one and the same reader is known behind
// them.
type wrapper interface{ Unwrap() io.ReadCloser }

// innermost returns what a body is around.
func innermost(body io.ReadCloser) io.ReadCloser {
	for {
		w, ok := body.(wrapper)
		if !ok {
			return body
		}
		inner := w.Unwrap()
		if inner == nil {
			return body
		}
		body = inner
	}
}

// same reports whether two bodies are known to read from one reader: they are equal, or
// what they are around is. io.NopCloser of one reader is equal to another one of it.
func same(a, b io.ReadCloser) bool { return equal(innermost(a), innermost(b)) }

// equal reports whether two bodies are one and the same value.
func equal(a, b io.ReadCloser) bool {
	return reflect.ValueOf(a).Comparable() && reflect.ValueOf(b).Comparable() && a == b
}

// together reports whether to move one body moves the other, so that they read from one
// reader whatever they are. Both can seek then. It moves a to where it was; nobody may
// read them meanwhile.
func together(a, b io.ReadCloser) bool {
	x, ok := a.(io.Seeker)
	y, also := b.(io.Seeker)
	if !ok || !also {
		return false
	}
	at, err := x.Seek(0, io.SeekCurrent)
	if err != nil {
		return false
	}
	before, err := y.Seek(0, io.SeekCurrent)
	if err != nil {
		return false
	}
	_, _ = x.Seek(at+1, io.SeekStart)
	after, err := y.Seek(0, io.SeekCurrent)
	_, _ = x.Seek(at, io.SeekStart)
	return err == nil && after != before
}
