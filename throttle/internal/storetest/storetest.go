// Package storetest has what the tests of throttle and of its stores share.
package storetest

import (
	"context"
	"sync"
	"testing/synctest"
	"time"

	"github.com/sethvargo/go-limiter"
)

// FixedWindow is a store that counts as memorystore does, on the bubble's clock.
type FixedWindow struct {
	limiter.Store
	Limit int
	Per   time.Duration

	mu    sync.Mutex // mu guards begun and used
	begun time.Time
	used  int
}

// Take implements [limiter.Store].
func (f *FixedWindow) Take(context.Context, string) (tokens, remaining, reset uint64, ok bool, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	now := time.Now()
	if f.begun.IsZero() {
		f.begun = now
	}
	if age := now.Sub(f.begun); age >= f.Per {
		f.begun, f.used = now.Add(-age%f.Per), 0
	}
	if f.used < f.Limit {
		f.used++
		ok = true
	}
	return uint64(f.Limit), uint64(f.Limit - f.used), uint64(f.begun.Add(f.Per).UnixNano()), ok, nil
}

// Line starts n goroutines one after the other and returns the order in which they were admitted.
func Line(n int, admit func(i int)) (order []int) {
	var mu sync.Mutex
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() {
			admit(i)
			mu.Lock()
			defer mu.Unlock()
			order = append(order, i)
		})
		synctest.Wait()
	}
	wg.Wait()
	return order
}

// SleepUntilReset takes a token as a client without a queue does: it sleeps until the reset, but
// not forever.
func SleepUntilReset(ctx context.Context, s limiter.Store) {
	for range 10_000 {
		_, _, reset, ok, err := s.Take(ctx, "")
		if ok || err != nil {
			return
		}
		time.Sleep(time.Until(time.Unix(0, int64(reset))))
	}
}

// Worst returns the largest number of instants in any window of the length per.
func Worst(ts []time.Time, per time.Duration) int {
	most, first := 0, 0
	for i := range ts {
		for ts[i].Sub(ts[first]) >= per {
			first++
		}
		most = max(most, i-first+1)
	}
	return most
}
