package bolt

import (
	"errors"
	"fmt"
	"os"
	"runtime/debug"
	"sync"
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
	holds    func()                      // removes the record of who has the tape open; called before the tape is closed
	memory   atomic.Pointer[memoryIndex] // the current index, nil if it is the bucket and the tail
	tails    atomic.Pointer[tails]       // of the index; changed only by the holder of writing
	writing  sync.Mutex                  // guards the right to write; it is locked before the locks of bbolt
	checked  *checked                    // the pages that may be followed
	roots    atomic.Pointer[roots]       // where buckets are
	file     *os.File                    // the file of db, which closes it
	held     held                        // the state, in a store that only reads
	spare    buffers                     // for the records of the next change; guarded by writing
	walked   bool                        // whether all pages were checked; guarded by writing
	grown    bool                        // whether something was written, so that the file may have an unused end; guarded by writing
	direct   int                         // directPages
	most     int                         // tailMost
}

const (
	bucketMeta = "meta"
	bucketRec  = "rec"
	bucketIdx  = "idx"
	bucketBlob = "blob"

	metaMagic   = "magic"
	metaSchema  = "schema"
	metaRecipe  = "recipe"
	metaLast    = "last"
	metaIndexed = "indexed" // with schemaTail: the index leads to no record above this ID
	metaSeal    = "seal"    // says that the buckets are whole; see seal.go
	metaParts   = "parts "  // and the ID of an exchange of which there are only parts
)

const (
	magic = "gracy tape"

	directPages = 16   // the leaves of an index so small that keys go into it at once
	tailMost    = 8192 // the most keys that wait in memory for a larger index

	schema = 1
	// schemaTail is schema 1 with records that the index does not lead to yet. A tape has it
	// while it is recorded, and after a crash.
	schemaTail = 2
	blobFrom   = 64 << 10 // a response body of this length is kept in parts
	longBody   = 1 << 20  // from this length on it is left out of what Find returns
)

func bucket(tx *bbolt.Tx, name string) *bbolt.Bucket { return tx.Bucket([]byte(name)) }

// Close puts the tail into the index, so that earlier builds can read the tape, and seals it. It
// gives back the space that bbolt had the file grow beyond its pages.
func (s *boltStore) Close() error {
	var err error
	if t := s.tails.Load(); !s.readOnly && t != nil && t.err == nil && (t.now.size > 0 || t.open) {
		err = s.update((*change).merge)
	}
	if err == nil {
		s.shrink()
	}
	s.held.letGo()
	s.holds()
	return errors.Join(err, s.db.Close())
}

// shrink cuts off the unused end of the file, while nobody else can have it open. The file is valid
// with it, so it stays where it cannot be cut off, as on Windows while the file is mapped.
func (s *boltStore) shrink() {
	s.writing.Lock()
	defer s.writing.Unlock()
	if !s.grown {
		return
	}
	s.grown = false
	_ = s.db.View(func(tx *bbolt.Tx) error { return s.file.Truncate(tx.Size()) })
}

// reading is a state of the file, with the tail of its index.
type reading struct {
	state
	tail *tail
}

// view reads the file.
func (s *boltStore) view(fn func(*reading) error) (err error) {
	defer catch(s.path, &err)
	defer debug.SetPanicOnFault(faultsPanic())
	if s.readOnly {
		if is, err := s.held.read(fn); is {
			return s.explain(err)
		}
	}
	for {
		err = s.db.View(func(tx *bbolt.Tx) error {
			t, err := s.tails.Load().at(tx.ID())
			if err != nil {
				return err
			}
			r := &reading{s.stateOf(tx), t}
			r.tx = tx.ID()
			return fn(r)
		})
		if !errors.Is(err, errStale) {
			return s.explain(err)
		}
	}
}

// catch turns the panic that a damaged page causes in bbolt into an error.
func catch(path string, err *error) {
	if p := recover(); p != nil {
		*err = &store.FormatError{Path: path, Reason: "damaged tape: " + fmt.Sprint(p)}
	}
}

// faultsPanic makes memory faults of this goroutine panic instead of ending the process. They
// happen if the file was cut off after it was opened. It returns the previous setting.
func faultsPanic() (before bool) { return debug.SetPanicOnFault(true) }

func (s *boltStore) damaged(reason string) error {
	return &store.FormatError{Path: s.path, Reason: "damaged tape: " + reason}
}

// explain wraps an error of bbolt in a sentinel of package store, and adds the path to every error.
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
