package store

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"
)

// The errors that every store returns for the same reason, to be matched with [errors.Is]. A
// store adds its path to them.
var (
	// ErrLocked says that the tape is open for writing, in this process or in
	// another.
	ErrLocked = errors.New("replay: tape is locked: it is open elsewhere")
	// ErrFormat says that a file is not a tape, is a tape of another version, or is damaged.
	ErrFormat = errors.New("replay: not a readable tape")
	// ErrClosed says that the store, or the tape, was closed before.
	ErrClosed = errors.New("replay: tape is closed")
	// ErrReadOnly says that a store opened for reading was asked to write. It matches
	// [fs.ErrPermission].
	ErrReadOnly = fmt.Errorf("replay: tape is open for reading only: %w", fs.ErrPermission)
)

// A FormatError says that a file, or a record in one, cannot be read. It matches [ErrFormat].
type FormatError struct {
	Path        string // "" for a record outside of a file
	Line        int    // of a text file, from 1; 0 where there is none
	Found, Want int    // versions; both are 0 where the version is not the matter
	Reason      string
	Err         error // of the storage below, or nil
}

// Error names the file, the line, the reason and, for another version, both numbers.
func (e *FormatError) Error() string {
	var b strings.Builder
	b.WriteString("replay: ")
	if e.Path != "" {
		b.WriteString(e.Path + ": ")
	}
	if e.Line > 0 {
		fmt.Fprintf(&b, "line %d: ", e.Line)
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

// Unwrap returns the error of the underlying storage, or nil.
func (e *FormatError) Unwrap() error { return e.Err }
