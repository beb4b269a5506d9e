package bolt

import (
	"errors"
	"fmt"
	"io/fs"
	"time"

	"go.etcd.io/bbolt"
	berrors "go.etcd.io/bbolt/errors"

	"github.com/gracy-go/gracy/replay/store"
	"github.com/gracy-go/gracy/replay/store/internal/file"
)

const lockWait = time.Second

// Open opens a tape in a bbolt file, and makes it, mode 0600, if it is not
// there. A file that another process has had open for the whole of one second
// is [store.ErrLocked]. A file that is not a tape, of another schema, or cut off
// is a [store.FormatError]; a symbolic link is an error.
func Open(path string) (store.Store, error) { return open(path, false) }

// OpenReadOnly opens a tape as [Open] does, but never writes to it, so that many
// processes may read at once. A file that is not there matches fs.ErrNotExist;
// a write is [store.ErrReadOnly].
func OpenReadOnly(path string) (store.Store, error) { return open(path, true) }

func open(path string, readOnly bool) (store.Store, error) {
	err := file.CheckRegular(path)
	if errors.Is(err, fs.ErrNotExist) && !readOnly {
		err = create(path)
	}
	if err != nil {
		return nil, err
	}
	if err := checkSize(path); err != nil {
		return nil, err
	}
	db, err := bbolt.Open(path, 0o600, &bbolt.Options{
		Timeout: lockWait, ReadOnly: readOnly, FreelistType: bbolt.FreelistMapType, NoStatistics: true,
	})
	if err != nil {
		return nil, openError(path, err)
	}
	s := &boltStore{db: db, path: path}
	if err := s.check(); err != nil {
		_ = db.Close()
		return nil, err
	}
	return s, nil
}

func openError(path string, err error) error {
	if errors.Is(err, berrors.ErrTimeout) {
		return fmt.Errorf("%w: %s (waited %v)", store.ErrLocked, path, lockWait)
	}
	for _, e := range []error{berrors.ErrInvalid, berrors.ErrVersionMismatch, berrors.ErrChecksum} {
		if errors.Is(err, e) {
			return &store.FormatError{Path: path, Reason: "not a tape", Err: err}
		}
	}
	return fmt.Errorf("replay: open tape %s: %w", path, err)
}
