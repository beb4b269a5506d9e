package harness

import (
	"context"
	"net/http"
	"testing"
	"time"
)

// A latch holds a stream after its first event. It is opened when the client has seen that event.
type latch struct{ opened chan struct{} }

// latchKey is the key of the latch in the context of a request.
type latchKey struct{}

// AwaitFirst is called by a service between two events of a stream. It returns when
// the client has seen the first, or at the end of the request.
func AwaitFirst(w http.ResponseWriter, r *http.Request) {
	_ = http.NewResponseController(w).Flush()
	g, ok := r.Context().Value(latchKey{}).(*latch)
	if !ok || g == nil {
		return
	}
	select {
	case <-g.opened:
	case <-r.Context().Done():
	}
}

// Live checks that the first event of a stream arrives before the second is sent, and that the slot
// is held as long as the stream lasts.
func Live(t *testing.T, sdks []*SDK) {
	t.Helper()
	all(t, sdks, func(t *testing.T, sdk *SDK) {
		t.Helper()
		r := start(t, sdk, config{})
		if r.Stream == nil {
			return
		}
		g := &latch{opened: make(chan struct{})}
		r.hold(g)
		held := 0
		got := r.do(t, Fault{}, false, 0, func(ctx context.Context) (string, error) {
			ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
			defer cancel()
			return r.Stream(ctx, func() {
				held = r.slots.InFlight()
				close(g.opened)
			})
		})
		if got.err != nil || got.text == "" {
			t.Errorf("the first event came with the second or never: %q, %v", got.text, got.err)
		}
		if held != 1 {
			t.Errorf("%d slots held while the stream is read, want 1", held)
		}
		if got.err == nil && held == 1 {
			note(sdk, "stream", "live")
		}
		// A stream that the client leaves early also releases its slot.
		left := &latch{opened: make(chan struct{})}
		r.hold(left)
		ctx, leave := context.WithCancel(t.Context())
		defer leave()
		_, _ = r.Stream(ctx, leave)
		r.checkSlot(t)
	})
}
