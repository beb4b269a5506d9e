package postgres

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/gracy-go/gracy/replay/store"
)

const lockSQL = `SELECT pg_advisory_xact_lock($1, $2)`

// The class of the advisory locks. The second number is that of a tape, or allTapes.
const lockClass = 0x67726379

// allTapes is the lock under which tables and tapes are made.
const allTapes = 0

// lock takes the lock of the tape until the transaction ends.
func (s *link) lock(ctx context.Context, tx pgx.Tx) error {
	var q pgx.Batch
	return s.locked(tx.SendBatch(ctx, s.queueLock(&q, s.tape)).Close())
}

// lockSettings sets up a transaction that has a lock. If the client is gone and the server does not
// notice, as when a network fails, the server ends the transaction by itself, and so gives back the
// lock. It waits $1 milliseconds for the next statement, and for the receipt of what it sends. After
// $2 seconds without a sign of life it asks for one, three times. Some systems cannot do all of that,
// and the server logs what it cannot set. Plans use indexes: a plan that was made while a table was
// empty would read all of it, even when it is full.
const lockSettings = `SELECT set_config('enable_seqscan', 'off', true), set_config('idle_in_transaction_session_timeout', $1, true),
	set_config('tcp_user_timeout', CASE WHEN version() LIKE '%linux%' THEN $1 ELSE '0' END, true),
	set_config('tcp_keepalives_idle', $2, true), set_config('tcp_keepalives_interval', '1', true), set_config('tcp_keepalives_count', '3', true)`

// The largest values that the settings take.
const (
	mostIdle      = math.MaxInt32 * time.Millisecond
	mostKeepalive = math.MaxInt16 * time.Second
)

// queueLock queues taking a lock.
func (s *link) queueLock(q *pgx.Batch, number int32) *pgx.Batch {
	idle := min(s.opts.Timeout, mostIdle-time.Second) + time.Second // a call that lives has ended by then
	ask := min(s.opts.Timeout, mostKeepalive-time.Second) + time.Second
	q.Queue(lockSettings, strconv.FormatInt(idle.Milliseconds(), 10), strconv.FormatInt(int64(ask/time.Second), 10))
	q.Queue(lockSQL, lockClass, number)
	return q
}

// locked explains the error of taking the lock. If the time is over and the server responds,
// another process holds it.
func (s *link) locked(err error) error {
	if pe, ok := errors.AsType[*pgconn.PgError](err); ok && (pe.Code == "57014" || pe.Code == "55P03") {
		return fmt.Errorf("%w: %s: another process writes for longer than %v", store.ErrLocked, s.path, s.opts.Timeout)
	}
	return err
}
