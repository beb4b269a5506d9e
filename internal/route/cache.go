package route

import (
	"hash/maphash"
	"sync/atomic"
)

const (
	ways = 4
	// maxCachedKey bounds the bytes of a key, so that one huge URL does not take
	// the room of thousands.
	maxCachedKey = 512
)

// A cacheKey is what a name depends on. Method and host are empty if no pattern has
// one. The path of a name that a caller gives is what he wrote.
type cacheKey struct {
	path, raw, method, host string
	given                   bool
}

// bare reports whether there is a path alone, as in most keys.
func (k *cacheKey) bare() bool { return k.raw == "" && k.method == "" && k.host == "" && !k.given }

type entry struct {
	hash uint64
	key  cacheKey
	bare bool // whether the key is
	name *Name
	kind kind
	gen  uint32 // of an automatic route, the positions learned before it
	used atomic.Bool
}

// A cache is a fixed array of buckets of four entries. A read takes no lock and only
// marks an entry as used; a full bucket evicts the first entry that was not used
// since the last eviction looked at it. A key gets an entry when it comes for the second
// time: most paths with an id in them come once, and would cost an allocation each and the
// entries of those that come often.
type cache struct {
	seed  maphash.Seed
	slots []atomic.Pointer[entry]
	seen  []atomic.Uint32 // what keys that came lately have of their hash, so that they are known when they come again
	mask  uint64
	hand  atomic.Uint32
}

func (c *cache) init(size int) {
	n := ways
	for n < size {
		n *= 2
	}
	c.seed = maphash.MakeSeed()
	c.slots = make([]atomic.Pointer[entry], n)
	c.seen = make([]atomic.Uint32, n)
	c.mask = uint64(n/ways - 1)
}

func (c *cache) hash(k *cacheKey) uint64 {
	h := maphash.String(c.seed, k.path)
	if k.raw != "" {
		h = h*31 + maphash.String(c.seed, k.raw)
	}
	if k.host != "" {
		h = h*31 + maphash.String(c.seed, k.host)
	}
	if k.method != "" {
		h = h*31 + maphash.String(c.seed, k.method)
	}
	if k.given {
		h = ^h
	}
	return h
}

// again reports whether a key of this hash came before, as far as is known, and notes that it came.
func (c *cache) again(hash uint64) bool {
	at := &c.seen[hash>>1%uint64(len(c.seen))] // other bits than those of the bucket
	mark := uint32(hash>>32) | 1               //nolint:gosec // bits
	if at.Load() == mark {
		return true
	}
	at.Store(mark)
	return false
}

func (c *cache) bucket(hash uint64) []atomic.Pointer[entry] {
	i := (hash & c.mask) * ways
	return c.slots[i : i+ways : i+ways]
}

func (c *cache) get(hash uint64, k *cacheKey) *entry {
	b := c.bucket(hash)
	for i := range b {
		if e := b[i].Load(); e != nil && e.hash == hash && e.key == *k {
			if !e.used.Load() {
				e.used.Store(true)
			}
			return e
		}
	}
	return nil
}

// path returns the entry of a path alone, nil if there is none.
func (c *cache) path(path string) *entry {
	hash := maphash.String(c.seed, path)
	b := c.bucket(hash)
	for i := range b {
		if e := b[i].Load(); e != nil && e.hash == hash && e.bare && e.key.path == path {
			if !e.used.Load() {
				e.used.Store(true)
			}
			return e
		}
	}
	return nil
}

func (c *cache) put(e *entry) {
	e.bare = e.key.bare()
	b := c.bucket(e.hash)
	for i := range b {
		if old := b[i].Load(); old == nil || old.hash == e.hash {
			b[i].Store(e)
			return
		}
	}
	start := c.hand.Add(1)
	for i := range uint32(ways) {
		p := &b[(start+i)%ways]
		old := p.Load()
		if !old.used.Swap(false) {
			p.Store(e)
			return
		}
	}
	b[start%ways].Store(e)
}

// len counts the entries.
func (c *cache) len() (n int) {
	for i := range c.slots {
		if c.slots[i].Load() != nil {
			n++
		}
	}
	return n
}
