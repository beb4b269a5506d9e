package replay

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"go.etcd.io/bbolt"
	berrors "go.etcd.io/bbolt/errors"
)

const lockWait = time.Second

// OpenBolt opens a tape in a bbolt file, and makes it, mode 0600, if it is not
// there. One process may write, or any number read: a lock that is not had
// within a second is [ErrLocked]. A file that is no tape, of another schema,
// or cut off is a [FormatError]; symbolic links are refused. Network file
// systems are no place for it.
func OpenBolt(path string) (Store, error) { return openBolt(path, false) }

// ReadBolt opens a tape as [OpenBolt] does, but never writes to it; a file
// that is not there matches [fs.ErrNotExist].
func ReadBolt(path string) (Store, error) { return openBolt(path, true) }

func openBolt(path string, readOnly bool) (Store, error) {
	err := regular(path)
	if errors.Is(err, fs.ErrNotExist) && !readOnly {
		err = createBolt(path)
	}
	if err != nil {
		return nil, err
	}
	if err := checkBolt(path); err != nil {
		return nil, err
	}
	db, err := bbolt.Open(path, 0o600, &bbolt.Options{
		Timeout: lockWait, ReadOnly: readOnly, FreelistType: bbolt.FreelistMapType, NoStatistics: true,
	})
	if errors.Is(err, berrors.ErrTimeout) {
		return nil, fmt.Errorf("%w: %s", ErrLocked, path)
	}
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
	for _, e := range []error{berrors.ErrInvalid, berrors.ErrVersionMismatch, berrors.ErrChecksum} {
		if errors.Is(err, e) {
			return &FormatError{Path: path, Reason: "not a tape", Err: err}
		}
	}
	return fmt.Errorf("replay: open tape: %w", err)
}

// regular refuses what is not a plain file.
func regular(path string) error {
	info, err := os.Lstat(path)
	if err != nil {
		return fmt.Errorf("replay: open tape: %w", err)
	}
	if !info.Mode().IsRegular() {
		return fmt.Errorf("replay: open tape: %s is not a regular file", path)
	}
	return nil
}

// createBolt makes an empty tape under a temporary name and links it into
// place, so that nobody ever sees half of one and none is overwritten.
func createBolt(path string) error {
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("replay: create tape: %w", err)
	}
	f, err := os.CreateTemp(dir, ".tape-*")
	if err != nil {
		return fmt.Errorf("replay: create tape: %w", err)
	}
	temp := f.Name()
	defer os.Remove(temp) // gone already where it was renamed
	if err := f.Close(); err != nil {
		return fmt.Errorf("replay: create tape: %w", err)
	}
	db, err := bbolt.Open(temp, 0o600, &bbolt.Options{Timeout: lockWait, FreelistType: bbolt.FreelistMapType})
	if err != nil {
		return fmt.Errorf("replay: create tape: %w", err)
	}
	err = db.Update(initBolt)
	if err = errors.Join(err, db.Close()); err != nil {
		return fmt.Errorf("replay: create tape: %w", err)
	}
	err = os.Link(temp, path)
	if err == nil || errors.Is(err, fs.ErrExist) {
		return nil
	}
	// A file system without links.
	if err := os.Rename(temp, path); err != nil {
		return fmt.Errorf("replay: create tape: %w", err)
	}
	return nil
}

func initBolt(tx *bbolt.Tx) error {
	for _, name := range []string{bucketMeta, bucketRec, bucketIdx, bucketBlob} {
		if _, err := tx.CreateBucket([]byte(name)); err != nil {
			return err
		}
	}
	meta := bucket(tx, bucketMeta)
	return errors.Join(
		meta.Put([]byte(metaMagic), []byte(magic)),
		meta.Put([]byte(metaSchema), binary.BigEndian.AppendUint32(nil, schema)),
	)
}

// check asks whether the database is a tape of our schema.
func (s *boltStore) check() error {
	return s.view(func(tx *bbolt.Tx) error {
		meta := bucket(tx, bucketMeta)
		if meta == nil || string(meta.Get([]byte(metaMagic))) != magic {
			return &FormatError{Path: s.path, Reason: "a bbolt database, but not a tape"}
		}
		found := 0
		if b := meta.Get([]byte(metaSchema)); len(b) == 4 {
			found = int(binary.BigEndian.Uint32(b))
		}
		if found != schema {
			return &FormatError{Path: s.path, Found: found, Want: schema, Reason: "tape of an unknown schema"}
		}
		for _, name := range []string{bucketRec, bucketIdx, bucketBlob} {
			if bucket(tx, name) == nil {
				return s.damaged("bucket " + name + " is missing")
			}
		}
		return nil
	})
}

// checkBolt finds files that are too short for what their meta pages say:
// bbolt maps the file and would die of a bus error. It says nothing of others.
func checkBolt(path string) error {
	const metaMagicNumber = 0xED0CDAED
	f, err := os.Open(path) //nolint:gosec // the user's path
	if err != nil {
		return fmt.Errorf("replay: open tape: %w", err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return fmt.Errorf("replay: open tape: %w", err)
	}
	var head [80]byte
	if _, err := io.ReadFull(f, head[:]); err != nil {
		return &FormatError{Path: path, Reason: "not a tape: too short"}
	}
	pages := func() (size, high uint64, ok bool) {
		b := head[16:]
		e := binary.NativeEndian
		return uint64(e.Uint32(b[8:])), e.Uint64(b[40:]), e.Uint32(b) == metaMagicNumber
	}
	size, high, ok := pages()
	if !ok || size < 512 || size > 1<<20 {
		return nil
	}
	// The meta page with the larger transaction is the valid one; the smaller
	// high-water mark of the two is a safe bound only for the older.
	if _, err := f.ReadAt(head[:], int64(size)); err == nil {
		if _, h, ok := pages(); ok {
			high = max(high, h)
		}
	}
	if high > uint64(info.Size())/size { //nolint:gosec // a size is not negative
		return &FormatError{Path: path, Reason: "tape is cut off"}
	}
	return nil
}

func (s *boltStore) damaged(reason string) error {
	return &FormatError{Path: s.path, Reason: "damaged tape: " + reason}
}

func (s *boltStore) view(fn func(*bbolt.Tx) error) (err error) {
	defer s.caught(&err)
	return closed(s.db.View(fn))
}

func (s *boltStore) update(fn func(*bbolt.Tx) error) (err error) {
	defer s.caught(&err)
	return closed(s.db.Update(fn))
}

// caught turns the panic with which bbolt answers a damaged page into an error.
func (s *boltStore) caught(err *error) {
	if p := recover(); p != nil {
		*err = s.damaged(fmt.Sprint(p))
	}
}

func closed(err error) error {
	switch {
	case errors.Is(err, berrors.ErrDatabaseNotOpen):
		return ErrClosed
	case errors.Is(err, berrors.ErrDatabaseReadOnly):
		return errReadOnly
	case err == nil || errors.Is(err, ErrFormat):
		return err
	}
	return fmt.Errorf("replay: tape: %w", err)
}
