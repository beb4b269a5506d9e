package rttest

import (
	"strings"
	"testing"
)

func TestAGoroutineThatIsLeftIsFound(t *testing.T) {
	stop, stopped := make(chan struct{}), make(chan struct{})
	go func() { <-stop; close(stopped) }()
	found := false
	for _, g := range Goroutines() {
		found = found || strings.Contains(g, "TestAGoroutineThatIsLeftIsFound")
	}
	if !found {
		t.Error("a goroutine that was left behind is not found")
	}
	close(stop)
	<-stopped
	if left := GoroutinesLeft(); len(left) > 0 {
		t.Errorf("left, though it has ended:\n%s", strings.Join(left, "\n\n"))
	}
}
