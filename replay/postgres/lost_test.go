package postgres

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"syscall"
	"testing"
	"testing/synctest"
	"time"
)

// What an attempt found before the time of the call was over is in the error, though the last attempt
// only says that it was cut short.
func TestWhatTheAttemptBeforeTheLastFound(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &link{path: "a", opts: Options{Timeout: time.Second}}
		calls := 0
		err := s.do(func(ctx context.Context) error {
			if calls++; calls == 1 {
				return &net.OpError{Op: "dial", Net: "tcp", Err: os.NewSyscallError("connect", syscall.ECONNREFUSED)}
			}
			<-ctx.Done()
			return fmt.Errorf("of the driver: %w", ctx.Err())
		})
		if calls != 2 || !errors.Is(err, context.DeadlineExceeded) || !errors.Is(err, syscall.ECONNREFUSED) {
			t.Errorf("%d calls, %v, want 2, the end of the time and a refused connection", calls, err)
		}
	})
}
