package text

import (
	"bufio"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"slices"
	"strings"
	"sync"

	"github.com/gracy-go/gracy/replay/store"
	"github.com/gracy-go/gracy/replay/store/internal/file"
)

// textStore is the store.IndexStore over what was read from the file.
type textStore struct {
	path     string
	readOnly bool
	lock     *file.Lock // nil for a store that only reads

	// writing guards the fields below up to mu. It is held while a file is written, and
	// is locked before mu.
	writing  sync.Mutex
	journal  journal
	base     []*store.Exchange // the exchanges of the file, in its order
	recorded string            // the day on which most of it was recorded
	changed  bool              // whether the tape differs from the file

	mu     sync.RWMutex // mu guards the fields below
	closed bool
	recipe string // the recipe of Reindex; before that, only the part after its dot
	index  *index
}

const scanPage = 512 // exchanges that Scan reads at once; the first is read alone, so that it comes soon

func (s *textStore) errClosed() error { return fmt.Errorf("%w: %s", store.ErrClosed, s.path) }

// failed adds the path to the error of a write.
func (s *textStore) failed(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("replay: write tape %s: %w", s.path, err)
}

// change makes the changes of fn to the index and writes them to the journal. If writing fails, it
// undoes them.
func (s *textStore) change(fn func(ix *index, do func(change))) error {
	s.writing.Lock()
	defer s.writing.Unlock()
	var changes []change
	var undo []func()
	s.mu.Lock()
	closed, key := s.closed, keyOf(s.recipe)
	if !closed && !s.readOnly {
		fn(s.index, func(c change) {
			changes, undo = append(changes, c), append(undo, s.index.apply(c))
		})
	}
	s.mu.Unlock()
	switch {
	case closed:
		return s.errClosed()
	case s.readOnly:
		return fmt.Errorf("%w: %s", store.ErrReadOnly, s.path)
	case len(changes) == 0:
		return nil
	}
	err := s.journal.append(key, changes)
	if err == nil {
		s.changed = true
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, f := range slices.Backward(undo) {
		f()
	}
	return s.failed(err)
}

func (s *textStore) Append(batch []store.Entry) error {
	return s.change(func(ix *index, do func(change)) {
		for _, e := range batch {
			do(change{ix.replaced(e), e.Exchange})
		}
	})
}

func (s *textStore) Delete(ids ...store.ID) error {
	return s.change(func(ix *index, do func(change)) {
		there := slices.DeleteFunc(slices.Clone(ids), func(id store.ID) bool { return ix.byID[id] == nil })
		if len(there) > 0 {
			do(change{removed: there})
		}
	})
}

// Reindex changes memory alone: no file has keys.
func (s *textStore) Reindex(recipe string, key func(*store.Exchange) store.Key) error {
	s.writing.Lock()
	defer s.writing.Unlock()
	s.mu.Lock()
	defer s.mu.Unlock()
	rekey := func(x *store.Exchange) *store.Exchange {
		again := *x // a copy, since others may still read x
		again.Key = key(x)
		return &again
	}
	fresh := newIndex()
	fresh.last = s.index.last
	for _, x := range s.index.scan() {
		fresh.add(rekey(x))
	}
	for i, x := range s.base {
		if s.base[i] = fresh.byID[x.ID]; s.base[i] == nil || s.index.byID[x.ID] != x {
			s.base[i] = rekey(x)
		}
	}
	s.index, s.recipe = fresh, recipe
	return nil
}

func (s *textStore) Find(key store.Key, after store.ID) (*store.Exchange, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if s.closed {
		return nil, s.errClosed()
	}
	if list := above(s.index.byKey[key.Sum], after); len(list) > 0 {
		return list[0], nil
	}
	return nil, nil
}

func (s *textStore) Near(key store.Key, n int) ([]*store.Exchange, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if s.closed {
		return nil, s.errClosed()
	}
	return s.index.near(key, n), nil
}

func (s *textStore) Scan(after store.ID) iter.Seq2[*store.Exchange, error] {
	return func(yield func(*store.Exchange, error) bool) {
		at := after // the sequence may be ranged over again
		for n := 1; ; n = min(8*n, scanPage) {
			s.mu.RLock()
			page, closed := s.index.page(at, n), s.closed
			s.mu.RUnlock()
			if closed {
				yield(nil, s.errClosed())
				return
			}
			for _, x := range page {
				if !yield(x, nil) {
					return
				}
				at = x.ID
			}
			if len(page) < n {
				return
			}
		}
	}
}

func (s *textStore) Last() (store.ID, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.index.last, nil
}

func (s *textStore) Recipe() (string, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.recipe, nil
}

// Close writes the file, if something was recorded or deleted. If that fails, the
// journal stays, and the next Open does it.
func (s *textStore) Close() error {
	s.writing.Lock()
	defer s.writing.Unlock()
	s.mu.Lock()
	closed := s.closed
	s.closed = true
	s.mu.Unlock()
	if closed {
		return nil
	}
	defer s.lock.Release()
	var err error
	if s.changed && !s.readOnly {
		err = s.save()
	}
	return errors.Join(err, s.journal.close())
}

var errChanged = errors.New("another process has changed the file since it was opened")

// save writes the file under another name first, so that a crash leaves the old one or the new one.
// Then it removes the journal. The caller holds writing, or nobody else has the store.
func (s *textStore) save() error {
	b, err := read(s.path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return s.failed(err)
	}
	if fingerprint(b) != s.journal.tape {
		return s.failed(errChanged)
	}
	s.mu.RLock()
	list, key := arrange(s.base, s.index.scan()), keyOf(s.recipe)
	s.mu.RUnlock()
	recorded := commonDay(s.recorded, list)
	if err := file.Replace(s.path, func(w *bufio.Writer) { write(w, key, recorded, list) }); err != nil {
		return s.failed(err)
	}
	s.changed = false
	return s.failed(s.journal.remove())
}

// keyOf returns the part of a recipe that is kept: after the first dot, the key of the tape's
// hashes.
func keyOf(recipe string) string {
	_, key, _ := strings.Cut(recipe, ".")
	return key
}
