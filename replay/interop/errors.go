package interop

import (
	"errors"
	"fmt"
)

// A FormatError says why a file cannot be read: it is damaged, has another format, or exceeds a
// bound of this package.
type FormatError struct {
	Format Format // "" if it is not known
	Item   int    // which exchange of the file, from 1; 0 for what is around them
	Reason string // without anything that the file holds
	Err    error  // nil if there is no other error; its text may hold parts of the file
}

// Error returns the reason.
func (e *FormatError) Error() string {
	text := "interop: "
	if e.Format != "" {
		text += string(e.Format) + ": "
	}
	if e.Item > 0 {
		text += fmt.Sprintf("exchange %d: ", e.Item)
	}
	return text + e.Reason
}

// Unwrap returns Err.
func (e *FormatError) Unwrap() error { return e.Err }

// ErrTooLarge is matched by a [FormatError] for what exceeds a bound of this package.
var ErrTooLarge = errors.New("interop: too large")

// tooLarge returns an error that matches ErrTooLarge.
func tooLarge(reason string) error { return &FormatError{Reason: reason, Err: ErrTooLarge} }

// asFormatError returns err as a FormatError of an exchange. It returns errors of a file system, of
// a context and of the caller unchanged.
func asFormatError(f Format, item int, reason string, err error) error {
	if fe, ok := errors.AsType[*FormatError](err); ok {
		e := *fe
		e.Format = f
		if e.Item == 0 {
			e.Item = item
		}
		return &e
	}
	return &FormatError{Format: f, Item: item, Reason: reason, Err: err}
}
