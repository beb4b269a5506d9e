package logging

import (
	"strconv"
	"time"

	"github.com/gracy-go/gracy/layer"
)

// delay returns the wait between two attempts: before the one that is to come, or
// before the one that the event is about.
func (f *facts) delay() time.Duration {
	switch {
	case f.kind == retry:
		return f.Wait
	case f.Attempt == nil:
		return 0
	}
	return f.Attempt.Wait(layer.Backoff)
}

// cause returns why there was or would be a further attempt: the fault of the
// attempt, or of the one before a further attempt that has ended.
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

// fault names what was wrong with an attempt, in the words of layer retry.
func fault(status int, err error) string {
	switch {
	case status == 0:
		return "error"
	case err != nil:
		return "check"
	}
	return "status " + strconv.Itoa(status)
}
