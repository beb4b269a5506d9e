package otel

import "sync"

// A cache keeps what was made for a key. It never forgets, and so has a bound: what
// comes after the most is not kept.
type cache[K comparable, V any] struct {
	most int
	mu   sync.RWMutex // mu guards kept
	kept map[K]V
}

// find returns what was kept for a key.
func (c *cache[K, V]) find(k K) (V, bool) {
	c.mu.RLock()
	v, ok := c.kept[k]
	c.mu.RUnlock()
	return v, ok
}

// keep keeps v for a key, unless the cache is full, and reports whether it is kept. What was
// kept first stays.
func (c *cache[K, V]) keep(k K, v V) (V, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if first, ok := c.kept[k]; ok {
		return first, true
	}
	if len(c.kept) >= c.most {
		return v, false
	}
	if c.kept == nil {
		c.kept = map[K]V{}
	}
	c.kept[k] = v
	return v, true
}
