package transport_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/gracy-go/gracy/layer"
	"github.com/gracy-go/gracy/transport"
)

func TestPriorityIsSecondsInTheQueue(t *testing.T) {
	for p, want := range map[transport.Priority]time.Duration{
		0: 0, 10: 10 * time.Second, -3: -3 * time.Second,
		2_000_000: 1_000_000 * time.Second, -2_000_000: -1_000_000 * time.Second,
	} {
		if got := p.Advance(); got != want {
			t.Errorf("priority %d is %s ahead, want %s", int(p), got, want)
		}
	}
}

func TestPriorityIsAnOverride(t *testing.T) {
	ctx := transport.With(t.Context(), transport.Priority(1), transport.Priority(7))
	if p, ok := layer.Setting[transport.Priority](ctx); !ok || p != 7 {
		t.Errorf("priority is %d, %v, want the last one, 7", int(p), ok)
	}
}

// This request goes before waiting ones that came in the last 10 seconds.
func ExamplePriority() {
	urgent := transport.Priority(10)
	ctx := transport.With(context.Background(), urgent)
	_ = ctx // send the request with it
	fmt.Println("queued as if it had come", urgent.Advance(), "earlier")
	// Output: queued as if it had come 10s earlier
}
