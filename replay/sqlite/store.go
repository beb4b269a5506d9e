package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gracy-go/gracy/replay/store"
)

// sqliteStore is the store over a pool of connections, which do the locking.
type sqliteStore struct {
	db       *sql.DB
	path     string
	readOnly bool
	owns     bool   // whether Close closes db
	owner    string // identifies this store among those that have the tape open

	closed   atomic.Bool
	unending atomic.Bool // whether parts were appended, whose exchanges may never come

	memory atomic.Pointer[store.ContextStore] // the current index, nil if it is the table

	mu     sync.Mutex // mu guards the fields below; it is not held while the database works
	recipe string     // how the keys of this session are made
	ready  map[string]*sql.Stmt
}

func newStore(db *sql.DB, path string) *sqliteStore {
	return &sqliteStore{db: db, path: path, owner: strconv.FormatUint(rand.Uint64(), 36), ready: make(map[string]*sql.Stmt)}
}

// begin checks the tape, calls missing if there is none, and sweeps it.
func (s *sqliteStore) begin(missing func() error) error {
	found, err := check(s.db, s.path)
	if err == nil && !found {
		err = missing()
	}
	if err == nil {
		_, err = s.Recipe()
	}
	if err == nil && !s.readOnly {
		err = s.sweep(time.Now())
	}
	return err
}

func (s *sqliteStore) Close() error {
	if s.closed.Swap(true) {
		return nil
	}
	if s.unending.Load() {
		_ = s.abandon() // otherwise an Open an hour later does it
	}
	s.mu.Lock()
	all := s.ready
	s.ready = nil
	s.mu.Unlock()
	for _, stmt := range all {
		_ = stmt.Close()
	}
	if !s.owns {
		return nil
	}
	if !s.readOnly {
		s.leaveWAL()
	}
	if err := s.db.Close(); err != nil {
		return explain(s.path, err)
	}
	return nil
}

// enterWAL lets readers and writers work at the same time. The file stays in this mode until
// leaveWAL.
func (s *sqliteStore) enterWAL() error {
	_, err := s.db.ExecContext(context.Background(), `PRAGMA journal_mode = WAL`)
	return explain(s.path, err)
}

// leaveWAL makes the tape a single file again, which can be read where nothing can be written,
// unless another process has it open.
func (s *sqliteStore) leaveWAL() {
	ctx := context.Background()
	s.db.SetMaxIdleConns(1)
	conn, err := s.db.Conn(ctx)
	if err != nil {
		return
	}
	defer conn.Close()
	// Do not wait for others.
	if _, err := conn.ExecContext(ctx, `PRAGMA busy_timeout = 0`); err == nil {
		_, _ = conn.ExecContext(ctx, `PRAGMA journal_mode = DELETE`)
	}
}

// stmt returns a prepared statement of the pool.
func (s *sqliteStore) stmt(query string) (*sql.Stmt, error) {
	if s.closed.Load() {
		return nil, fmt.Errorf("%w: %s", store.ErrClosed, s.path)
	}
	s.mu.Lock()
	stmt := s.ready[query]
	s.mu.Unlock()
	if stmt != nil {
		return stmt, nil
	}
	stmt, err := s.db.PrepareContext(context.Background(), query)
	if err != nil {
		return nil, explain(s.path, err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	switch other := s.ready[query]; {
	case s.ready == nil:
		return nil, errors.Join(fmt.Errorf("%w: %s", store.ErrClosed, s.path), stmt.Close())
	case other != nil:
		_ = stmt.Close()
		return other, nil
	}
	s.ready[query] = stmt
	return stmt, nil
}

// explain wraps the error of a driver in a sentinel of package store, and adds the path to every
// error. The drivers of SQLite have no codes in common, but all include SQLite's text.
func explain(path string, err error) error {
	if err == nil {
		return nil
	}
	if fe, ok := errors.AsType[*store.FormatError](err); ok {
		if fe.Path == "" {
			fe.Path = path
		}
		return err
	}
	if errors.Is(err, sql.ErrNoRows) { // callers that accept no row handle it themselves
		return &store.FormatError{Path: path, Reason: "damaged tape: a row of gracy_meta is missing"}
	}
	text := err.Error()
	says := func(words ...string) bool {
		for _, w := range words {
			if strings.Contains(text, w) {
				return true
			}
		}
		return false
	}
	switch {
	case errors.Is(err, store.ErrClosed), errors.Is(err, store.ErrReadOnly), errors.Is(err, store.ErrLocked):
		return err
	case says("database is closed", "statement is closed"):
		return fmt.Errorf("%w: %s", store.ErrClosed, path)
	case says("database is locked", "table is locked"):
		return fmt.Errorf("%w: %s: %w", store.ErrLocked, path, err)
	case says("file is not a database"):
		return &store.FormatError{Path: path, Reason: "not a tape", Err: err}
	case says("malformed", "no such table", "no such column"):
		return &store.FormatError{Path: path, Reason: "damaged tape", Err: err}
	case says("readonly database"), errors.Is(err, fs.ErrPermission), says("read-only file system"):
		return fmt.Errorf("%w: %s: %w", store.ErrReadOnly, path, err)
	}
	return fmt.Errorf("replay: tape %s: %w", path, err)
}
