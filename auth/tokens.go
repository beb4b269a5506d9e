package auth

import (
	"context"
	"sync"
	"time"

	"github.com/gracy-go/gracy/internal/ctxerr"
)

// tokens keeps the token of a source.
type tokens struct {
	owner    *Auth
	source   Source
	scheme   string
	leeway   time.Duration
	cooldown time.Duration
	timeout  time.Duration

	mu      sync.Mutex // mu guards the fields below, and those of running until it is done
	current *credential
	running *fetch    // nil while the source is not being called
	failure error     // the error of the last fetch, nil if it succeeded
	failed  time.Time // the time of the last failure
	forced  time.Time // the time of the last fetch that a 401 caused
	// due is the credential that the next request must replace, because its 401 was returned.
	due *credential
}

// atHand returns the current credential if it lasts and is not the unauthorized one. It returns nil
// if a request must wait for another. If the credential lasts but is no longer fresh, the source is
// called, with the values of ctx, and no request waits for it.
func (t *tokens) atHand(ctx context.Context, unauthorized *credential) *credential {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := time.Now()
	c := t.current
	if c == nil || c == unauthorized || c == t.due || !c.lasts(now) {
		return nil
	}
	if !c.fresh(now) && t.running == nil && !t.coolingLocked(now) {
		t.startLocked(ctx)
	}
	return c
}

// mayRenew reports whether there is, or may be fetched, a credential other than the unauthorized
// one.
func (t *tokens) mayRenew(unauthorized *credential) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := time.Now()
	switch {
	case t.current != unauthorized, t.running != nil:
		return true
	case t.coolingLocked(now), now.Sub(t.forced) < t.cooldown:
		return false
	}
	return true
}

// renewNext makes the next request fetch a credential other than the unauthorized one. Until there
// is one, the unauthorized one stays in use.
func (t *tokens) renewNext(unauthorized *credential) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.current == unauthorized {
		t.due = unauthorized
	}
}

// coolingLocked reports whether the last fetch failed within the cool-down. t.mu must be held.
func (t *tokens) coolingLocked(now time.Time) bool {
	return t.failure != nil && now.Sub(t.failed) < t.cooldown
}

// get returns a credential other than the unauthorized one, waiting for it under ctx if necessary.
// The error is that of ctx, or an *Error.
func (t *tokens) get(ctx context.Context, unauthorized *credential) (*credential, error) {
	t.mu.Lock()
	now := time.Now()
	c := t.current
	if c != nil && (c == unauthorized || !c.valid(now)) {
		c = nil
	}
	due := c != nil && c == t.due
	if c != nil && !due && c.fresh(now) {
		t.mu.Unlock()
		return c, nil
	}
	if t.running == nil && t.coolingLocked(now) {
		err := t.failure
		t.mu.Unlock()
		if c != nil {
			return c, nil
		}
		return nil, &Error{Unauthorized: unauthorized != nil, Err: err}
	}
	if t.running == nil {
		if unauthorized != nil || due {
			t.forced = now
		}
		t.startLocked(ctx)
	}
	f := t.running
	t.mu.Unlock()
	select {
	case <-f.done:
	case <-ctx.Done():
		return nil, ctxerr.Of(ctx)
	}
	switch {
	case f.panicked != nil:
		panic(f.panicked)
	case f.err == nil:
		return f.credential, nil
	case c != nil && c.valid(time.Now()):
		return c, nil
	}
	return nil, &Error{Unauthorized: unauthorized != nil, Err: f.err}
}
