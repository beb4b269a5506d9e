package mongodb

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync/atomic"
	"time"

	"go.mongodb.org/mongo-driver/v2/mongo"

	"github.com/gracy-go/gracy/replay/internal/network"
	"github.com/gracy-go/gracy/replay/store"
)

// A link has the collections of a tape, the time limit of a call, and the errors.
type link struct {
	tapes, exchanges, parts *mongo.Collection

	name   string // of the tape
	path   string // names the tape in errors
	opts   Options
	closed atomic.Bool
	life   context.Context //nolint:containedctx // that of all calls, which ends with the connections
}

// do calls fn. It calls it again if the connection was lost, until the time of a call is over. fn
// must not do anything twice.
func (s *link) do(fn func(ctx context.Context) error) error {
	return s.doWithin(s.life, fn)
}

// doWithin is do that also ends with ctx.
func (s *link) doWithin(ctx context.Context, fn func(ctx context.Context) error) error {
	if s.closed.Load() {
		return fmt.Errorf("%w: %s", store.ErrClosed, s.path)
	}
	within := s.opts.Timeout
	if deadline, ok := ctx.Deadline(); ok {
		within = min(within, max(0, time.Until(deadline).Round(20*time.Millisecond)))
	}
	ctx, cancel := context.WithTimeout(ctx, s.opts.Timeout)
	defer cancel()
	defer context.AfterFunc(s.life, cancel)()
	err := network.Persist(ctx, func(ctx context.Context) (again bool, err error) {
		err = fn(ctx)
		return lost(err) || errors.Is(err, errIndexing), ofCall(ctx, err)
	})
	if err == nil {
		return nil
	}
	return s.late(ctx, within, err)
}

// ofCall returns err. If err is the end of a context other than ctx, which is one of the driver, it
// returns an error with the same text: callers take the end of a context for that of their own.
func ofCall(ctx context.Context, err error) error {
	if errors.Is(err, ctx.Err()) || !errors.Is(err, context.Canceled) && !errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return errors.New(err.Error())
}

// write is do for a function that changes something.
func (s *link) write(fn func(ctx context.Context) error) error {
	if s.opts.ReadOnly {
		return fmt.Errorf("%w: %s", store.ErrReadOnly, s.path)
	}
	return s.do(fn)
}

// late explains an error. The time of the call may be over.
func (s *link) late(ctx context.Context, within time.Duration, err error) error {
	if s.closed.Load() { // since the call began
		return fmt.Errorf("%w: %s: %w", store.ErrClosed, s.path, err)
	}
	if cause := ctx.Err(); cause != nil && !errors.Is(err, store.ErrLocked) && !errors.Is(err, cause) {
		err = fmt.Errorf("%w: %w", cause, err)
	}
	if errors.Is(err, context.DeadlineExceeded) {
		err = fmt.Errorf("no result within %v: %w", within, err)
	}
	return s.explain(err)
}

// codeUnauthorized is the code of what a user is not allowed to do.
const codeUnauthorized = 13

// goesAway reports whether an error is from a server that shuts down or steps down, or from a
// router that cannot reach one. The driver retries by itself, except for updates and deletions of
// many documents, the next page of a cursor, and indexes.
func goesAway(se mongo.ServerError) bool {
	return slices.ContainsFunc([]int{
		6, 7, 89, 9001, // no connection to another server
		43,       // the cursor is gone, with the server that had it
		91,       // shutdown
		133,      // no server that may be read
		134, 262, // not yet, and for too long
		189, 10107, 11600, 11602, 13435, 13436, // no primary any more, or not yet
	}, se.HasErrorCode)
}

// retryable is an error of the driver: another command has just lost its connection, and the driver
// does not try to make a new one. It has no label, and its type is not exported.
type retryable interface {
	error
	Retryable() bool
}

// lost reports whether an error is about the connection, not about what was done with it. The context
// of the call must not be over: then a context that ended is one of the driver, which has given up a
// connection.
func lost(err error) bool {
	if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) {
		return true
	}
	if r, ok := errors.AsType[retryable](err); ok && r.Retryable() {
		return true
	}
	if se, ok := errors.AsType[mongo.ServerError](err); ok {
		return se.HasErrorLabel("RetryableWriteError") || se.HasErrorLabel("NetworkError") || goesAway(se)
	}
	return network.Lost(err) || mongo.IsNetworkError(err)
}

// explain wraps the error of the database in a sentinel of package store, and adds the name of the
// tape to every error.
func (s *link) explain(err error) error {
	if err == nil {
		return nil
	}
	if fe, ok := errors.AsType[*store.FormatError](err); ok {
		if fe.Path == "" {
			fe.Path = s.path
		}
		return err
	}
	switch {
	case errors.Is(err, store.ErrClosed), errors.Is(err, store.ErrReadOnly), errors.Is(err, store.ErrLocked):
		return err
	case errors.Is(err, mongo.ErrClientDisconnected):
		return fmt.Errorf("%w: %s", store.ErrClosed, s.path)
	}
	if se, ok := errors.AsType[mongo.ServerError](err); ok && se.HasErrorCode(codeUnauthorized) {
		return fmt.Errorf("%w: %s: %w", store.ErrReadOnly, s.path, err) // the user may also lack the right to read: the text says so
	}
	return fmt.Errorf("replay: %s: %w", s.path, err)
}
