// Package ending has the context of a request that a limit may end. It makes what waits for the end
// of the context only on demand, and once for contexts of this package that are derived from each
// other. Each context.WithCancelCause would cost five allocations as soon as a base waits for it.
package ending

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gracy-go/gracy/internal/traced"
)

// An Owner is the value that a [Context] is part of.
type Owner interface {
	// Ahead returns the deadline that the owner sets, or false if it currently sets none.
	Ahead() (deadline time.Time, ok bool)
	// Own returns the value that the context has for a key in addition to its parent, nil for any
	// other key.
	Own(key any) any
}

// A Context ends with its parent, or earlier by [Context.Expire] or [Context.End]. It is part of
// the allocation of its owner, so [Context.Begin] must be called before any other method. Package
// context treats it like one of its own contexts, so a context derived from it needs no goroutine.
type Context struct {
	parent context.Context
	bare   context.Context
	owner  Owner
	flags  atomic.Uint32

	// mu guards the fields below, and prev and next of the contexts in the list inside. The mu of a
	// parent may be locked while it is held.
	mu     sync.Mutex
	waited context.Context // ends when this one does, nil until somebody waits; flagWaited publishes it
	cancel context.CancelCauseFunc

	inside     *Context // the contexts that end with this one and are waited for
	prev, next *Context
}

const (
	flagWaited  uint32 = 1 << iota // waited is set
	flagEnded                      // ended by Expire or End
	flagExpired                    // ended by Expire
	flagClosed                     // no further context is added to inside
	flagJoined                     // it is or was in the list of its parent
)

// Begin derives c, which is part of owner, from parent.
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

// Bare returns the context from which limits, and the traces of package traced, derived c.
func (c *Context) Bare() traced.Bare { return traced.Bare{Context: c.bare} }

// Parent returns the context that c was derived from.
func (c *Context) Parent() context.Context { return c.parent }

// Owner returns the value that c is part of.
func (c *Context) Owner() Owner { return c.owner }

// Root returns the nearest context around c that is not a Context.
func (c *Context) Root() context.Context {
	for {
		outer, ok := c.parent.(*Context)
		if !ok {
			return c.parent
		}
		c = outer
	}
}

// Expire ends c with the error [context.DeadlineExceeded] and the given cause. It does nothing if c
// has ended.
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

// Err implements [context.Context]. If it is DeadlineExceeded, a context derived from c
// nevertheless has the error Canceled. Both have the cause of c.
func (c *Context) Err() error {
	f := c.flags.Load()
	if f&flagWaited == 0 {
		if f&flagEnded != 0 {
			return context.Canceled
		}
		return c.parent.Err()
	}
	err := c.waited.Err()
	f = c.flags.Load() // the flags are set before waited ends
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

// value is Value of a context that knows itself how it ends, apart from what it owns. It asks the
// root only once. If each of many nested contexts asked both waited and its parent, the number of
// look-ups would double with each.
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
		// Package context finds its own contexts by a private key, to read the cause of one. The
		// one that it finds at the root may end later than c, and for another cause.
		v := at.parent.Value(key)
		if _, ok := v.(context.Context); !ok {
			return v
		}
		c.wait()
	}
	return c.waited.Value(key) // waited itself, or the value of the root
}

// wait sets waited.
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
		// If a context between c and its root ends, c ends by their lists.
		c.waited, c.cancel = context.WithCancelCause(c.Root())
		c.flags.Or(flagWaited)
	}
}

// waitedFor sets waited to a context that has ended for the cause. It is called with mu held. The
// end of the root, now or later, does not affect it.
func (c *Context) waitedFor(cause error) {
	c.waited, c.cancel = context.WithCancelCause(context.WithoutCancel(c.Root()))
	c.cancel(cause)
	c.flags.Or(flagWaited)
}

// adopt makes k end with c. It is called with the lock of k held. It reports false if c has ended.
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

// drop removes k from the list.
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

// end ends c, as expired if cause is not nil. If the parent has ended, c keeps the error of the
// parent, because [Context.Err] must not change.
func (c *Context) end(cause error) {
	c.mu.Lock()
	if c.is(flagClosed) {
		c.mu.Unlock()
		return
	}
	ended := flagEnded
	switch {
	case c.Err() != nil:
		ended = 0
		if c.cancel != nil || c.inside != nil { // otherwise nothing gets the cause, which takes a look-up to find
			cause = context.Cause(c.parent)
		}
	case cause != nil:
		c.flags.Or(flagExpired)
		if c.waited == nil {
			c.waitedFor(cause)
		}
	}
	f := c.flags.Or(ended)
	c.unlockAndCancel(cause)
	if f&flagJoined != 0 {
		c.parent.(*Context).drop(c) //nolint:forcetypeassert // only a *Context adopts
	}
}

// over ends c because its parent has ended.
func (c *Context) over(cause error) {
	c.mu.Lock()
	c.unlockAndCancel(cause)
}

// unlockAndCancel cancels what waits for the end of c. It is called with mu held, and unlocks it.
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
