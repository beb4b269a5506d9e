package rttest

import (
	"runtime"
	"strings"
)

// GoroutinesLeft returns the stacks of the goroutines that tests have left. It gives those
// that are about to end the time to do so. It is for TestMain.
func GoroutinesLeft() []string {
	var left []string
	for range 20_000 {
		if left = Goroutines(); len(left) == 0 {
			return nil
		}
		runtime.Gosched()
	}
	return left
}

// Goroutines returns the stacks of the goroutines other than the caller's, and without those
// of package testing and of signals.
func Goroutines() []string {
	buf := make([]byte, 1<<20)
	_, others, _ := strings.Cut(string(buf[:runtime.Stack(buf, true)]), "\n\n") // the caller comes first
	var found []string
	for g := range strings.SplitSeq(others, "\n\n") {
		if g == "" || strings.Contains(g, "os/signal.") || strings.Contains(g, "testing.") {
			continue
		}
		found = append(found, g)
	}
	return found
}
