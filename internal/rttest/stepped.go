package rttest

import (
	"testing"
	"time"
	"unsafe"
)

// Stepped returns at with its wall clock reading moved by d and its monotonic reading unchanged, as if
// the machine's clock had been set, or the machine had slept for d. It needs a time of time.Now
// outside of a bubble, which has no monotonic clock. d is in whole seconds.
func Stepped(t *testing.T, at time.Time, d time.Duration) time.Time {
	t.Helper()
	was := at
	*(*uint64)(unsafe.Pointer(&at)) += uint64(d/time.Second) << 30 // time.Time has no door for this
	if at.Sub(was) != 0 || at.Round(0).Sub(was.Round(0)) != d {
		t.Fatal("time.Time is laid out otherwise")
	}
	return at
}
