package route

import "sync/atomic"

// recentWays is the number of entries in a bucket of a Recent.
const recentWays = 4

// A Recent remembers values for recent keys, by hashes of the keys. It is a fixed array of buckets
// of four entries. A read takes no lock and only marks an entry as used. A full bucket evicts the
// first entry that was not used since the last eviction looked at it. A key should get an entry
// only when it comes for the second time ([Recent.Again]): most keys that a server chooses come
// once, and would each cost an allocation and evict the keys that come often. Use [NewRecent]. It
// is safe for concurrent use.
type Recent[K comparable, V any] struct {
	slots []atomic.Pointer[RecentEntry[K, V]]
	seen  []atomic.Uint32 // parts of the hashes of recent keys, to recognize a key that comes again
	mask  uint64
	hand  atomic.Uint32
}

// A RecentEntry is what is remembered of a key. Key and Value do not change.
type RecentEntry[K comparable, V any] struct {
	Key   K
	Value V

	hash uint64
	used atomic.Bool
}

// NewRecent returns a Recent of size entries, rounded up to a power of two.
func NewRecent[K comparable, V any](size int) *Recent[K, V] {
	n := recentWays
	for n < size {
		n *= 2
	}
	return &Recent[K, V]{
		slots: make([]atomic.Pointer[RecentEntry[K, V]], n), seen: make([]atomic.Uint32, n), mask: uint64(n/recentWays - 1),
	}
}

// Bucket returns the places of a hash, some of which may be empty. It is for a comparison that is
// cheaper than that of [Recent.Get]. Call [RecentEntry.Has] before the comparison and
// [RecentEntry.Use] after it.
func (r *Recent[K, V]) Bucket(hash uint64) []atomic.Pointer[RecentEntry[K, V]] {
	i := (hash & r.mask) * recentWays
	return r.slots[i : i+recentWays : i+recentWays]
}

// Has reports whether the entry has the given hash.
func (e *RecentEntry[K, V]) Has(hash uint64) bool { return e.hash == hash }

// Use marks the entry as used.
func (e *RecentEntry[K, V]) Use() {
	if !e.used.Load() {
		e.used.Store(true)
	}
}

// Get returns the entry of a key, or nil.
func (r *Recent[K, V]) Get(hash uint64, key *K) *RecentEntry[K, V] {
	b := r.Bucket(hash)
	for i := range b {
		if e := b[i].Load(); e != nil && e.hash == hash && e.Key == *key {
			e.Use()
			return e
		}
	}
	return nil
}

// Again reports whether a key of this hash is known to have come before, and notes that it has come
// now.
func (r *Recent[K, V]) Again(hash uint64) bool {
	at := &r.seen[hash>>1%uint64(len(r.seen))] // other bits than those of the bucket
	mark := uint32(hash>>32) | 1               //nolint:gosec // bits
	if at.Load() == mark {
		return true
	}
	at.Store(mark)
	return false
}

// Put remembers a value. The key must not be part of a longer text, which would stay in memory.
func (r *Recent[K, V]) Put(hash uint64, key K, value V) {
	e := &RecentEntry[K, V]{Key: key, Value: value, hash: hash}
	b := r.Bucket(hash)
	for i := range b {
		if old := b[i].Load(); old == nil || old.hash == hash {
			b[i].Store(e)
			return
		}
	}
	start := r.hand.Add(1)
	for i := range uint32(recentWays) {
		p := &b[(start+i)%recentWays]
		if old := p.Load(); !old.used.Swap(false) {
			p.Store(e)
			return
		}
	}
	b[start%recentWays].Store(e)
}

// All yields the entries.
func (r *Recent[K, V]) All(yield func(*RecentEntry[K, V]) bool) {
	for i := range r.slots {
		if e := r.slots[i].Load(); e != nil && !yield(e) {
			return
		}
	}
}
