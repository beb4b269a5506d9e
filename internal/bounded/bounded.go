// Package bounded has a map for keys that a caller or a server chooses. It never holds more than a
// fixed number of them. All further keys share one value.
package bounded

import "iter"

// A Map holds at most Max values by key. All further keys share one more value, the rest. It is not
// safe for concurrent use.
type Map[K comparable, V any] struct {
	// Max is the number of keys that have a value of their own.
	Max int
	// Every is how long a full map whose values are all in use waits before it searches for idle
	// ones again, in the unit of the instants that are passed to [Map.Find].
	Every int64

	values  map[K]V
	rest    V
	shared  bool  // rest is set
	sweepAt int64 // no search for idle values before this instant
}

// Get returns the value of a key. It reports false for a key that has none of its own.
func (m *Map[K, V]) Get(key K) (V, bool) {
	v, ok := m.values[key]
	return v, ok
}

// Find returns the value of a key, calling create if it has none yet. A full map first drops the
// values for which idle reports true. If all are in use, Find returns the rest, which create makes
// too, and own is false.
func (m *Map[K, V]) Find(key K, now int64, idle func(V) bool, create func(own bool) V) (v V, own bool) {
	if v, ok := m.values[key]; ok {
		return v, true
	}
	if !m.room(now, idle) {
		if !m.shared {
			m.rest, m.shared = create(false), true
		}
		return m.rest, false
	}
	v = create(true)
	m.Put(key, v)
	return v, true
}

// room makes room for one more key, if it can.
func (m *Map[K, V]) room(now int64, idle func(V) bool) bool {
	if len(m.values) < m.Max {
		return true
	}
	if now < m.sweepAt {
		return false
	}
	for k, v := range m.values {
		if idle(v) {
			delete(m.values, k)
		}
	}
	if len(m.values) >= m.Max {
		m.sweepAt = now + m.Every
		return false
	}
	return true
}

// Put sets the value of a key, even beyond Max. It is for a value that was dropped and is in use
// again.
func (m *Map[K, V]) Put(key K, v V) {
	if m.values == nil {
		m.values = make(map[K]V)
	}
	m.values[key] = v
}

// Delete drops a key.
func (m *Map[K, V]) Delete(key K) { delete(m.values, key) }

// Rest returns the shared value, if there is one yet.
func (m *Map[K, V]) Rest() (V, bool) { return m.rest, m.shared }

// Len returns the number of keys with a value of their own.
func (m *Map[K, V]) Len() int { return len(m.values) }

// All yields every value, the rest last.
func (m *Map[K, V]) All() iter.Seq[V] {
	return func(yield func(V) bool) {
		for _, v := range m.values {
			if !yield(v) {
				return
			}
		}
		if m.shared {
			yield(m.rest)
		}
	}
}
