package route

import "hash/maphash"

// maxCachedKey bounds the bytes of a key, so that one huge URL does not take the memory of
// thousands.
const maxCachedKey = 512

// A cacheKey is what a name depends on. method and host are empty if no pattern has one. If a
// caller gave the route, path is the path of its pattern.
type cacheKey struct {
	path, raw, method, host string
	given                   bool
}

// bare reports whether k has only a path, as most keys do.
func (k *cacheKey) bare() bool { return k.raw == "" && k.method == "" && k.host == "" && !k.given }

// cached is what is known of a key.
type cached struct {
	name *Name
	bare bool // whether the key has only a path
	kind kind
	gen  uint32 // for an automatic route: the number of positions learned before it
}

// A cache has the names of the keys that came recently, each from its second time on.
type cache struct {
	seed maphash.Seed
	*Recent[cacheKey, cached]
}

func newCache(size int) cache {
	return cache{maphash.MakeSeed(), NewRecent[cacheKey, cached](size)}
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

// get returns what is known of a key, or nil.
func (c *cache) get(hash uint64, k *cacheKey) *cached {
	if e := c.Get(hash, k); e != nil {
		return &e.Value
	}
	return nil
}

// path returns what is known of a key that has only a path, or nil. Comparing whole keys would cost
// more.
func (c *cache) path(path string) *cached {
	hash := maphash.String(c.seed, path)
	b := c.Bucket(hash)
	for i := range b {
		if e := b[i].Load(); e != nil && e.Has(hash) && e.Value.bare && e.Key.path == path {
			e.Use()
			return &e.Value
		}
	}
	return nil
}

func (c *cache) put(hash uint64, k cacheKey, v cached) {
	v.bare = k.bare()
	c.Put(hash, k, v)
}
