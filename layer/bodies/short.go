package bodies

import (
	"errors"
	"fmt"
	"io"
)

// A ShortError says that a request body ended before its Content-Length. The body's Read returns
// it, so that what was sent is not taken for the whole. A layer that sends again never returns it
// in place of an earlier outcome.
type ShortError struct {
	Read   int64 // the bytes that the body had
	Length int64 // the Content-Length
}

// Error says both numbers.
func (e *ShortError) Error() string {
	return fmt.Sprintf("bodies: the request body ended after %d bytes of its Content-Length of %d", e.Read, e.Length)
}

// IsShort reports whether err is, or wraps, a [ShortError].
func IsShort(err error) bool {
	_, ok := errors.AsType[*ShortError](err)
	return ok
}

// lengthened returns the error of a read that ended with err after n bytes of a body. length is the
// Content-Length, 0 or less if it is not known.
func lengthened(n, length int64, err error) error {
	if err == io.EOF && length > 0 && n < length { //nolint:errorlint // a body ends with the bare io.EOF
		return &ShortError{Read: n, Length: length}
	}
	return err
}
