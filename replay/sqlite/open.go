package sqlite

import (
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"time"

	_ "modernc.org/sqlite" // the driver of Open

	"github.com/gracy-go/gracy/replay/store"
)

const (
	connections = 8   // of a file that this package opened
	leastFile   = 512 // the least size of a database that is not empty
)

// Store is what a tape in a SQLite database can do.
type Store interface {
	store.IndexStore
	store.PartStore
}

// Open opens a tape in a SQLite file. It makes the file, with mode 0600, and its folder if they
// do not exist. An empty file becomes a tape too. Any number of processes may have it open at
// once. A file that another process has locked for the whole of five seconds is
// [store.ErrLocked]. A file that is not a tape, or has another schema, is a [store.FormatError].
// One that cannot be written is [store.ErrReadOnly]. A symbolic link is an error.
func Open(path string) (Store, error) {
	if err := prepare(path); err != nil {
		return nil, err
	}
	return patiently(func() (Store, error) { return openFile(path, false) })
}

// OpenReadOnly opens a tape as [Open] does, but never writes to it and makes nothing. A file that
// does not exist matches fs.ErrNotExist. A write is [store.ErrReadOnly], except that Reindex
// makes an index in memory. A tape on a read-only file system cannot be read if its last process
// died before closing it: open it once where it can be written.
func OpenReadOnly(path string) (Store, error) {
	if err := regular(path); err != nil {
		return nil, err
	}
	return patiently(func() (Store, error) { return openFile(path, true) })
}

// patiently retries open while the file is locked, for as long as busy_timeout. SQLite itself does
// not wait for a process that turns the write-ahead log on or off.
func patiently(open func() (Store, error)) (Store, error) {
	const wait, pause = 5 * time.Second, 10 * time.Millisecond
	for end := time.Now().Add(wait); ; {
		s, err := open()
		if !errors.Is(err, store.ErrLocked) || !time.Now().Before(end) {
			return s, err
		}
		<-time.NewTimer(pause).C
	}
}

// New makes a tape in a database of the caller's, with any SQLite driver. It adds the tables
// gracy_meta, gracy_exchange, gracy_record, gracy_part and gracy_unfinished to those that exist.
// Close leaves db open. The settings of db decide what a crash loses and how long a lock is
// waited for (PRAGMA journal_mode, synchronous, busy_timeout). A database in memory needs
// db.SetMaxOpenConns(1), since each connection otherwise has a database of its own.
func New(db *sql.DB) (Store, error) {
	s := newStore(db, "(database)")
	if err := s.begin(s.create); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

func regular(path string) error {
	info, err := os.Lstat(path)
	if err != nil {
		return fmt.Errorf("replay: open tape: %w", err)
	}
	switch mode := info.Mode(); {
	case mode.IsDir():
		return fmt.Errorf("replay: open tape: %s is a folder", path)
	case mode&fs.ModeSymlink != 0:
		return fmt.Errorf("replay: open tape: %s is a symbolic link: give what it leads to", path)
	case !mode.IsRegular():
		return fmt.Errorf("replay: open tape: %s is not a regular file", path)
	}
	if n := info.Size(); n > 0 && n < leastFile { // which SQLite takes for an empty database
		return &store.FormatError{Path: path, Reason: "not a tape"}
	}
	return nil
}

// prepare makes the file, since SQLite would make it readable by everybody.
func prepare(path string) error {
	err := regular(path)
	if err == nil {
		// SQLite would open a file that it may not write, and fail at the first write.
		f, err := os.OpenFile(path, os.O_RDWR, 0)
		if err != nil {
			return explain(path, err)
		}
		return f.Close()
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return explain(path, err)
	}
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600) //nolint:gosec // the user's path
	if err != nil {
		return explain(path, err)
	}
	return f.Close()
}

func openFile(path string, readOnly bool) (Store, error) {
	name, err := dataSource(path, readOnly)
	if err != nil {
		return nil, err
	}
	db, err := sql.Open("sqlite", name)
	if err != nil {
		return nil, explain(path, err)
	}
	db.SetMaxOpenConns(connections)
	db.SetMaxIdleConns(connections)
	s := newStore(db, path)
	s.readOnly, s.owns = readOnly, true
	err = s.begin(func() error {
		if readOnly {
			return noTape(path)
		}
		return s.create()
	})
	if err == nil && !readOnly {
		err = s.enterWAL()
	}
	if err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

// dataSource names a file to the driver, with what each connection sets.
func dataSource(path string, readOnly bool) (string, error) {
	abs, err := filepath.Abs(path)
	if err != nil {
		return "", fmt.Errorf("replay: open tape: %w", err)
	}
	abs = filepath.ToSlash(abs)
	if abs[0] != '/' {
		abs = "/" + abs // a drive of Windows
	}
	q := url.Values{"_pragma": {
		"busy_timeout(5000)",
		"cell_size_check(1)", // a damaged page is found before it is followed
		"trusted_schema(0)",  // the file cannot make this process run functions
	}}
	if readOnly {
		q.Set("mode", "ro")
	} else {
		q["_pragma"] = append(q["_pragma"], "synchronous(FULL)", "journal_size_limit(67108864)")
	}
	return (&url.URL{Scheme: "file", Path: abs, RawQuery: q.Encode()}).String(), nil
}
