package bodies

import (
	"fmt"
	"sync/atomic"
)

// Limits say how much of request bodies is kept for further attempts.
type Limits struct {
	// Known is the largest Content-Length of a body that is kept whole. Room for all of it is taken
	// when it is first read. Of a longer body, or one without a Content-Length, Unknown bytes are
	// kept, and room is taken in steps as it is read.
	Known, Unknown int64
	// Memory counts what is kept under these limits; nil counts nothing.
	Memory *Memory
	// Total bounds Memory: a body that would make it count more bytes is not kept.
	Total int64
}

// A Memory counts the bytes that are kept of the bodies of all requests that name it in their
// [Limits]. The zero value is ready for use. It is safe for concurrent use.
type Memory struct{ used atomic.Int64 }

// InUse returns the number of bytes that are kept now.
func (m *Memory) InUse() int64 { return m.used.Load() }

// take counts n further bytes. It reports false if that would be more than total.
func (m *Memory) take(n, total int64) bool {
	for {
		used := m.used.Load()
		if n > total-used {
			return false
		}
		if m.used.CompareAndSwap(used, used+n) {
			return true
		}
	}
}

func (m *Memory) free(n int64) { m.used.Add(-n) }

// A NotKeptError says why a request body was not kept while it was sent. It matches
// [ErrNotReplayable].
type NotKeptError struct {
	Length int64 // the Content-Length of the body, 0 or less if it is not known
	Limit  int64 // how many bytes of such a body are kept
	InUse  int64 // of the memory's bytes, when there was no room for the body; else 0
	Total  int64 // the bound of InUse
}

// Error says what was not kept, and the bound.
func (e *NotKeptError) Error() string {
	switch {
	case e.Total > 0 && e.Length > 0:
		return fmt.Sprintf("bodies: the body of %d bytes was not kept: %d of %d bytes were in use", e.Length, e.InUse, e.Total)
	case e.Total > 0:
		return fmt.Sprintf("bodies: the body of unknown length was not kept: %d of %d bytes were in use", e.InUse, e.Total)
	case e.Length > 0:
		return fmt.Sprintf("bodies: the body of %d bytes was not kept: more than %d were read", e.Length, e.Limit)
	}
	return fmt.Sprintf("bodies: the body of unknown length was not kept: more than %d bytes were read", e.Limit)
}

// Is makes the error match [ErrNotReplayable].
func (e *NotKeptError) Is(target error) bool { return target == ErrNotReplayable }
