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

func TestTheCodeOfWhatIsLeft(t *testing.T) {
	var b strings.Builder
	if code := codeOf(nil, &b); code != 0 || b.Len() > 0 {
		t.Errorf("of nothing it is %d, with %q", code, b.String())
	}
	if code := codeOf([]string{"one", "two"}, &b); code != 1 || b.String() != "2 goroutines left by the tests:\none\n\ntwo\n" {
		t.Errorf("of two it is %d, with %q", code, b.String())
	}
}
