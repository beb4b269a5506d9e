package replaytest

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"

	"github.com/gracy-go/gracy/replay"
)

// maxShown is how many failures of one kind a test prints.
const maxShown = 10

// failures are the errors of a test's tape while the test ran.
type failures struct {
	onError func(error) // the user's function

	// mu guards the fields below.
	mu    sync.Mutex
	first []failure // at most maxShown, with different texts
	more  int       // the number of others
}

// failure is an error and how often it came.
type failure struct {
	err   error
	times int
}

// isMiss returns a function that reports whether a failure is a miss with a reason.
func isMiss(reason replay.MissReason) func(failure) bool {
	return func(f failure) bool {
		miss, ok := errors.AsType[*replay.MissError](f.err)
		return ok && miss.Reason == reason
	}
}

// report implements [replay.Options.OnError].
func (f *failures) report(err error) {
	f.add(err)
	if f.onError != nil {
		f.onError(err)
	}
}

// call records the error of a call if the tape caused it.
func (f *failures) call(err error) {
	if errors.Is(err, replay.ErrMiss) || errors.Is(err, ErrDenied) {
		f.add(err)
	}
}

func (f *failures) add(err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	text := err.Error()
	for i := range f.first {
		if f.first[i].err.Error() == text { // a client may retry by itself
			f.first[i].times++
			return
		}
	}
	if len(f.first) == maxShown {
		f.more++
		return
	}
	f.first = append(f.first, failure{err, 1})
}

// show fails the test for each failure, and reports whether there was one.
func (f *failures) show(tb testing.TB) bool {
	tb.Helper()
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, one := range f.first {
		text := one.err.Error()
		if one.times > 1 {
			text += fmt.Sprintf(" (%d times)", one.times)
		}
		tb.Error(text)
	}
	if slices.ContainsFunc(f.first, isMiss(replay.MissConsumed)) {
		tb.Logf("replaytest: if the test is right to send a request more often, record the test anew with %s=record, or set Config.AnyCount, which repeats the last response", environment)
	}
	if slices.ContainsFunc(f.first, isMiss(replay.MissUnknown)) {
		tb.Logf("replaytest: if the test is right to send what is missing, record it anew with %s=record; Config.Options.Match can leave out what differs in each run", environment)
	}
	if f.more > 0 {
		tb.Errorf("replaytest: and %d more", f.more)
	}
	return len(f.first) > 0
}
