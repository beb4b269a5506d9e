package tapetest

import (
	"cmp"
	"iter"
	"slices"
	"sync"

	"github.com/gracy-go/gracy/replay/store"
)

// Memory is a store without a file, for tests that are not about storage. The
// zero value is empty and ready.
type Memory struct {
	mu     sync.RWMutex // mu guards all fields below
	closed bool
	recipe string
	list   []*store.Exchange // as appended
}

// Append keeps the exchanges, and removes those that they replace.
func (m *Memory) Append(batch []store.Entry) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.closed {
		return store.ErrClosed
	}
	for _, e := range batch {
		m.list = slices.DeleteFunc(slices.Clone(m.list), func(x *store.Exchange) bool {
			return x.Key.Request() == e.Key.Request() && x.ID < e.Replace
		})
		m.list = append(m.list, e.Exchange)
	}
	return nil
}

// Find returns the first exchange of a key above an ID.
func (m *Memory) Find(key store.Key, after store.ID) (best *store.Exchange, err error) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	if m.closed {
		return nil, store.ErrClosed
	}
	for _, x := range m.list {
		if x.Key.Sum == key.Sum && x.ID > after && (best == nil || x.ID < best.ID) {
			best = x
		}
	}
	return best, nil
}

// Near returns one exchange of each key of the same host, those of the same
// request first, then those of the same path.
func (m *Memory) Near(key store.Key, n int) ([]*store.Exchange, error) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	if m.closed {
		return nil, store.ErrClosed
	}
	var same, near, others []*store.Exchange
	seen := make(map[store.Key]bool)
	for _, x := range m.list {
		switch {
		case x.Key.Host != key.Host || seen[x.Key]:
		case x.Key.Request() == key.Request():
			same = append(same, x)
		case x.Key.Path == key.Path:
			near = append(near, x)
		default:
			others = append(others, x)
		}
		seen[x.Key] = true
	}
	near = slices.Concat(same, near, others)
	return near[:min(n, len(near))], nil
}

// Scan walks the exchanges above an ID.
func (m *Memory) Scan(after store.ID) iter.Seq2[*store.Exchange, error] {
	return func(yield func(*store.Exchange, error) bool) {
		m.mu.RLock()
		list, closed := slices.Clone(m.list), m.closed
		m.mu.RUnlock()
		if closed {
			yield(nil, store.ErrClosed)
			return
		}
		slices.SortFunc(list, func(a, b *store.Exchange) int { return cmp.Compare(a.ID, b.ID) })
		for _, x := range list {
			if x.ID > after && !yield(x, nil) {
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

// Last returns the largest ID.
func (m *Memory) Last() (last store.ID, err error) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	for _, x := range m.list {
		last = max(last, x.ID)
	}
	return last, nil
}

// Recipe returns the recipe of the last Reindex.
func (m *Memory) Recipe() (string, error) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	return m.recipe, nil
}

// Reindex gives copies of all exchanges new keys.
func (m *Memory) Reindex(recipe string, key func(*store.Exchange) store.Key) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.recipe = recipe
	list := make([]*store.Exchange, len(m.list))
	for i, x := range m.list {
		c := *x
		c.Key = key(x)
		list[i] = &c
	}
	m.list = list
	return nil
}

// Close makes Append and Find fail.
func (m *Memory) Close() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.closed = true
	return nil
}
