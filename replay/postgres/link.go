package postgres

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/gracy-go/gracy/replay/internal/network"
	"github.com/gracy-go/gracy/replay/store"
)

// A link makes the connections, transactions and errors of a tape.
type link struct {
	pool   *pgxpool.Pool
	path   string // names the tape in errors
	tape   int32  // its number
	opts   Options
	closed atomic.Bool
}

// do calls fn. It calls it again if the connection was lost before fn did anything, until the time
// of a call is over.
func (s *link) do(fn func(ctx context.Context) error) error {
	return s.doWithin(context.Background(), fn)
}

// doWithin is do that also ends with ctx.
func (s *link) doWithin(ctx context.Context, fn func(ctx context.Context) error) error {
	if s.closed.Load() {
		return fmt.Errorf("%w: %s", store.ErrClosed, s.path)
	}
	ctx, cancel := s.timed(ctx)
	defer cancel()
	err := network.Persist(ctx, func(ctx context.Context) (again bool, err error) {
		err = fn(ctx)
		return lost(err), err
	})
	if err == nil {
		return nil
	}
	return s.late(ctx, err)
}

// errTime is why a context ended if the time of a call was over.
var errTime = errors.New("the time of the call is over")

// timed returns the context of a call, which ends with that of its caller and after Timeout.
func (s *link) timed(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeoutCause(ctx, s.opts.Timeout, errTime)
}

// late explains an error. The time of the call may be over, or its caller may have left.
func (s *link) late(ctx context.Context, err error) error {
	switch cause := ctx.Err(); {
	case cause == nil, errors.Is(err, store.ErrLocked):
	case errors.Is(cause, context.Canceled) && errors.Is(err, context.DeadlineExceeded): // that of connect_timeout
		err = fmt.Errorf("%w: %v", cause, err) //nolint:errorlint // the call has not met its own
	case !errors.Is(err, cause):
		err = fmt.Errorf("%w: %w", cause, err)
	}
	if errors.Is(err, context.DeadlineExceeded) && context.Cause(ctx) == errTime { //nolint:errorlint // our own
		err = fmt.Errorf("no result within %v: %w", s.opts.Timeout, err)
	}
	return s.explain(err)
}

// lost reports whether an error is about the connection, not about what was done with it. It is for
// a context that has not ended.
func lost(err error) bool {
	if pe, ok := errors.AsType[*pgconn.PgError](err); ok {
		// The server shuts down, crashes, starts, has no connection left, or has received nothing from
		// us for too long, within a transaction or outside of one.
		return slices.Contains([]string{"57P01", "57P02", "57P03", "53300", "25P03", "57P05"}, pe.Code) || strings.HasPrefix(pe.Code, "08")
	}
	if _, ok := errors.AsType[*pgconn.ConnectError](err); ok && errors.Is(err, context.DeadlineExceeded) {
		return true // that of connect_timeout
	}
	if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) {
		return false
	}
	return pgconn.SafeToRetry(err) || errors.Is(err, pgconn.ErrConnClosed) || network.Lost(err)
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
	if errors.Is(err, store.ErrClosed) || errors.Is(err, store.ErrReadOnly) || errors.Is(err, store.ErrLocked) {
		return err
	}
	if errors.Is(err, pgx.ErrNoRows) { // callers that accept no row handle it themselves
		return &store.FormatError{Path: s.path, Reason: "damaged tape: a row is missing"}
	}
	if pe, ok := errors.AsType[*pgconn.PgError](err); ok {
		switch pe.Code {
		case "42P01", "42703", "42804": // no such table or column, or of another type
			return &store.FormatError{Path: s.path, Reason: "not a tape", Err: err}
		case "25006", "42501": // a read-only server, or a user that may only read
			return fmt.Errorf("%w: %s: %w", store.ErrReadOnly, s.path, err)
		}
	}
	if strings.Contains(err.Error(), "closed pool") {
		return fmt.Errorf("%w: %s", store.ErrClosed, s.path)
	}
	return fmt.Errorf("replay: %s: %w", s.path, err)
}

// update runs fn in a transaction that holds the lock of the tape until it ends.
func (s *link) update(fn func(ctx context.Context, tx pgx.Tx) error) error {
	return s.updateWithin(context.Background(), fn)
}

// updateWithin is update that also ends with ctx.
func (s *link) updateWithin(ctx context.Context, fn func(ctx context.Context, tx pgx.Tx) error) error {
	return s.begun(ctx, func(ctx context.Context, tx pgx.Tx) error {
		if err := s.lock(ctx, tx); err != nil {
			return err
		}
		return fn(ctx, tx)
	})
}

// readCommitted is the isolation of every transaction that waits for the lock of the tape, whatever
// the default of the database is: a snapshot from before the wait would not show what others have
// done meanwhile.
var readCommitted = pgx.TxOptions{IsoLevel: pgx.ReadCommitted} //nolint:gochecknoglobals // read only

// begun runs fn in a transaction that also ends with ctx.
func (s *link) begun(ctx context.Context, fn func(ctx context.Context, tx pgx.Tx) error) error {
	if s.opts.ReadOnly {
		return fmt.Errorf("%w: %s", store.ErrReadOnly, s.path)
	}
	return s.doWithin(ctx, func(ctx context.Context) error {
		return pgx.BeginTxFunc(ctx, s.pool, readCommitted, func(tx pgx.Tx) error { return fn(ctx, tx) })
	})
}
