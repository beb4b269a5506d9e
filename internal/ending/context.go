// Package ending has the context of a request that a limit may end. What it takes to wait
// for its end is made when it is asked for, and once for contexts of this package that are
// derived from each other, where each context.WithCancelCause costs five allocations as
// soon as a base waits for it.
package ending

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gracy-go/gracy/internal/traced"
)

// An Owner is what a [Context] is part of.
type Owner interface {
	// Ahead returns the deadline that the owner sets, false if it sets none now.
	Ahead() (deadline time.Time, ok bool)
	// Own returns what the context has under a key beyond its parent, nil for any other.
	Own(key any) any
}

// A Context ends with its parent, or before by [Context.Expire] or [Context.End]. It is
// part of its owner's allocation: [Context.Begin] comes before anything else. To package
// context it is a context like those of its own, so that none that is derived from it has
// a goroutine.
type Context struct {
	parent context.Context
	bare   context.Context
	owner  Owner
	flags  atomic.Uint32

	// mu guards the fields below, and prev and next of the contexts in the list inside. That of
	// a parent may be locked while it is held.
	mu     sync.Mutex
	waited context.Context // what ends when this one does, nil until it is asked for; flagWaited publishes it
	cancel context.CancelCauseFunc

	inside     *Context // the contexts that end with this one and are waited for
	prev, next *Context
}

const (
	flagWaited  uint32 = 1 << iota // waited is there
	flagEnded                      // by Expire or End
	flagExpired                    // by Expire
	flagClosed                     // no other context is added to inside
	flagJoined                     // it is or was in the list of its parent
)

// Begin makes c a context of the owner's, derived from the parent.
func (c *Context) Begin(parent context.Context, owner Owner) {
	c.parent, c.owner = parent, owner
	switch p := parent.(type) {
	case *Context:
		c.bare = p.bare
	case *traced.Context:
		c.bare = p.Bare().Context
	default:
		c.bare = parent
	}
}

// Bare returns what c was derived from by limits, and by the traces of package traced.
func (c *Context) Bare() traced.Bare { return traced.Bare{Context: c.bare} }

// Parent returns what c was derived from.
func (c *Context) Parent() context.Context { return c.parent }

// Root returns the nearest context around c that is no Context.
func (c *Context) Root() context.Context {
	for {
		outer, ok := c.parent.(*Context)
		if !ok {
			return c.parent
		}
		c = outer
	}
}

// Expire ends c with the error [context.DeadlineExceeded] and the cause. It does nothing if
// c has ended.
func (c *Context) Expire(cause error) { c.end(cause) }

// End ends c with the error [context.Canceled]. It does nothing if c has ended.
func (c *Context) End() { c.end(nil) }

func (c *Context) is(flag uint32) bool { return c.flags.Load()&flag != 0 }

// Deadline implements [context.Context].
func (c *Context) Deadline() (time.Time, bool) {
	if t, ok := c.owner.Ahead(); ok {
		return t, true
	}
	return c.parent.Deadline()
}

// Done implements [context.Context].
func (c *Context) Done() <-chan struct{} {
	if !c.is(flagWaited) {
		c.wait()
	}
	return c.waited.Done()
}

// Err implements [context.Context]. That of a context derived from c is Canceled where it
// is DeadlineExceeded; the cause of both is that of c.
func (c *Context) Err() error {
	f := c.flags.Load()
	if f&flagWaited == 0 {
		if f&flagEnded != 0 {
			return context.Canceled
		}
		return c.parent.Err()
	}
	err := c.waited.Err()
	f = c.flags.Load() // what ends it is noted before it ends
	switch {
	case err != nil && f&flagExpired != 0:
		return context.DeadlineExceeded
	case err != nil && f&flagEnded != 0:
		return context.Canceled
	}
	if over := c.parent.Err(); over != nil {
		return over
	}
	return err
}

