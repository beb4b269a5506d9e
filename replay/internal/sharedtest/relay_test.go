package sharedtest

import (
	"errors"
	"io"
	"net"
	"testing"
	"time"

	"github.com/gracy-go/gracy/replay/internal/tapetest"
)

// echo returns the address of a server that sends back what comes.
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

// ask sends a text by a connection and returns what comes, "" if nothing does for a while.
func ask(t *testing.T, c net.Conn, text string) (string, error) {
	t.Helper()
	if _, err := c.Write([]byte(text)); err != nil {
		return "", err
	}
	tapetest.Must(t, c.SetReadDeadline(time.Now().Add(100*time.Millisecond)))
	b := make([]byte, len(text))
	n, err := io.ReadFull(c, b)
	if ne, ok := errors.AsType[net.Error](err); ok && ne.Timeout() {
		err = nil
	}
	return string(b[:n]), err
}

func TestRelay(t *testing.T) {
	r := NewRelay(t, echo(t))
	dial := func() net.Conn {
		c, err := net.Dial("tcp", r.Addr)
		tapetest.Must(t, err)
		t.Cleanup(func() { _ = c.Close() })
		return c
	}
	c := dial()
	speaks := func(want string) {
		t.Helper()
		if got, err := ask(t, c, "hello"); got != want || err != nil {
			t.Errorf("there comes %q, %v, want %q", got, err, want)
		}
	}
	ended := func(text string) {
		t.Helper()
		if got, err := ask(t, c, text); got != "" || err == nil {
			t.Errorf("of a connection that has ended there comes %q, %v", got, err)
		}
	}
	r.Mute(true)
	speaks("")
	r.Mute(false)
	speaks("hello")
	r.Cut()
	ended("hello")
	c = dial()
	r.CutReply("write", true)
	speaks("hello")
	ended("write")
	if n := r.Replies(); n != 1 {
		t.Errorf("%d replies were cut, want 1", n)
	}
	c = dial()
	ended("hello")
	r.Deaf(false)
	c = dial()
	speaks("hello")
	before := r.Replies()
	r.CutReply("again", false)
	ended("again")
	c = dial()
	speaks("hello")
	if n := r.Replies(); n != before+1 {
		t.Errorf("%d replies were cut, want one more than %d", n, before)
	}
}
