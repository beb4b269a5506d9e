package replay

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

func TestATurnIsWaitedForNoLongerThanTheContextAllows(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		turn := newTurn()
		ended, cancel := context.WithCancel(t.Context())
		cancel()
		if err := turn.take(ended); err != nil {
			t.Errorf("a turn that is free is not taken: %v", err)
		}
		if err := turn.take(ended); !errors.Is(err, context.Canceled) {
			t.Errorf("a turn of another is taken, or %v", err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		start := time.Now()
		if err := turn.take(ctx); !errors.Is(err, context.DeadlineExceeded) || time.Since(start) != time.Second {
			t.Errorf("after %v %v, want DeadlineExceeded after 1s", time.Since(start), err)
		}
		time.AfterFunc(time.Second, turn.release)
		turn.wait()
		if took := time.Since(start); took != 2*time.Second {
			t.Errorf("it was waited for %v, want until the other is done", took)
		}
		turn.release()
		if err := turn.take(t.Context()); err != nil {
			t.Errorf("a turn that was released is not taken: %v", err)
		}
	})
}
