package network

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"testing"
	"testing/synctest"
	"time"
)

// The pauses double up to a quarter of a second.
func TestPersistPauses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var at []time.Duration
		start := time.Now()
		err := Persist(t.Context(), func(context.Context) (bool, error) {
			if at = append(at, time.Since(start)/time.Millisecond); len(at) < 7 {
				return true, io.EOF
			}
			return true, nil
		})
		if want := []time.Duration{0, 20, 60, 140, 300, 550, 800}; err != nil || !slices.Equal(at, want) {
			t.Errorf("attempts after %d ms, %v, want %d", at, err, want)
		}
	})
}

func TestPersistEnds(t *testing.T) {
	errFound, errLast := errors.New("found"), errors.New("last")
	for name, c := range map[string]struct {
		second func(context.Context) (bool, error) // the attempt after one that found errFound
		is     []error
		took   time.Duration
	}{
		"an error that stays":         {func(context.Context) (bool, error) { return false, errLast }, []error{errLast}, 20 * time.Millisecond},
		"the context, in an attempt":  {func(ctx context.Context) (bool, error) { <-ctx.Done(); return true, fmt.Errorf("late: %w", ctx.Err()) }, []error{errFound, context.DeadlineExceeded}, time.Second},
		"the context, in a pause":     {func(context.Context) (bool, error) { time.Sleep(970 * time.Millisecond); return true, errLast }, []error{errLast}, time.Second},
		"an error as the context did": {func(ctx context.Context) (bool, error) { <-ctx.Done(); return true, errLast }, []error{errLast}, time.Second},
	} {
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			defer cancel()
			calls, start := 0, time.Now()
			err := Persist(ctx, func(ctx context.Context) (bool, error) {
				if calls++; calls == 1 {
					return true, errFound
				}
				return c.second(ctx)
			})
			for _, target := range []error{errFound, errLast, context.DeadlineExceeded} {
				if errors.Is(err, target) != slices.Contains(c.is, target) {
					t.Errorf("%s: %v matches %v: %t", name, err, target, errors.Is(err, target))
				}
			}
			if took := time.Since(start); calls != 2 || took != c.took {
				t.Errorf("%s: %d calls in %v, want 2 in %v", name, calls, took, c.took)
			}
		})
	}
}
