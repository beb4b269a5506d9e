// Package growth holds the test that a function takes time in proportion to what it
// reads. A server chooses what we read: a function whose time grows with the
// square of its input is a way to stop a caller by one response.
//
// Processor time of the thread is measured, not time on the clock, so that a busy machine
// does not fail the test.
package growth

import (
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"
)

const (
	maxStep = 2.5     // how much twice the input may take; a linear function takes 2, a quadratic one 4
	runs    = 5       // the least of so many runs counts
	tries   = 3       // a step must be too large so many times
	maxSize = 1 << 20 // the smallest of the three sizes is never larger
)

// least is the processor time that the smallest input takes at least, so that the
// resolution of the clock and what a call costs do not matter.
func least() time.Duration {
	if testing.Short() {
		return 200 * time.Microsecond
	}
	return time.Millisecond
}

// Linear fails tb if f takes more than 2.5 times the processor time for twice the
// input: between n and 2n bytes or between 2n and 4n, each time the least of five
// runs. It begins with a small input and doubles it until f takes a millisecond, or
// until it has a MiB. With -short the inputs are a fifth and two runs count.
func Linear(tb testing.TB, in Input, f func(s string)) {
	tb.Helper()
	if err := check(in, f); err != nil {
		tb.Errorf("%s: %v", in.Name, err)
	}
}

// check is Linear for its own test.
func check(in Input, f func(s string)) (err error) {
	runtime.LockOSThread() // so that the time of the thread is that of f
	defer runtime.UnlockOSThread()
	for range tries {
		if err = grows(in, f); err == nil {
			return nil
		}
	}
	return err
}

// grows measures once.
func grows(in Input, f func(s string)) error {
	n := 1 << 10
	for n < maxSize && once(in.Make(n), f) < least() {
		n *= 2
	}
	before := best(in.Make(n), f)
	for range 2 {
		n *= 2
		now := best(in.Make(n), f)
		// What takes less than this for the largest input there is does not matter.
		if step := float64(now) / float64(before); step > maxStep && now > 4*least() {
			return fmt.Errorf("%d bytes take %v, %d take %v: %.1f times as much, want at most %v", n/2, before, n, now, step, maxStep)
		}
		before = max(now, 1)
	}
	return nil
}

// best returns the least processor time of several runs.
func best(s string, f func(s string)) time.Duration {
	n := runs
	if testing.Short() {
		n = 2
	}
	d := once(s, f)
	for range n - 1 {
		d = min(d, once(s, f))
	}
	return max(d, 1)
}

// once returns the processor time that f takes.
func once(s string, f func(s string)) time.Duration {
	begin := processor()
	f(s)
	return processor() - begin
}

// Within fails tb if f takes more than 20 ms and 20 µs per byte of processor time for n
// bytes. It is for fuzz targets, whose inputs are small: it finds what is far out.
func Within(tb testing.TB, n int, f func()) {
	tb.Helper()
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	limit := 20*time.Millisecond + time.Duration(n)*20*time.Microsecond
	var d time.Duration
	for range tries {
		if d = once("", func(string) { f() }); d <= limit {
			return
		}
	}
	tb.Errorf("%d bytes took %v of processor time, want at most %v", n, d, limit)
}

// An Input makes texts of a kind in any length.
type Input struct {
	Name string
	Make func(n int) string // n bytes, or nearly so
}

// Repeat is an input of one text again and again.
func Repeat(text string) Input { return Between("", text, "") }

// Between is an input of one text again and again between two others.
func Between(before, text, after string) Input {
	name := before + text + text + "..." + after
	if len(name) > 60 {
		name = name[:60]
	}
	return Input{fmt.Sprintf("%q", name), func(n int) string {
		return before + strings.Repeat(text, max(n/len(text), 1)) + after
	}}
}
