package store

import (
	"errors"
	"fmt"
	"time"
)

// ErrCut is what a [CutError] matches.
var ErrCut = errors.New("replay: the recording ends before the response")

// A CutError is the error at the end of a replayed body whose recording ends there because its
// caller left: it closed the body or canceled the request before the body had ended, as a reader
// does that has all it wants of a stream. It matches [ErrCut] and nothing else: it is neither an
// end, nor a cancellation by this caller, nor a fault of the server. It holds no secret.
type CutError struct {
	Method   string
	URL      string // redacted
	Bytes    int64  // of the body that were recorded
	Recorded time.Time
}

// Error says where the recording ends, and what to do.
func (e *CutError) Error() string {
	return fmt.Sprintf("replay: %s %s: the recording of %s ends here, after %d bytes, since its caller left: record it anew to read on",
		e.Method, e.URL, e.Recorded.UTC().Format(time.RFC3339), e.Bytes)
}

// Is reports whether target is ErrCut.
func (e *CutError) Is(target error) bool { return target == ErrCut }
