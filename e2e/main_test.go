package e2e

import (
	"fmt"
	"os"
	"runtime"
	"strings"
	"testing"
)

func TestMain(m *testing.M) {
	code := m.Run()
	if left := goroutinesLeft(); code == 0 && len(left) > 0 {
		fmt.Printf("%d goroutines left by the tests:\n%s\n", len(left), strings.Join(left, "\n\n"))
		code = 1
	}
	os.Exit(code)
}

// goroutinesLeft returns the goroutines other than the caller's. It gives those that
// are about to end the time to do so.
func goroutinesLeft() []string {
	var left []string
	for range 20_000 {
		if left = goroutines(); len(left) == 0 {
			return nil
		}
		runtime.Gosched()
	}
	return left
}

// goroutines returns the stacks of the goroutines other than the caller's.
func goroutines() []string {
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

func TestAGoroutineThatIsLeftIsFound(t *testing.T) {
	stop, stopped := make(chan struct{}), make(chan struct{})
	go func() { <-stop; close(stopped) }()
	found := false
	for _, g := range goroutines() {
		found = found || strings.Contains(g, "TestAGoroutineThatIsLeftIsFound")
	}
	close(stop)
	<-stopped
	if !found {
		t.Error("a goroutine that was left behind is not found")
	}
}
