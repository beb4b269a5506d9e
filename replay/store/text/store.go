package text

import (
	"cmp"
	"crypto/sha256"
	"fmt"
	"iter"
	"slices"
	"sync"

	"github.com/gracy-go/gracy/replay/store"
	"github.com/gracy-go/gracy/replay/store/internal/file"
)

// textStore is the store.Store over what was read from the file.
type textStore struct {
	path     string
	readOnly bool
	lock     *file.Lock // nil for a store that only reads

	mu     sync.RWMutex // mu guards all fields below, and is held while the file is written
	closed bool
	recipe string
	last   store.ID
	list   []*store.Exchange // by ID
	byKey  map[[sha256.Size]byte][]*store.Exchange
}

func newStore(path string, readOnly bool) *textStore {
	return &textStore{path: path, readOnly: readOnly, byKey: make(map[[sha256.Size]byte][]*store.Exchange)}
}

// indexLocked brings order and index up to date after a change of the list.
func (s *textStore) indexLocked() {
	slices.SortStableFunc(s.list, func(a, b *store.Exchange) int { return cmp.Compare(a.ID, b.ID) })
	clear(s.byKey)
	for _, x := range s.list {
		s.byKey[x.Key.Sum] = append(s.byKey[x.Key.Sum], x)
		s.last = max(s.last, x.ID)
	}
}

func (s *textStore) errClosed() error { return fmt.Errorf("%w: %s", store.ErrClosed, s.path) }

// change applies fn to the list and writes the file; on an error all is as before.
func (s *textStore) change(fn func([]*store.Exchange) []*store.Exchange) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.closed:
		return s.errClosed()
	case s.readOnly:
		return fmt.Errorf("%w: %s", store.ErrReadOnly, s.path)
	}
	old := s.list
	s.list = fn(slices.Clone(old))
	s.indexLocked()
	if err := save(s.path, s.recipe, s.list); err != nil {
		s.list = old
		s.indexLocked()
		return fmt.Errorf("replay: write tape %s: %w", s.path, err)
	}
	return nil
}

func (s *textStore) Append(batch []store.Entry) error {
	return s.change(func(list []*store.Exchange) []*store.Exchange {
		for _, e := range batch {
			if e.Replace > 0 {
				list = slices.DeleteFunc(list, func(x *store.Exchange) bool {
					return x.ID < e.Replace && x.Key.Request() == e.Key.Request()
				})
			}
			list = slices.DeleteFunc(list, func(x *store.Exchange) bool { return x.ID == e.ID })
			list = append(list, e.Exchange)
		}
		return list
	})
}

func (s *textStore) Delete(ids ...store.ID) error {
	return s.change(func(list []*store.Exchange) []*store.Exchange {
		return slices.DeleteFunc(list, func(x *store.Exchange) bool { return slices.Contains(ids, x.ID) })
	})
}

// Reindex changes memory alone: the file gets the new sums with the next batch.
func (s *textStore) Reindex(recipe string, key func(*store.Exchange) store.Key) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	list := make([]*store.Exchange, len(s.list))
	for i, x := range s.list {
		c := *x
		c.Key = key(x)
		list[i] = &c
	}
	s.list, s.recipe = list, recipe
	s.indexLocked()
	return nil
}

func (s *textStore) Find(key store.Key, after store.ID) (*store.Exchange, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if s.closed {
		return nil, s.errClosed()
	}
	list := s.byKey[key.Sum]
	i, _ := slices.BinarySearchFunc(list, after+1, func(x *store.Exchange, id store.ID) int { return cmp.Compare(x.ID, id) })
	if i == len(list) {
		return nil, nil
	}
	return list[i], nil
}

func (s *textStore) Near(key store.Key, n int) ([]*store.Exchange, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	var same, near, others []*store.Exchange
	seen := make(map[[sha256.Size]byte]bool)
	for _, x := range s.list {
		switch {
		case x.Key.Host != key.Host || seen[x.Key.Sum]:
			continue
		case x.Key.Request() == key.Request():
			same = append(same, x)
		case x.Key.Path == key.Path:
			near = append(near, x)
		default:
			others = append(others, x)
		}
		seen[x.Key.Sum] = true
	}
	near = slices.Concat(same, near, others)
	return near[:min(n, len(near))], nil
}

func (s *textStore) Scan(after store.ID) iter.Seq2[*store.Exchange, error] {
	return func(yield func(*store.Exchange, error) bool) {
		s.mu.RLock()
		list := slices.Clone(s.list)
		s.mu.RUnlock()
		for _, x := range list {
			if x.ID > after && !yield(x, nil) {
				return
			}
		}
	}
}

func (s *textStore) Last() (store.ID, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.last, nil
}

func (s *textStore) Recipe() (string, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.recipe, nil
}

func (s *textStore) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.closed {
		s.lock.Release()
	}
	s.closed = true
	return nil
}
