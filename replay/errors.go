package replay

import (
	"errors"
	"fmt"
	"net/http"

	"github.com/gracy-go/gracy/replay/store"
)

// The errors of a tape, to be matched with [errors.Is]. The last three are those of package
// store.
var (
	// ErrMiss says that the tape holds no response, and that the mode forbids sending the
	// request.
	ErrMiss = errors.New("replay: not on tape")
	// ErrSecret says that a secret would have reached the tape. The exchange was withheld.
	ErrSecret = errors.New("replay: a secret survived redaction, exchange not written")
	// ErrUnsafe says that Options.RejectUnsafe forbids sending the request.
	ErrUnsafe = errors.New("replay: not sent: the method is not safe, and Options.RejectUnsafe is set")
	// ErrLocked says that the tape is open for writing, in this process or in
	// another.
	ErrLocked = store.ErrLocked
	// ErrFormat says that the file is not a tape, is a tape of another version, or is damaged. A
	// store.FormatError has the details.
	ErrFormat = store.ErrFormat
	// ErrClosed says that the tape was closed.
	ErrClosed = store.ErrClosed
)

// tooLongError says that a response had more bytes than Options.MaxBody. It is a
// *http.MaxBytesError to errors.As.
type tooLongError struct {
	limit int64
	named string
}

func (e *tooLongError) Error() string {
	return fmt.Sprintf("replay: response not recorded: %s: the body is longer than MaxBody, %d bytes", e.named, e.limit)
}

func (e *tooLongError) Unwrap() error { return &http.MaxBytesError{Limit: e.limit} }
