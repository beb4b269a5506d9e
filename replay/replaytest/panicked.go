package replaytest

import (
	"runtime"
	"testing"
)

// passed reports whether a test has passed. It is for a cleanup of the test.
func passed(tb testing.TB) bool {
	tb.Helper()
	return !tb.Failed() && !tb.Skipped() && !unwinding()
}

// unwinding reports whether its goroutine is ending by a panic or by runtime.Goexit. Package testing
// runs the cleanups of a test that panics before it marks the test as failed, and recover returns
// nothing in a cleanup, so only the stack shows it.
func unwinding() bool {
	pcs := make([]uintptr, 64)
	for skip := 0; ; skip += len(pcs) {
		n := runtime.Callers(skip, pcs)
		frames := runtime.CallersFrames(pcs[:n])
		for more := n > 0; more; {
			var f runtime.Frame
			f, more = frames.Next()
			if f.Function == "runtime.gopanic" || f.Function == "runtime.Goexit" {
				return true
			}
		}
		if n < len(pcs) {
			return false
		}
	}
}
