package bolt

import (
	"errors"
	"fmt"
	"runtime/debug"
	"sync/atomic"

	"go.etcd.io/bbolt"
	berrors "go.etcd.io/bbolt/errors"

	"github.com/gracy-go/gracy/replay/store"
)

// boltStore is the store.IndexStore over an open database, which does its locking.
type boltStore struct {
	db       *bbolt.DB
	path     string
	readOnly bool
	holds    func()                      // takes away who has the tape open; called while it is
	memory   atomic.Pointer[memoryIndex] // the index that holds, nil if that is the bucket
}

const (
	bucketMeta = "meta"
	bucketRec  = "rec"
	bucketIdx  = "idx"
	bucketBlob = "blob"

	metaMagic  = "magic"
	metaSchema = "schema"
	metaRecipe = "recipe"
	metaLast   = "last"
	metaParts  = "parts " // and the ID of an exchange of which there are only parts
)

const (
	magic    = "gracy tape"
	schema   = 1
	blobFrom = 64 << 10 // a response body of this length is kept in parts
	longBody = 1 << 20  // and is left out of what is found from this length on
)

func bucket(tx *bbolt.Tx, name string) *bbolt.Bucket { return tx.Bucket([]byte(name)) }

func (s *boltStore) Close() error {
	s.holds()
	return s.db.Close()
}

func (s *boltStore) view(fn func(*bbolt.Tx) error) (err error) {
	defer catch(s.path, &err)
	defer faultsPanic()()
	return s.explain(s.db.View(fn))
}

func (s *boltStore) update(fn func(*bbolt.Tx) error) (err error) {
	defer catch(s.path, &err)
	defer faultsPanic()()
	return s.explain(s.db.Update(fn))
}

// catch turns the panic that a damaged page causes in bbolt into an error.
func catch(path string, err *error) {
	if p := recover(); p != nil {
		*err = &store.FormatError{Path: path, Reason: "damaged tape: " + fmt.Sprint(p)}
	}
}

// faultsPanic has a fault of this goroutine, in a file that was cut off since it
// was opened, panic instead of ending the process, until the function that it
// returns is called.
func faultsPanic() (end func()) {
	old := debug.SetPanicOnFault(true)
	return func() { debug.SetPanicOnFault(old) }
}

func (s *boltStore) damaged(reason string) error {
	return &store.FormatError{Path: s.path, Reason: "damaged tape: " + reason}
}

// explain gives an error of bbolt our sentinel, and every error the path.
func (s *boltStore) explain(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, berrors.ErrDatabaseNotOpen):
		return fmt.Errorf("%w: %s", store.ErrClosed, s.path)
	case errors.Is(err, berrors.ErrDatabaseReadOnly):
		return fmt.Errorf("%w: %s", store.ErrReadOnly, s.path)
	case errors.Is(err, store.ErrFormat):
		if fe, ok := errors.AsType[*store.FormatError](err); ok && fe.Path == "" {
			fe.Path = s.path
		}
		return err
	}
	return fmt.Errorf("replay: tape %s: %w", s.path, err)
}
