package auth

import (
	"context"
	"time"

	"github.com/gracy-go/gracy/internal/traced"
)

// fetch is a call of the source, in a goroutine of its own, for all requests that wait for its
// token. It does not end with them: an exchange of tokens that is interrupted may lose both the old
// and the new one.
type fetch struct {
	done       chan struct{} // closed when the fields below are final
	over       bool          // whether they are final; tokens.mu guards it
	credential *credential
	err        error
	panicked   any
}

// startLocked calls the source. t.mu must be held.
func (t *tokens) startLocked(ctx context.Context) {
	f := &fetch{done: make(chan struct{})}
	t.running = f
	slow := &slowError{t.timeout.String()}
	ctx, cancel := context.WithTimeoutCause(withSourceOf(traced.Without{Context: context.WithoutCancel(ctx)}, t.owner), t.timeout, slow)
	// If the source ignores its context, no request waits longer.
	stop := context.AfterFunc(ctx, func() { t.finish(f, nil, slow, nil) })
	go func() {
		defer cancel()
		defer stop()
		t.run(ctx, f)
	}()
}

// run calls the source and finishes the fetch, whatever the source does.
func (t *tokens) run(ctx context.Context, f *fetch) {
	defer func() { // changes nothing if the source has returned
		p, err := recover(), errGoexit
		if p != nil {
			err = errPanicked
		}
		t.finish(f, nil, err, p)
	}()
	token, err := t.source.Token(ctx)
	if err != nil {
		t.finish(f, nil, err, nil)
		return
	}
	c, err := t.credentialOf(token, time.Now())
	t.finish(f, c, err, nil)
}

// finish ends a fetch. Only the first call for a fetch has an effect.
func (t *tokens) finish(f *fetch, c *credential, err error, panicked any) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if f.over {
		return
	}
	f.over, f.credential, f.err, f.panicked = true, c, err, panicked
	t.running = nil
	if t.failure = err; err != nil {
		t.failed = time.Now()
	} else {
		t.current, t.due = c, nil
	}
	close(f.done)
}
