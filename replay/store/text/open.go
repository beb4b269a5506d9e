package text

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"

	"github.com/gracy-go/gracy/replay/store"
	"github.com/gracy-go/gracy/replay/store/internal/file"
)

// Open opens a tape in a JSON file, which is written when the tape is closed. Until then
// recordings are in the journal beside it. A file that does not exist is made, with mode 0600, if
// something is recorded. A tape can be open for writing once, here or in another process. A
// second Open fails with [store.ErrLocked] after one second. A file that is not a tape, has a
// later schema or is damaged is a [store.FormatError] with the line. One in a folder that cannot
// be written is [store.ErrReadOnly]. A symbolic link is an error.
func Open(path string) (store.IndexStore, error) {
	lock, err := file.Acquire(path)
	if err != nil {
		return nil, err
	}
	lock.Sweep()
	if err := file.TryFolder(path); err != nil { // fail here and not at the first exchange
		lock.Release()
		return nil, fmt.Errorf("%w: %s: %w", store.ErrReadOnly, path, err)
	}
	s, err := open(path, false)
	if err == nil && s.changed && s.save() == nil {
		// The file now has what a crash left in the journal, and gives it new IDs.
		s, err = open(path, false)
	}
	if err != nil {
		lock.Release()
		return nil, err
	}
	s.lock = lock
	return s, nil
}

// OpenReadOnly opens a tape as [Open] does, but never writes to it and takes no lock. It reads
// what is there at the moment, including what a writing process has recorded so far. A file that
// does not exist matches fs.ErrNotExist. A write is [store.ErrReadOnly].
func OpenReadOnly(path string) (store.IndexStore, error) {
	s, err := open(path, true)
	if err != nil {
		return nil, err
	}
	return s, nil
}

// Remove removes a tape, with the journal and the temporary files that a crash has left beside
// it. A tape that is open for writing is [store.ErrLocked] after one second. One that does not
// exist is not an error.
func Remove(path string) error {
	lock, err := file.Acquire(path)
	if err != nil {
		return err
	}
	defer lock.Release()
	lock.Sweep()
	for _, name := range []string{path, file.Journal(path)} {
		if err := os.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("replay: remove tape: %w", err)
		}
	}
	return nil
}

func open(path string, readOnly bool) (*textStore, error) {
	s := &textStore{path: path, readOnly: readOnly, journal: journal{path: file.Journal(path)}, index: newIndex()}
	// Read the journal first. If the tape is written in between, it has all of the journal.
	recent, err := s.journal.readAll()
	if err != nil {
		return nil, err
	}
	b, err := read(path)
	missing := errors.Is(err, fs.ErrNotExist)
	if err != nil && !missing {
		return nil, err
	}
	changes, errJournal := s.journal.decode(recent, fingerprint(b))
	if errJournal != nil {
		return nil, errJournal
	}
	key := s.journal.key
	if !missing {
		c, err := parse(path, b)
		if err != nil {
			return nil, err
		}
		s.base, s.recorded = c.exchanges, c.recorded
		key = cmp.Or(key, c.key)
		for _, x := range slices.SortedFunc(slices.Values(c.exchanges), byID) { // so that each is added at the end
			s.index.add(x)
		}
	} else if readOnly && len(changes) == 0 {
		return nil, err
	}
	for _, c := range changes {
		s.index.apply(c)
		s.changed = true
	}
	if key != "" {
		s.recipe = "." + key
	}
	return s, nil
}

// read reads a file that may be a tape.
func read(path string) ([]byte, error) {
	if err := file.CheckRegular(path); err != nil {
		return nil, err
	}
	b, err := os.ReadFile(path) //nolint:gosec // the user's path
	if err != nil {
		return nil, fmt.Errorf("replay: open tape: %w", err)
	}
	return b, nil
}
