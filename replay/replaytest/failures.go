package replaytest

import (
	"errors"
	"sync"
	"testing"

	"github.com/gracy-go/gracy/replay"
)

// maxShown is how many failures of a kind a test prints.
const maxShown = 10

// failures are what went wrong with the tape of a test while it ran.
type failures struct {
	onError func(error) // of the user

	// mu guards the fields below.
	mu    sync.Mutex
	first []error // maxShown at most
	count int
}

// report implements [replay.Options.OnError].
func (f *failures) report(err error) {
	f.add(err)
	if f.onError != nil {
		f.onError(err)
	}
}

// call notes the error of a call, if it is one of the tape.
func (f *failures) call(err error) {
	if errors.Is(err, replay.ErrMiss) || errors.Is(err, ErrDenied) {
		f.add(err)
	}
}

func (f *failures) add(err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.count++; len(f.first) < maxShown {
		f.first = append(f.first, err)
	}
}

// show fails the test for each failure, and reports whether there was one.
func (f *failures) show(tb testing.TB) bool {
	tb.Helper()
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, err := range f.first {
		if miss, ok := errors.AsType[*replay.MissError](err); ok && miss.Reason == replay.MissConsumed {
			tb.Errorf("%v; Config.AnyCount repeats the last one", err)
			continue
		}
		tb.Error(err)
	}
	if more := f.count - len(f.first); more > 0 {
		tb.Errorf("replaytest: and %d more", more)
	}
	return f.count > 0
}
