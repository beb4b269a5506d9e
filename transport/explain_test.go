package transport_test

import (
	"testing"
	"time"

	"github.com/gracy-go/gracy/transport"
)

func TestPlanPrintsItself(t *testing.T) {
	p := &transport.Plan{
		Layers: []string{"retry", "*http.Transport"}, Attempts: 3, Sends: 3, Longest: 30 * time.Second, Buffered: 1<<20 + 1,
	}
	p.Note("retry: %d attempts", 3)
	p.Warn("a doubtful %s", "place")
	want := "retry > *http.Transport\n" +
		"at worst: 3 attempts, 3 sends, 30s to headers, 2 MiB buffered\n" +
		"  retry: 3 attempts\n" +
		"warning: a doubtful place\n"
	if got := p.String(); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if got := (&transport.Plan{Attempts: 1, Sends: 1, Buffered: 12}).String(); got != "\nat worst: 1 attempts, 1 sends, no time limit, 12 B buffered\n" {
		t.Errorf("got %q", got)
	}
}