// Value implements [context.Context].
func (c *Context) Value(key any) any {
	if v := c.owner.Own(key); v != nil {
		return v
	}
	if c.is(flagWaited | flagEnded) {
		return c.value(key)
	}
	return c.parent.Value(key)
}

// value is Value of a context that says itself how it ends, beyond what it owns. It asks the root once: each of many that
// asked both waited and its parent would double the number.
func (c *Context) value(key any) any {
	at := c
	for {
		outer, ok := at.parent.(*Context)
		if !ok {
			break
		}
		if v := outer.owner.Own(key); v != nil {
			return v
		}
		at = outer
	}
	if !c.is(flagWaited) {
		// Package context finds its own contexts under a key of its own, to read the cause of one. What it finds in the
		// root may end later than c, and for another cause.
		v := at.parent.Value(key)
		if _, ok := v.(context.Context); !ok {
			return v
		}
		c.wait()
	}
	return c.waited.Value(key) // waited itself, or what the root has
}

// wait makes waited.
func (c *Context) wait() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.waited != nil {
		return
	}
	switch p, inside := c.parent.(*Context); {
	case c.is(flagEnded):
		c.waitedFor(nil)
	case c.is(flagClosed), inside && !c.is(flagJoined) && !p.adopt(c):
		c.waitedFor(context.Cause(c.parent))
	default:
		// What ends those between c and its root ends c by their lists.
		c.waited, c.cancel = context.WithCancelCause(c.Root())
		c.flags.Or(flagWaited)
	}
}

// waitedFor makes waited of a context that has ended for the cause. It is called with mu held. What
// the root ends for, now or later, is none of it.
func (c *Context) waitedFor(cause error) {
	c.waited, c.cancel = context.WithCancelCause(context.WithoutCancel(c.Root()))
	c.cancel(cause)
	c.flags.Or(flagWaited)
}

// adopt makes k, whose lock is held, end with c. It reports false if c has ended.
func (c *Context) adopt(k *Context) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.is(flagClosed) {
		return false
	}
	if p, ok := c.parent.(*Context); ok && !c.is(flagJoined) && !p.adopt(c) {
		return false
	}
	k.flags.Or(flagJoined)
	if k.next = c.inside; k.next != nil {
		k.next.prev = k
	}
	c.inside = k
	return true
}

// drop takes k off the list.
func (c *Context) drop(k *Context) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.is(flagClosed) {
		return
	}
	if k.prev != nil {
		k.prev.next = k.next
	} else if c.inside == k {
		c.inside = k.next
	}
	if k.next != nil {
		k.next.prev = k.prev
	}
	k.prev, k.next = nil, nil
}

// end ends c, as expired if there is a cause. It is too late if the parent has ended: what
// [Context.Err] has said stays true.
func (c *Context) end(cause error) {
	c.mu.Lock()
	if c.is(flagClosed) {
		c.mu.Unlock()
		return
	}
	ended := flagEnded
	switch {
	case c.Err() != nil:
		ended, cause = 0, context.Cause(c.parent)
	case cause != nil:
		c.flags.Or(flagExpired)
		if c.waited == nil {
			c.waitedFor(cause)
		}
	}
	f := c.flags.Or(ended)
	c.unlockAndCancel(cause)
	if f&flagJoined != 0 {
		c.parent.(*Context).drop(c) //nolint:forcetypeassert // only one of those adopts
	}
}

// over is what the end of its parent does to c.
func (c *Context) over(cause error) {
	c.mu.Lock()
	c.unlockAndCancel(cause)
}

// unlockAndCancel cancels what waits for the end of c. It is called with mu held.
func (c *Context) unlockAndCancel(cause error) {
	c.flags.Or(flagClosed)
	cancel := c.cancel
	var inside []*Context
	for k := c.inside; k != nil; k = k.next {
		inside = append(inside, k)
	}
	c.inside = nil
	c.mu.Unlock()
	if cancel != nil {
		cancel(cause)
	}
	for _, k := range inside {
		k.over(cause)
	}
}
