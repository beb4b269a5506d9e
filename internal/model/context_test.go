package model_test

import (
	"context"
	"sync"
	"time"
)

// A callCtx is the context of a caller. It counts what is registered with it, because what a layer
// leaves there is a leak with a context that lives long.
type callCtx struct {
	context.Context // for values
	done            chan struct{}
	deadline        time.Time

	// mu guards the fields below.
	mu    sync.Mutex
	timer *time.Timer
	err   error
	next  int
	funcs map[int]func()
}

func newCallCtx(deadline time.Duration) *callCtx {
	c := &callCtx{Context: context.Background(), done: make(chan struct{}), funcs: map[int]func(){}}
	if deadline > 0 {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.deadline = time.Now().Add(deadline)
		c.timer = time.AfterFunc(deadline, func() { c.cancel(context.DeadlineExceeded) })
	}
	return c
}

func (c *callCtx) Deadline() (time.Time, bool) { return c.deadline, !c.deadline.IsZero() }
func (c *callCtx) Done() <-chan struct{}       { return c.done }
func (c *callCtx) Err() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.err
}

// AfterFunc is what package context calls to derive a context from one that is not its own.
func (c *callCtx) AfterFunc(f func()) func() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.err != nil {
		go f()
		return func() bool { return false }
	}
	i := c.next
	c.next++
	c.funcs[i] = f
	return func() bool {
		c.mu.Lock()
		defer c.mu.Unlock()
		_, ok := c.funcs[i]
		delete(c.funcs, i)
		return ok
	}
}

func (c *callCtx) cancel(err error) {
	c.mu.Lock()
	if c.err != nil {
		c.mu.Unlock()
		return
	}
	c.err = err
	close(c.done)
	fs := c.funcs
	c.funcs = map[int]func(){}
	if c.timer != nil {
		c.timer.Stop()
	}
	c.mu.Unlock()
	for _, f := range fs {
		go f()
	}
}

// registered returns how many functions wait for the end of the context.
func (c *callCtx) registered() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.funcs)
}
