package replay

import (
	"errors"
	"fmt"
	"strings"

	"github.com/gracy-go/gracy/transport/verdict"
)

// What the errors of this package match by [errors.Is].
var (
	// ErrMiss: the tape holds no answer, and the mode forbids to ask for one.
	ErrMiss = errors.New("replay: not on tape")
	// ErrLocked: another process has the tape open for writing.
	ErrLocked = errors.New("replay: tape is locked by another process")
	// ErrFormat: the file is no tape, or one of another version, or damaged.
	ErrFormat = errors.New("replay: not a readable tape")
	// ErrSecret: a secret would have reached the tape; the exchange was not written.
	ErrSecret = errors.New("replay: a secret survived redaction, exchange not written")
	// ErrClosed: the tape was closed.
	ErrClosed = errors.New("replay: tape is closed")
)

var errNoOutcome = errors.New("neither an answer nor a fault")

// A Reason says why the tape had no answer.
type Reason string

// The reasons of a miss.
const (
	Unknown    Reason = "unknown"    // no exchange of such a request
	Expired    Reason = "expired"    // only older ones than MaxAge or Since allow
	Filtered   Reason = "filtered"   // only ones that Discard or DiscardBad leave out
	Incomplete Reason = "incomplete" // only ones whose answer was not read to its end
	Consumed   Reason = "consumed"   // all were replayed, and End is Strict
)

// A MissError is a request that the tape could not answer. Nothing was sent:
// it matches [ErrMiss] and [verdict.ErrRejected].
type MissError struct {
	Method string
	Route  string // path template of the call
	Reason Reason
	// Nearest says how the most similar exchange on the tape differs, in
	// names alone ("query: page; body"), "" if there is none for the host.
	Nearest string
}

// Error names method, route, reason and how the nearest exchange differs.
func (e *MissError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "replay: %s %s is not on tape: %s", e.Method, e.Route, e.Reason)
	if e.Nearest != "" {
		b.WriteString("; nearest differs in " + e.Nearest)
	}
	return b.String()
}

// Is reports whether target is ErrMiss or verdict.ErrRejected.
func (e *MissError) Is(target error) bool {
	return target == ErrMiss || target == verdict.ErrRejected
}

// A FormatError is a file, or a record in one, that cannot be read. It matches
// [ErrFormat]. Found and Want are versions, 0 where that is not the matter.
type FormatError struct {
	Path        string
	Found, Want int
	Reason      string
	Err         error
}

// Error names the file and, for another version, both numbers.
func (e *FormatError) Error() string {
	var b strings.Builder
	b.WriteString("replay: ")
	if e.Path != "" {
		b.WriteString(e.Path + ": ")
	}
	b.WriteString(e.Reason)
	if e.Want != 0 {
		fmt.Fprintf(&b, " (found %d, want %d)", e.Found, e.Want)
	}
	if e.Err != nil {
		b.WriteString(": " + e.Err.Error())
	}
	return b.String()
}

// Is reports whether target is ErrFormat.
func (e *FormatError) Is(target error) bool { return target == ErrFormat }

// Unwrap returns what the storage said, nil if it was not asked.
func (e *FormatError) Unwrap() error { return e.Err }
