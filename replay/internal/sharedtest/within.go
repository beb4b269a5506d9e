package sharedtest

import (
	"context"
	"errors"
	"runtime"
	"sync/atomic"
	"testing"
	"time"
)

// enough is more time than a call takes whose server responds, however busy the machine is.
const enough = 30 * time.Second

// Within runs a test with a time for the calls of a store that is short, so that the test is soon
// over. On a busy machine a call that should succeed may take longer. If the test fails by an error
// that says so, it runs again with four times the time, until there is enough. Any other failure is
// one at once.
func Within(t *testing.T, timeout time.Duration, test func(tb testing.TB, timeout time.Duration)) {
	t.Helper()
	for again := true; again; timeout *= 4 {
		h := &hasty{TB: t, enough: timeout >= enough}
		done := make(chan struct{})
		go func() {
			defer close(done)
			test(h, timeout)
		}()
		<-done
		again = h.late.Load()
	}
}

// hasty is a test that ignores a failure if there was not enough time, and the failures that follow
// from it.
type hasty struct {
	testing.TB
	enough bool        // whether it has the time
	late   atomic.Bool // whether a call took longer
}

// fails reports a failure, which args say, unless a call took too long. Then it ends the goroutine.
func (h *hasty) fails(report func(), args []any) {
	for _, a := range args {
		if err, ok := a.(error); ok && errors.Is(err, context.DeadlineExceeded) && !h.enough {
			h.late.Store(true)
		}
	}
	if h.late.Load() {
		runtime.Goexit()
	}
	report()
}

func (h *hasty) Error(args ...any) {
	h.Helper()
	h.fails(func() { h.Helper(); h.TB.Error(args...) }, args)
}

func (h *hasty) Errorf(format string, args ...any) {
	h.Helper()
	h.fails(func() { h.Helper(); h.TB.Errorf(format, args...) }, args)
}

func (h *hasty) Fatal(args ...any) {
	h.Helper()
	h.fails(func() { h.Helper(); h.TB.Error(args...) }, args)
	runtime.Goexit()
}

func (h *hasty) Fatalf(format string, args ...any) {
	h.Helper()
	h.fails(func() { h.Helper(); h.TB.Errorf(format, args...) }, args)
	runtime.Goexit()
}

func (h *hasty) FailNow() {
	h.fails(h.Fail, nil)
	runtime.Goexit()
}
