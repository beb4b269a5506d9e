package logging

import (
	"strconv"
	"time"

	"github.com/gracy-go/gracy/layer"
)

// delay returns the wait before the next attempt or, for any other event, the wait before the
// attempt that it is about.
func (f *facts) delay() time.Duration {
	switch {
	case f.kind == retry:
		return f.Wait
	case f.Attempt == nil:
		return 0
	}
	return f.Attempt.Wait(layer.Backoff) + f.Attempt.Wait(layer.Pause)
}

// cause returns why a further attempt is or was needed: the fault of this attempt or, for an
// attempt that was a retry, of the one before it.
func (f *facts) cause() string {
	switch {
	case f.kind == retry:
		return f.Text
	case f.Attempt == nil:
		return ""
	case f.kind == retried:
		for a := range f.Call.Attempts() {
			if a.Number() == f.Attempt.Number()-1 {
				return fault(a.Status(), a.Err())
			}
		}
		return ""
	}
	return fault(f.status(), f.Err)
}

// fault says what was wrong with an attempt, in the words of package retry.
func fault(status int, err error) string {
	switch {
	case status == 0:
		return "error"
	case err != nil:
		return "check"
	}
	return "status " + strconv.Itoa(status)
}
