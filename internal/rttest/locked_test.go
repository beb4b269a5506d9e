package rttest_test

import (
	"io"
	"testing"
	"testing/synctest"

	"github.com/gracy-go/gracy/internal/rttest"
)

func TestALockedBodyClosesAfterItsRead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, w := io.Pipe()
		body := rttest.Locked(r)
		closed := false
		go func() { _, _ = body.Read(make([]byte, 1)) }()
		synctest.Wait()
		go func() {
			_ = body.Close()
			closed = true
		}()
		synctest.Wait()
		if closed {
			t.Error("it was closed during a Read")
		}
		_, _ = w.Write([]byte("x"))
		synctest.Wait()
		if _, err := w.Write([]byte("x")); !closed || err == nil {
			t.Errorf("after the Read it was not closed: %v", err)
		}
	})
}
