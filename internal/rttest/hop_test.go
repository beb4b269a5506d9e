package rttest_test

import (
	"errors"
	"io"
	"net"
	"os"
	"testing"
	"time"

	"github.com/gracy-go/gracy/internal/rttest"
)

func TestAHopSwallowsWhatComesOverTheConnectionsThatItHas(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	go func() { // an echo
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				_, _ = io.Copy(c, c)
				_ = c.Close()
			}()
		}
	}()
	h := rttest.NewHop(t, l.Addr().String())
	dial := func() net.Conn {
		c, err := net.Dial("tcp", h.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = c.Close() })
		return c
	}
	echo := func(c net.Conn, within time.Duration) error {
		_ = c.SetDeadline(time.Now().Add(within))
		if _, err := io.WriteString(c, "a"); err != nil {
			return err
		}
		_, err := io.ReadFull(c, make([]byte, 1))
		return err
	}
	first := dial()
	if err := echo(first, time.Minute); err != nil {
		t.Fatal(err)
	}
	h.Swallow()
	if err := echo(dial(), time.Minute); err != nil || h.Dials() != 2 {
		t.Errorf("a later connection: %v, %d dials", err, h.Dials())
	}
	if err := echo(first, 50*time.Millisecond); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("a dead connection: %v", err)
	}
}
