package concurrency

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/gracy-go/gracy/internal/ctxerr"
	"github.com/gracy-go/gracy/redact"
	"github.com/gracy-go/gracy/transport/verdict"
)

// The reasons of an [Error].
var (
	// ErrFull says that MaxQueue requests are already waiting.
	ErrFull = errors.New("concurrency: the queue is full")
	// ErrDeadline says that no slot became free within MaxWait.
	ErrDeadline = errors.New("concurrency: no slot became free within MaxWait")
	// ErrWeight says that a request weighs more than Max and can never be sent.
	ErrWeight = errors.New("concurrency: the weight is above the limit")
)

// An Error is a rejection: nothing was sent. By errors.Is it matches its Reason and
// [verdict.ErrRejected].
type Error struct {
	// Limit is the text of the limit.
	Limit string
	// Key says whose slots they are: the host, or method, route and host, or a hash of what
	// a Key function returned. It is "" if the limit is for all requests.
	Key string
	// Queue is how many requests were waiting.
	Queue int
	// MaxWait is that of the limit, 0 for no bound.
	MaxWait time.Duration
	// Weight is how many slots the request needs. It is set with [ErrWeight].
	Weight int
	// Reason is [ErrFull], [ErrDeadline] or [ErrWeight].
	Reason error
}

// Error returns a text with the reason, the limit and the key.
func (e *Error) Error() string {
	limit := named(e.Limit, e.Key)
	switch {
	case errors.Is(e.Reason, ErrDeadline):
		return fmt.Sprintf("concurrency: no slot of %s became free within %s: %d waiting", slots(limit), e.MaxWait, e.Queue)
	case errors.Is(e.Reason, ErrWeight):
		return fmt.Sprintf("concurrency: a weight of %d is above the limit: %s", e.Weight, limit)
	case e.Queue > 0:
		limit += fmt.Sprintf(", %d waiting", e.Queue)
	}
	return e.Reason.Error() + ": " + limit
}

// Unwrap returns the reason and [verdict.ErrRejected].
func (e *Error) Unwrap() []error { return []error{e.Reason, verdict.ErrRejected} }

// Timeout reports whether the reason is [ErrDeadline].
func (e *Error) Timeout() bool { return errors.Is(e.Reason, ErrDeadline) }

// named returns the text of a limit with its key.
func named(limit, key string) string {
	limit = redact.Text(limit)
	if key != "" {
		limit += " (" + key + ")"
	}
	return limit
}

// slots returns the text of a limit, changed so that it follows "a slot of".
func slots(limit string) string {
	return strings.Replace(strings.Replace(limit, " slots at once", " at once", 1), " at once", "", 1)
}

// An endedError is the error of a context that ended while its request waited for a slot. It also
// says what the request waited for.
type endedError struct {
	text string // the limit and the key
	err  error
}

func (e *endedError) Error() string {
	return "concurrency: no slot of " + slots(e.text) + " became free: " + e.err.Error()
}

func (e *endedError) Unwrap() error { return e.err }

// Timeout reports whether a time limit ended the context. http.Client does not ask the
// errors that this one wraps.
func (e *endedError) Timeout() bool { return ctxerr.ByLimit(e.err) }
