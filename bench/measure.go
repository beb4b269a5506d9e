package main

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"sync"
	"time"
)

// The modes of a slice.
const (
	oneCore   = iota // one goroutine
	bothCores        // one for each core
	modes
)

// A sample is the time of a call in one slice, in ns. On all cores at once, wall is the time
// between the ends of two successive calls.
type sample struct{ cpu, wall float64 }

func (s sample) plus(t sample, weight float64) sample {
	return sample{s.cpu + weight*t.cpu, s.wall + weight*t.wall}
}

// memory is the bytes and objects that a call allocates.
type memory struct{ bytes, allocs float64 }

// slice times n calls, divided among the runs.
func slice(n int, runs []func() error) (sample, error) {
	share := max(n/len(runs), 1)
	errs := make([]error, len(runs))
	var ready, done sync.WaitGroup
	start := make(chan struct{})
	work := func(i int) {
		for range share {
			if err := runs[i](); err != nil {
				errs[i] = err
				return
			}
		}
	}
	for i := 1; i < len(runs); i++ {
		ready.Add(1)
		done.Go(func() {
			ready.Done()
			<-start
			work(i)
		})
	}
	ready.Wait()
	cpu, wall := processor(), time.Now()
	close(start)
	work(0)
	done.Wait()
	w, p := time.Since(wall), processor()-cpu
	for _, err := range errs {
		if err != nil {
			return sample{}, err
		}
	}
	calls := float64(share * len(runs))
	return sample{float64(p) / calls, float64(w) / calls}, nil
}

// calibrate finds the number of calls that fill a slice.
func (b *bench) calibrate(length time.Duration) error {
	b.calls = 1000 // these calls also learn routes and fill pools
	for range 3 {
		s, err := slice(b.calls, b.run[:1])
		if err != nil {
			return fmt.Errorf("%s: %w", b.name, err)
		}
		b.calls = max(int(float64(length)/s.wall), 1000)
	}
	return nil
}

// countMemory counts bytes and allocations, with one processor.
func (b *bench) countMemory() error {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	const calls = 2000
	for i := range 3 {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		for range calls {
			if err := b.run[0](); err != nil {
				return fmt.Errorf("%s: %w", b.name, err)
			}
		}
		runtime.ReadMemStats(&after)
		// Rounded down as in testing.AllocsPerRun: the runtime's own allocations are few.
		m := memory{
			bytes:  float64((after.TotalAlloc - before.TotalAlloc) / calls),
			allocs: float64((after.Mallocs - before.Mallocs) / calls),
		}
		if i == 0 || m.bytes < b.memory.bytes {
			b.memory.bytes = m.bytes
		}
		if i == 0 || m.allocs < b.memory.allocs {
			b.memory.allocs = m.allocs
		}
	}
	return nil
}

// round times each bench once in each mode, in a new order.
func round(benches []*bench) error {
	for _, i := range rand.Perm(len(benches)) {
		b := benches[i]
		for mode := range modes {
			runs := b.run[:1]
			if mode == bothCores {
				if runs = b.run; b.alone {
					continue
				}
			}
			s, err := slice(b.calls, runs)
			if err != nil {
				return fmt.Errorf("%s: %w", b.name, err)
			}
			b.cost[mode] = append(b.cost[mode], s)
		}
	}
	return nil
}
