package verdict

import (
	"context"
	"net/http"
	"slices"

	"github.com/gracy-go/gracy/internal/setting"
)

// Expect is what a caller counts as success. The zero value accepts 2xx. It is an override that is
// fixed when the call begins and read by every layer, so that an expected 404 is neither retried
// nor counted as a failure. A redirect that the client will follow is always OK, whatever Expect
// says, and is not checked.
type Expect struct {
	// Status lists codes that are accepted besides 2xx, or, with Only, instead.
	Status []int
	// Only restricts success to Status.
	Only bool
	// Check examines the body of an accepted response. An error fails the attempt with the verdict
	// [Retryable]. It runs once per attempt and may read the whole body, up to 1 MiB that arrives
	// within 10 s. The body is restored afterwards. Check is not called for longer and slower
	// bodies, streams, and responses that cannot have a body (to HEAD; 101, 204, 205, 304). Each
	// response of gRPC and gRPC-Web counts as a stream. Nil checks nothing.
	Check func(*http.Response) error
	// Whole, if positive, has up to that many bytes of the body of an accepted response read before
	// the attempt is judged. A body that breaks off then fails the attempt like a lost connection,
	// and is retried if the request may be sent again. A longer body, a stream, and a body that
	// cannot be read ahead are left to the caller. Whole replaces the bounds of Check: its time is
	// bounded by the context and the layers. Default 0: an attempt is over at the headers.
	Whole int64
}

// Attach implements transport.Override. It replaces an earlier Expect.
func (e Expect) Attach(ctx context.Context) context.Context { return setting.With(ctx, e) }

// Accepts reports whether the status code counts as success.
func (e Expect) Accepts(status int) bool {
	if slices.Contains(e.Status, status) {
		return true
	}
	return !e.Only && status/100 == 2
}

// A CheckError says that the check of an accepted response failed.
type CheckError struct {
	Err error // what the check returned
}

// Error implements error.
func (e *CheckError) Error() string { return "check: " + e.Err.Error() }

// Unwrap returns what the check returned.
func (e *CheckError) Unwrap() error { return e.Err }
