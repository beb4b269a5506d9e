package sharedtest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/gracy-go/gracy/replay/internal/tapetest"
)

func TestWithin(t *testing.T) {
	late := fmt.Errorf("a call: %w", context.DeadlineExceeded)
	var times []time.Duration
	Within(t, time.Second, func(tb testing.TB, timeout time.Duration) {
		tb.Helper()
		times = append(times, timeout)
		switch len(times) {
		case 1:
			tapetest.Must(tb, late)
			t.Error("behind the end")
		case 2:
			done := make(chan struct{})
			go func() {
				defer close(done)
				tb.Errorf("of a goroutine: %v", late)
			}()
			<-done
			tb.Error("what follows from that")
		}
	})
	if want := []time.Duration{time.Second, 4 * time.Second, 16 * time.Second}; !slices.Equal(times, want) {
		t.Errorf("it ran with %v, want %v", times, want)
	}
}

// What does not fail for want of time fails at once, and with enough time everything does.
func TestWithinFails(t *testing.T) {
	late := fmt.Errorf("a call: %w", context.DeadlineExceeded)
	for _, c := range []struct {
		enough bool
		err    error
	}{{false, errors.New("another")}, {true, late}} {
		var h *hasty
		failed := tapetest.Attempt(t, func(tb testing.TB) {
			tb.Helper()
			h = &hasty{TB: tb, enough: c.enough}
			h.Error("first", c.err)
			h.Errorf("second %v", c.err)
			h.Fatal("third", c.err)
		})
		failed = append(failed, tapetest.Attempt(t, func(tb testing.TB) {
			tb.Helper()
			(&hasty{TB: tb, enough: c.enough}).Fatalf("fourth %v", c.err)
		})...)
		if len(failed) != 4 || h.late.Load() {
			t.Errorf("%v fails by %q, too late: %t", c.err, failed, h.late.Load())
		}
	}
	ended := true
	tapetest.Attempt(t, func(tb testing.TB) {
		tb.Helper()
		h := &hasty{TB: tb}
		h.late.Store(true)
		h.FailNow()
		ended = false
	})
	if !ended || t.Failed() {
		t.Error("FailNow of what is too late does not end it, or fails")
	}
}
