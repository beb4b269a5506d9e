package postgres

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgconn/ctxwatch"
)

// A watch ends the statement of a connection when its context ends. If the time of the call is over,
// it cancels the statement at the server, whose response says what it waited for. A caller that has
// gone does not wait for that: the connection is closed.
type watch struct {
	pgconn.CancelRequestContextWatcherHandler
	gone bool // whether it was the caller
}

func newWatch(c *pgconn.PgConn) ctxwatch.Handler {
	return &watch{CancelRequestContextWatcherHandler: pgconn.CancelRequestContextWatcherHandler{Conn: c, DeadlineDelay: time.Second}}
}

// HandleCancel is called when the context ends.
func (w *watch) HandleCancel(ctx context.Context) {
	if w.gone = context.Cause(ctx) != errTime; w.gone { //nolint:errorlint // our own
		_ = w.Conn.Conn().SetDeadline(time.Now())
		return
	}
	w.CancelRequestContextWatcherHandler.HandleCancel(ctx)
}

// HandleUnwatchAfterCancel is called when the statement has ended after that.
func (w *watch) HandleUnwatchAfterCancel() {
	if w.gone {
		_ = w.Conn.Conn().SetDeadline(time.Time{})
		return
	}
	w.CancelRequestContextWatcherHandler.HandleUnwatchAfterCancel()
}
