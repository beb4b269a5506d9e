package indexed

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"

	"github.com/gracy-go/gracy/replay/store"
)

// Of returns s if it is a store.IndexStore, else s with an index in memory. The result is a
// store.PartStore or a store.ContextPartStore if s is one.
func Of(s store.Store) store.IndexStore {
	if s, ok := s.(store.IndexStore); ok {
		return s
	}
	in := &indexed{Store: s}
	switch parts := s.(type) {
	case store.ContextPartStore:
		return &contextParts{indexedParts{in, parts}, parts}
	case store.PartStore:
		return &indexedParts{in, parts}
	}
	return in
}

// indexed is a storage with an index in memory.
type indexed struct {
	store.Store

	// changing guards doomed, and is held while the storage and the index are changed. It is locked
	// before mu.
	changing sync.Mutex
	doomed   []store.ID // replaced, but not deleted yet because the storage failed

	mu     sync.RWMutex // mu guards the fields below
	recipe string
	index  *index // nil before the first scan
}

// indexedParts is indexed over a storage that keeps long bodies in parts.
type indexedParts struct {
	*indexed
	parts store.PartStore
}

func (s *indexedParts) AppendParts(parts []store.Part) error { return s.parts.AppendParts(parts) }

func (s *indexedParts) Part(id store.ID, number int) ([]byte, error) { return s.parts.Part(id, number) }

// contextParts is indexedParts over a storage of which a read of a part can be given up.
type contextParts struct {
	indexedParts
	parts store.ContextPartStore
}

func (s *contextParts) PartContext(ctx context.Context, id store.ID, number int) ([]byte, error) {
	return s.parts.PartContext(ctx, id, number)
}

// scanAll makes an index of all exchanges.
func (s *indexed) scanAll(last store.ID, key func(*store.Exchange) store.Key) (*index, error) {
	ix := newIndex(last)
	for x, err := range s.Store.Scan(0) {
		if err != nil {
			return nil, err
		}
		ix.add(x.ID, key(x))
	}
	return ix, nil
}

// ready makes the index if there is none. It uses the keys that the exchanges were stored with,
// until Reindex gives them others.
func (s *indexed) ready() error {
	if s.isReady() {
		return nil // do not wait for an Append
	}
	s.changing.Lock()
	defer s.changing.Unlock()
	return s.readyLocked()
}

func (s *indexed) isReady() bool {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.index != nil
}

// readyLocked is ready for a caller that holds changing.
func (s *indexed) readyLocked() error {
	if s.isReady() {
		return nil
	}
	ix, err := s.scanAll(0, func(x *store.Exchange) store.Key { return x.Key })
	if err == nil {
		s.setIndex(ix)
	}
	return err
}

func (s *indexed) setIndex(ix *index) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.index = ix
}

func (s *indexed) Append(batch []store.Entry) error {
	s.changing.Lock()
	defer s.changing.Unlock()
	if err := s.readyLocked(); err != nil {
		return err
	}
	var old []store.ID
	s.mu.RLock()
	for i, e := range batch {
		old = append(old, s.index.replaced(e.Key, e.Replace)...)
		for _, before := range batch[:i] {
			if before.ID < e.Replace && before.Key.Request() == e.Key.Request() {
				old = append(old, before.ID)
			}
		}
	}
	s.mu.RUnlock()
	if _, ok := s.Store.(store.Deleter); !ok && len(old) > 0 {
		return fmt.Errorf("replay: the store keeps %d recordings of this request, and cannot delete: %w", len(old), errors.ErrUnsupported)
	}
	// Update the index first, so that a concurrent Scan returns all of the batch or nothing.
	s.mu.Lock()
	for _, e := range batch {
		s.index.add(e.ID, e.Key)
	}
	s.mu.Unlock()
	err := s.Store.Append(batch)
	s.mu.Lock()
	if err != nil {
		for _, e := range batch {
			s.index.remove(e.ID)
		}
		s.mu.Unlock()
		return err
	}
	for _, id := range old {
		s.index.remove(id)
	}
	s.mu.Unlock()
	s.doomed = append(s.doomed, old...)
	// The batch is stored, so a failure to delete is not an error of Append. Close returns it,
	// unless a later batch succeeds in deleting.
	_ = s.sweepLocked()
	return nil
}

// sweepLocked deletes the exchanges that were replaced. The caller holds changing.
func (s *indexed) sweepLocked() error {
	if len(s.doomed) == 0 {
		return nil
	}
	d, ok := s.Store.(store.Deleter)
	if !ok {
		return errors.ErrUnsupported
	}
	err := d.Delete(s.doomed...)
	if err == nil {
		s.doomed = nil
	}
	return err
}

func (s *indexed) Delete(ids ...store.ID) error {
	s.changing.Lock()
	defer s.changing.Unlock()
	d, ok := s.Store.(store.Deleter)
	if !ok {
		if len(ids) == 0 {
			return nil
		}
		return fmt.Errorf("replay: the store cannot delete: %w", errors.ErrUnsupported)
	}
	if err := s.readyLocked(); err != nil {
		return err
	}
	if err := d.Delete(ids...); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, id := range ids {
		s.index.remove(id)
	}
	return nil
}

// Recipe returns the recipe that Reindex was given. Before that it returns only the hash key, which
// follows the dot in the recipe of a store.RecipeStore, because the keys are those that the
// exchanges were stored with.
func (s *indexed) Recipe() (string, error) {
	s.mu.RLock()
	recipe := s.recipe
	s.mu.RUnlock()
	r, ok := s.Store.(store.RecipeStore)
	if recipe != "" || !ok {
		return recipe, nil
	}
	recipe, err := r.Recipe()
	if _, key, there := strings.Cut(recipe, "."); there && err == nil {
		return "." + key, nil
	}
	return "", err
}

func (s *indexed) Reindex(recipe string, key func(*store.Exchange) store.Key) error {
	s.changing.Lock()
	defer s.changing.Unlock()
	s.mu.RLock()
	var last store.ID
	if s.index != nil {
		last = s.index.last
	}
	s.mu.RUnlock()
	ix, err := s.scanAll(last, key)
	if err != nil {
		return err
	}
	for _, id := range s.doomed {
		ix.remove(id)
	}
	if r, ok := s.Store.(store.RecipeStore); ok {
		if err := r.SetRecipe(recipe); err != nil {
			return err
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.index, s.recipe = ix, recipe
	return nil
}

func (s *indexed) Close() error {
	s.changing.Lock()
	defer s.changing.Unlock()
	return errors.Join(s.sweepLocked(), s.Store.Close())
}
