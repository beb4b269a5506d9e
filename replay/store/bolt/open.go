package bolt

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"runtime"
	"runtime/debug"

	"go.etcd.io/bbolt"
	berrors "go.etcd.io/bbolt/errors"

	"github.com/gracy-go/gracy/replay/store"
	"github.com/gracy-go/gracy/replay/store/internal/file"
)

const lockWait = file.LockWait

// Open opens a tape in a bbolt file. It makes the file, with mode 0600, if it does not exist. If
// another process has had the file open for the whole of one second, the error is
// [store.ErrLocked], a [store.LockedError] that names the process if it is known. A file that is
// not a tape, has another schema, or is cut off is a [store.FormatError]. One that cannot be
// written is [store.ErrReadOnly]. A symbolic link is an error.
func Open(path string) (store.IndexStore, error) { return open(path, false) }

// OpenReadOnly opens a tape as [Open] does, but never writes to it. So many processes may read at
// once, also from a read-only file system. A file that does not exist matches fs.ErrNotExist. A
// write is [store.ErrReadOnly], except that Reindex makes an index in memory.
func OpenReadOnly(path string) (store.IndexStore, error) { return open(path, true) }

func open(path string, readOnly bool) (store.IndexStore, error) {
	err := file.CheckRegular(path)
	missing := errors.Is(err, fs.ErrNotExist)
	if !readOnly && (err == nil || missing) {
		err = prepare(path, missing)
	}
	if err != nil {
		return nil, err
	}
	// bbolt reads the list of free pages before that can be checked. Only bbolt can lock as bbolt
	// does, so a reader's lock is held for the check. Another process that writes in between writes
	// as we would.
	db, opened, err := openDB(path, true)
	if err == nil && !readOnly {
		err = errors.Join(checkFree(path, opened), db.Close())
		if err == nil {
			db, opened, err = openDB(path, false)
		}
	}
	if err != nil {
		return nil, openError(path, err)
	}
	s := &boltStore{db: db, file: opened, path: path, readOnly: readOnly, holds: func() {}, direct: directPages, most: tailMost}
	if !readOnly {
		s.holds = file.Hold(path)
	}
	err = s.start()
	switch {
	case err != nil:
	case readOnly:
		err = s.held.hold(s)
	default:
		err = s.sweepParts()
	}
	if err != nil {
		_ = s.Close()
		return nil, err
	}
	return s, nil
}

// start checks what must be checked before anything is read.
func (s *boltStore) start() error {
	m, err := checkMeta(s.path, s.file)
	if err != nil {
		return err
	}
	s.checked = newChecked(m.high)
	s.tails.Store(&tails{now: &tail{}})
	sealed, err := s.check()
	if err == nil && !sealed {
		err = checkFile(s.path, s.file)
		s.walked = true
	}
	if err != nil {
		return err
	}
	return s.loadTail()
}

// openDB opens the database. It follows none of its pages except, for writing, the list of free
// pages. If another file has replaced it during the wait for its lock, as a compacted copy does, it
// opens that one. What is written to a file without a name is lost.
func openDB(path string, readOnly bool) (*bbolt.DB, *os.File, error) {
	for {
		db, opened, err := openFile(path, readOnly)
		if err != nil {
			return nil, nil, err
		}
		here, errHere := opened.Stat()
		there, err := os.Lstat(path)
		if err = errors.Join(errHere, err); err == nil && os.SameFile(here, there) {
			return db, opened, nil
		}
		if err = errors.Join(err, db.Close()); err != nil {
			return nil, nil, err
		}
	}
}

func openFile(path string, readOnly bool) (db *bbolt.DB, opened *os.File, err error) {
	defer func() {
		// bbolt panics on what it does not expect; its file would stay locked.
		if err != nil && db == nil && opened != nil {
			_ = opened.Close()
		}
	}()
	defer catch(path, &err)
	defer debug.SetPanicOnFault(faultsPanic())
	db, err = bbolt.Open(path, 0o600, &bbolt.Options{
		Timeout: lockWait, ReadOnly: readOnly, FreelistType: bbolt.FreelistMapType, NoStatistics: true,
		InitialMmapSize: mapped(readOnly),
		OpenFile: func(name string, flag int, mode os.FileMode) (*os.File, error) {
			var err error
			if opened, err = os.OpenFile(name, flag, mode); err != nil { //nolint:gosec // the user's path
				return nil, err
			}
			if _, err := checkMeta(path, opened); err != nil {
				return nil, errors.Join(err, opened.Close())
			}
			return opened, nil
		},
	})
	return db, opened, err
}

// mapped returns how much of a file is mapped at first, even if the file is shorter. Each time
// bbolt has to map more, it copies all that the transaction has put and maps twice as much. On
// Windows it would make the file that long.
func mapped(readOnly bool) int {
	if readOnly || runtime.GOOS == "windows" {
		return 0
	}
	return 16 << 20
}

func openError(path string, err error) error {
	if errors.Is(err, berrors.ErrTimeout) {
		return file.Locked(path)
	}
	if errors.Is(err, store.ErrFormat) {
		return err
	}
	for _, e := range []error{berrors.ErrInvalid, berrors.ErrVersionMismatch, berrors.ErrChecksum} {
		if errors.Is(err, e) {
			return &store.FormatError{Path: path, Reason: "not a tape", Err: err}
		}
	}
	if file.Unwritable(err) {
		return fmt.Errorf("%w: %s: %w", store.ErrReadOnly, path, err)
	}
	return fmt.Errorf("replay: open tape %s: %w", path, err)
}
