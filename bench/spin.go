package main

import (
	"errors"
	"fmt"
	"io"
	"runtime/debug"
)

// warm is how many calls are made before any is counted. They learn routes, fill caches and pools,
// and fill the caches of type assertions, to which the runtime adds one miss in a thousand.
const warm = 8192

// stretchOf returns how many calls are made before the first mark, and how many in the shorter
// stretch.
func stretchOf(s *stack) (before, n int) {
	if s.heavy {
		return warm / 50, spinCalls / 50
	}
	return warm, spinCalls
}

// spinCalls is the number of calls in the shorter stretch. The other stretch has three times as
// many.
const spinCalls = 2000

// runSpin is the command "spin": the calls that are counted under callgrind.
func runSpin(args []string) error {
	if len(args) != 1 {
		return errors.New("spin takes the name of a stack")
	}
	s, err := stackNamed(args[0])
	if err != nil {
		return err
	}
	before, n := stretchOf(s)
	return spin(s.bench(1).run[0], before, n)
}

// runAlloc is the command "alloc": the bytes and objects that a call allocates, exactly.
func runAlloc(args []string, out io.Writer) error {
	if len(args) != 1 {
		return errors.New("alloc takes the name of a stack")
	}
	s, err := stackNamed(args[0])
	if err != nil {
		return err
	}
	defer debug.SetGCPercent(debug.SetGCPercent(-1)) // a collection empties pools
	b := s.bench(1)
	before, _ := stretchOf(s)
	for range before {
		if err := b.run[0](); err != nil {
			return err
		}
	}
	if err := b.countMemory(); err != nil {
		return err
	}
	fmt.Fprintf(out, "[%g,%g]\n", b.memory.bytes, b.memory.allocs)
	return nil
}

func stackNamed(name string) (*stack, error) {
	for _, s := range complete(stacks()) {
		if s.name == name {
			return s, nil
		}
	}
	return nil, fmt.Errorf("no stack %q", name)
}

// spin makes the calls: before the first mark those that do not count, then two stretches.
func spin(call func() error, before, n int) error {
	for _, stretch := range []int{before, n, 3 * n} {
		for range stretch {
			if err := call(); err != nil {
				return err
			}
		}
		mark()
	}
	return nil
}

// mark is a function whose entry callgrind can see.
//
//go:noinline
func mark() {}
