package tapetest

import (
	"cmp"
	"iter"
	"slices"
	"sync"

	"github.com/gracy-go/gracy/replay/store"
)

// Memory is a store without a file and without an index, for tests that are not about
// storage. The zero value is empty and ready.
type Memory struct {
	mu     sync.RWMutex // mu guards all fields below
	closed bool
	list   []*store.Exchange // by ID
}

// Append keeps the exchanges.
func (m *Memory) Append(batch []store.Entry) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.closed {
		return store.ErrClosed
	}
	list := slices.Clone(m.list)
	for _, e := range batch {
		list = append(list, e.Exchange)
	}
	slices.SortFunc(list, func(a, b *store.Exchange) int { return cmp.Compare(a.ID, b.ID) })
	m.list = list
	return nil
}

// Scan walks the exchanges above an ID.
func (m *Memory) Scan(after store.ID) iter.Seq2[*store.Exchange, error] {
	return func(yield func(*store.Exchange, error) bool) {
		m.mu.RLock()
		list, closed := m.list, m.closed
		m.mu.RUnlock()
		if closed {
			yield(nil, store.ErrClosed)
			return
		}
		i, _ := slices.BinarySearchFunc(list, after+1, func(x *store.Exchange, id store.ID) int { return cmp.Compare(x.ID, id) })
		for _, x := range list[i:] {
			if !yield(x, nil) {
				return
			}
		}
	}
}

// Delete removes exchanges.
func (m *Memory) Delete(ids ...store.ID) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.list = slices.DeleteFunc(slices.Clone(m.list), func(x *store.Exchange) bool { return slices.Contains(ids, x.ID) })
	return nil
}

// Close makes Append and Scan fail.
func (m *Memory) Close() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.closed = true
	return nil
}
