package sharedtest

import (
	"io"
	"net"
	"testing"
	"time"

	"github.com/gracy-go/gracy/replay/internal/tapetest"
)

// echo returns the address of a server that sends back what it receives.
func echo(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	tapetest.Must(t, err)
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() { _, _ = io.Copy(c, c); _ = c.Close() }()
		}
	}()
	return l.Addr().String()
}

// ask sends a text over a connection and reads as many bytes as the text has.
func ask(c net.Conn, text string) (string, error) {
	if _, err := io.WriteString(c, text); err != nil {
		return "", err
	}
	b := make([]byte, len(text))
	n, err := io.ReadFull(c, b)
	return string(b[:n]), err
}

// swallowed waits until the relay has dropped n bytes because it is mute.
func swallowed(r *Relay, n int) {
	for {
		r.mu.Lock()
		muted := r.muted
		r.mu.Unlock()
		if muted >= n {
			return
		}
		time.Sleep(time.Millisecond)
	}
}

// dial connects to a relay.
func dial(t *testing.T, r *Relay) net.Conn {
	t.Helper()
	c, err := net.Dial("tcp", r.Addr)
	tapetest.Must(t, err)
	t.Cleanup(func() { _ = c.Close() })
	return c
}

func TestRelay(t *testing.T) {
	r := NewRelay(t, echo(t))
	c := dial(t, r)
	speaks := func() {
		t.Helper()
		if got, err := ask(c, "hello"); got != "hello" || err != nil {
			t.Errorf("there comes %q, %v", got, err)
		}
	}
	ended := func(text string) {
		t.Helper()
		if got, err := ask(c, text); got != "" || err == nil {
			t.Errorf("of a connection that has ended there comes %q, %v", got, err)
		}
	}
	r.Mute(true)
	_, err := io.WriteString(c, "muted")
	tapetest.Must(t, err)
	swallowed(r, len("muted"))
	r.Mute(false)
	speaks()
	r.Cut()
	ended("hello")
	c = dial(t, r)
	r.CutReply("write", true)
	speaks()
	ended("write")
	if n := r.Replies(); n != 1 {
		t.Errorf("%d replies were cut, want 1", n)
	}
	c = dial(t, r)
	ended("hello")
	r.Deaf(false)
	c = dial(t, r)
	speaks()
	before := r.Replies()
	r.CutReply("again", false)
	ended("again")
	c = dial(t, r)
	speaks()
	if n := r.Replies(); n != before+1 {
		t.Errorf("%d replies were cut, want one more than %d", n, before)
	}
}
