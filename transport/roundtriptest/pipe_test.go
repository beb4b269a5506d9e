package roundtriptest

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"testing"
	"testing/synctest"
	"time"
)

// The clock of the bubble moves only while all goroutines wait, so that an hour takes no time.
func TestAPipeWaitsOnTheClockOfTheBubble(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := &probe{}
		rt := p.serve(func(w http.ResponseWriter, r *http.Request) {
			time.Sleep(time.Hour)
			_, _ = io.WriteString(w, r.URL.Path)
		})
		start := time.Now()
		for _, path := range []string{"/a", "/b"} {
			if got := p.finishBody(p.get(rt, p.request(t.Context(), path))); got != path {
				t.Errorf("response %q, want %q", got, path)
			}
		}
		if took := time.Since(start); took != 2*time.Hour {
			t.Errorf("two requests took %v, want two hours", took)
		}
		if n := rt.dials.Load(); n != 1 {
			t.Errorf("%d connections were opened, want one for both requests", n)
		}
		p.finish()
		if _, err := rt.RoundTrip(p.request(t.Context(), "/c")); !errors.Is(err, net.ErrClosed) {
			t.Errorf("after the end: %v, want net.ErrClosed", err)
		}
		if found := p.found(); len(found) > 0 {
			t.Errorf("breaches %q", found)
		}
	})
}

func TestADialOfAPipeEndsWithItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := &pipeListener{conns: make(chan net.Conn), done: make(chan struct{})}
		ctx, cancel := context.WithCancelCause(t.Context())
		cancel(errBase)
		if _, err := l.dial(ctx); !errors.Is(err, errBase) {
			t.Errorf("error %v, want the cause of the context", err)
		}
		_, _ = l.Close(), l.Close() // a second time does no harm
		if _, err := l.Accept(); !errors.Is(err, net.ErrClosed) {
			t.Errorf("Accept: %v, want net.ErrClosed", err)
		}
	})
}
