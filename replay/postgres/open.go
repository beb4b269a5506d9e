package postgres

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/gracy-go/gracy/replay/internal/rows"
	"github.com/gracy-go/gracy/replay/store"
)

// Options are the options of a tape. The zero value has the defaults below.
type Options struct {
	// Timeout bounds each call of the store: a lookup, a batch, a page of a Scan or of a Reindex,
	// and Open. It includes the wait for a connection, for other processes that write to the
	// tape, and for a server that starts. The connect_timeout of a URL bounds one attempt to
	// connect. 0 is ten seconds. A negative one panics. The error matches
	// [context.DeadlineExceeded].
	Timeout time.Duration
	// ReadOnly makes nothing in the database. A tape that does not exist matches
	// [fs.ErrNotExist]. A write is [store.ErrReadOnly], except that Reindex makes an index in
	// memory. It is for replay.ModeReplay, and for a database user that may only read.
	ReadOnly bool
}

const defaultTimeout = 10 * time.Second

// Store is what a tape in a PostgreSQL database can do.
type Store interface {
	store.IndexStore
	store.PartStore
}

var (
	errMissing = fmt.Errorf("there is no such tape: %w", fs.ErrNotExist)
	errURL     = errors.New("replay: open tape: the connection string cannot be parsed")
)

// Open opens the named tape in a database. It makes the tape, and the tables of this package if
// there are none, in the first schema of the search_path. url is what pgx accepts:
// "postgres://user:password@host/database", or "host=... user=...". Any number of processes may
// have a tape open at once, and a database may have any number of tapes. Tables that are not
// ours, or of another schema, are a [store.FormatError]. Open waits for a server that cannot be
// reached, such as one that is being started. ctx only bounds opening. No error has the password in
// it.
func Open(ctx context.Context, url, tape string, opts Options) (Store, error) {
	config, err := pgxpool.ParseConfig(url)
	if err != nil {
		return nil, errURL // the error of the driver may quote part of the password
	}
	config.ConnConfig.BuildContextWatcherHandler = newWatch
	// All reads of a tape can use an index, but a plan that was made while a table was empty would
	// not.
	config.AfterConnect = func(ctx context.Context, conn *pgx.Conn) error {
		_, err := conn.Exec(ctx, `SET enable_seqscan = off`)
		return err
	}
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return nil, errURL
	}
	s, err := open(ctx, pool, tape, opts)
	if err != nil {
		pool.Close()
		return nil, err
	}
	s.owns = true
	return s, nil
}

// New opens a tape as [Open] does, over a pool of the caller's, which Close leaves open. If a
// statement exceeds its time, its connection is closed, unless the pool has a handler of its own
// for that.
func New(ctx context.Context, pool *pgxpool.Pool, tape string, opts Options) (Store, error) {
	return open(ctx, pool, tape, opts)
}

func open(ctx context.Context, pool *pgxpool.Pool, tape string, opts Options) (*pgStore, error) {
	if opts.Timeout < 0 {
		panic("postgres: Options.Timeout is negative")
	}
	if opts.Timeout == 0 {
		opts.Timeout = defaultTimeout
	}
	s := newStore(pool, rows.Text(tape), opts)
	ctx, cancel := s.timed(ctx)
	defer cancel()
	err := s.doWithin(ctx, s.begin)
	if err == nil && !opts.ReadOnly {
		err = s.doWithin(ctx, s.sweep)
	}
	if err != nil {
		return nil, err
	}
	return s, nil
}
