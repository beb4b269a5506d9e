package bodies

import (
	"io"
	"reflect"
)

// A wrapper is a request body around another, as layers that watch a body make them. It allows this
// package to detect behind them that a GetBody always returns the same reader.
type wrapper interface{ Unwrap() io.ReadCloser }

// innermost returns the body that wrappers are around.
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

// same reports whether two bodies are known to read from one reader: they are equal, or their
// innermost bodies are. Two io.NopCloser of one reader are equal.
func same(a, b io.ReadCloser) bool { return equal(innermost(a), innermost(b)) }

// equal reports whether two bodies are the same value.
func equal(a, b io.ReadCloser) bool {
	return reflect.ValueOf(a).Comparable() && reflect.ValueOf(b).Comparable() && a == b
}

// together reports whether two bodies that can seek read from one reader, because moving one moves
// the other. It restores the position of a. Nobody may read them meanwhile.
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
