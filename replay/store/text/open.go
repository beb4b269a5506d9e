package text

import (
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/gracy-go/gracy/replay/store"
	"github.com/gracy-go/gracy/replay/store/internal/file"
)

// Open opens a tape in a JSON file. A file that is not there is made, mode 0600,
// with the first exchange. One tape is open for writing at a time, here or in
// another process: the second is [store.ErrLocked] after one second. A file that
// is not a tape, of another schema or damaged is a [store.FormatError]; a
// symbolic link is an error.
func Open(path string) (store.Store, error) {
	lock, err := file.Acquire(path)
	if err != nil {
		return nil, err
	}
	lock.Sweep()
	s, err := open(path, false)
	if err != nil {
		lock.Release()
		return nil, err
	}
	s.lock = lock
	return s, nil
}

// OpenReadOnly opens a tape as [Open] does, but never writes to it and takes no
// lock: it reads what is there at the moment, whoever writes. A file that is not
// there matches fs.ErrNotExist; a write is [store.ErrReadOnly].
func OpenReadOnly(path string) (store.Store, error) {
	s, err := open(path, true)
	if err != nil {
		return nil, err
	}
	return s, nil
}

func open(path string, readOnly bool) (*textStore, error) {
	s := newStore(path, readOnly)
	err := file.CheckRegular(path)
	if errors.Is(err, fs.ErrNotExist) && !readOnly {
		return s, nil
	}
	if err != nil {
		return nil, err
	}
	b, err := os.ReadFile(path) //nolint:gosec // the user's path
	if err != nil {
		return nil, fmt.Errorf("replay: open tape: %w", err)
	}
	recipe, list, err := parse(path, b)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.recipe, s.list = recipe, list
	s.indexLocked()
	return s, nil
}
