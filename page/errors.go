package page

import (
	"errors"
	"fmt"
	"strings"

	"github.com/gracy-go/gracy/internal/ctxerr"
	"github.com/gracy-go/gracy/internal/noquery"
	"github.com/gracy-go/gracy/redact"
)

// The reasons why a Pager itself ends a loop, besides [OriginError]; see [Error].
var (
	// ErrRepeated says that a cursor came a second time in one loop.
	ErrRepeated = errors.New("page: the cursor was fetched before")
	// ErrTooMany says that the list has more pages than [Pager.Max] allows.
	ErrTooMany = errors.New("page: the list has more pages than allowed")
	// ErrCursor says that a cursor cannot belong to the pager, such as an offset
	// that is not a number.
	ErrCursor = errors.New("page: the cursor was not issued by this pager")
)

// An Error ends a loop. Its text does not contain the cursor, which may be a URL with a
// query.
type Error struct {
	// Cursor is the cursor of the page that failed. [Pager.From] continues from it.
	Cursor string
	// Page is the number of that page in the loop, from 1.
	Page int
	// Err is the error of the function, or one of this package.
	Err error
}

func (e *Error) Error() string {
	cause := noquery.Text(redact.Error(e.Err))  // it may quote the URL of the page
	cause = strings.TrimPrefix(cause, "page: ") // the text already begins with it
	return fmt.Sprintf("page: page %d: %s", e.Page, cause)
}

// Unwrap returns Err.
func (e *Error) Unwrap() error { return e.Err }

// Timeout reports whether the cause is a timeout.
func (e *Error) Timeout() bool {
	return ctxerr.IsTimeout(e.Err)
}

// An OriginError says that the URL of the next page has another origin than the list, or
// has user information. The URL is the Cursor of the [Error] that wraps it.
type OriginError struct {
	// Origin is the scheme, host and port of the URL.
	Origin string
}

func (e *OriginError) Error() string {
	return "page: the next page is at " + e.Origin + ", which is another origin or has user information"
}
