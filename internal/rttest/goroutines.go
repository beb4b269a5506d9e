package rttest

import (
	"fmt"
	"io"
	"os"
	"runtime"
	"strings"
	"testing"

	"github.com/gracy-go/gracy/internal/brief"
)

// Main runs the tests of a package and returns the exit code. The code is not 0 if the tests leave
// goroutines behind. It is for TestMain.
func Main(m *testing.M) int {
	if code := m.Run(); code != 0 {
		return code
	}
	return codeOf(GoroutinesLeft(), os.Stdout)
}

// codeOf writes the stacks of the goroutines that tests have left, and returns the exit code.
func codeOf(left []string, w io.Writer) int {
	if len(left) == 0 {
		return 0
	}
	fmt.Fprintf(w, "%s left by the tests:\n%s\n", brief.Count(len(left), "goroutine"), strings.Join(left, "\n\n"))
	return 1
}

// GoroutinesLeft returns the stacks of the goroutines that tests have left. It gives those that are
// about to end the time to do so.
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

// Goroutines returns the stacks of all goroutines except the caller's and those of package testing
// and of signals.
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
