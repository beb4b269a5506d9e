package sharedtest

import (
	"errors"
	"io"
	"net"
	"syscall"
	"testing"
	"time"

	"github.com/gracy-go/gracy/replay/internal/tapetest"
)

func TestFaults(t *testing.T) {
	r := NewRelay(t, echo(t))
	for _, way := range []Way{ToServer, ToClient} {
		for fault, want := range map[Fault]error{Closed: io.ErrUnexpectedEOF, Reset: syscall.ECONNRESET} {
			c := dial(t, r)
			if got, err := ask(c, "before"); got != "before" || err != nil {
				t.Fatalf("before anything happens there comes %q, %v", got, err)
			}
			r.BreakAfter(way, 3, fault)
			got, err := ask(c, "hello")
			// A reset may overtake what came before it.
			if way == ToClient && fault == Closed && got != "hel" || !errors.Is(err, want) && !errors.Is(err, io.ErrUnexpectedEOF) && !errors.Is(err, io.EOF) {
				t.Errorf("%s %s: there comes %q, %v, want three bytes at most and %v", fault, way, got, err, want)
			}
			if !r.Broken() {
				t.Errorf("%s %s: it has not happened", fault, way)
			}
		}
	}
	c := dial(t, r)
	r.BreakAfter(ToServer, 1000, Closed)
	if got, err := ask(c, "hello"); got != "hello" || err != nil || r.Broken() {
		t.Errorf("before its time there comes %q, %v", got, err)
	}
	r.Slow(2, 10*time.Millisecond)
	start := time.Now()
	if got, err := ask(c, "hello"); got != "hello" || err != nil || time.Since(start) < 20*time.Millisecond {
		t.Errorf("slowly there comes %q, %v, after %v", got, err, time.Since(start))
	}
	r.Slow(0, 0)
	r.Silence("hush")
	if got, err := ask(c, "hello"); got != "hello" || err != nil || r.Silenced() {
		t.Errorf("before it is asked for there comes %q, %v", got, err)
	}
	_, err := io.WriteString(c, "hush")
	tapetest.Must(t, err)
	for !r.Silenced() {
		time.Sleep(time.Millisecond) // the relay has not read it
	}
	tapetest.Must(t, c.SetReadDeadline(time.Now().Add(100*time.Millisecond)))
	var timeout net.Error
	if n, err := c.Read(make([]byte, 1)); n != 0 || !errors.As(err, &timeout) || !timeout.Timeout() {
		t.Errorf("to hush there come %d bytes, %v", n, err)
	}
	r.BreakAfter(ToClient, 2, Silent)
	c = dial(t, r)
	_, err = io.WriteString(c, "hello")
	tapetest.Must(t, err)
	got := make([]byte, 2)
	_, err = io.ReadFull(c, got)
	tapetest.Must(t, err)
	tapetest.Must(t, c.SetReadDeadline(time.Now().Add(100*time.Millisecond)))
	if n, err := c.Read(make([]byte, 1)); string(got) != "he" || n != 0 || err == nil || !r.Broken() {
		t.Errorf("of a connection that goes silent there come %q and %d more, %v", got, n, err)
	}
}
