package route

import (
	"strconv"
	"testing"
)

func entries(c *cache) (n int) {
	for range c.All {
		n++
	}
	return n
}

func put(c *cache, k cacheKey, route string) {
	c.put(c.hash(&k), k, cached{name: Named(route)})
}

func TestTheCacheIsBounded(t *testing.T) {
	c := newCache(100) // 128 slots
	for i := range 10_000 {
		k := cacheKey{path: strconv.Itoa(i)}
		put(&c, k, k.path)
		if e := c.get(c.hash(&k), &k); e == nil || e.name.Route != k.path {
			t.Fatalf("%d is missing right after it was put: %v", i, e)
		}
		if n := entries(&c); n > 128 {
			t.Fatalf("%d entries", n)
		}
	}
	if n := entries(&c); n != 128 {
		t.Errorf("%d entries of 128", n)
	}
}

func TestTheCacheDistinguishesKeys(t *testing.T) {
	c := newCache(64)
	keys := []cacheKey{{path: "/a"}, {path: "/a", host: "h"}, {path: "/a", method: "GET"}, {path: "/a", raw: "/a"}, {path: "h", host: "/a"}}
	for i, k := range keys {
		put(&c, k, strconv.Itoa(i))
	}
	for i, k := range keys {
		if e := c.get(c.hash(&k), &k); e == nil || e.name.Route != strconv.Itoa(i) {
			t.Errorf("%+v: %v", k, e)
		}
	}
	// Keys of the same hash are different keys.
	if e := c.get(c.hash(&keys[0]), &keys[1]); e != nil {
		t.Errorf("got %q for another key", e.name.Route)
	}
}

// A path that comes once has no entry, one that comes again has one, and the first time is not
// remembered forever.
func TestAPathIsCachedWhenItComesAgain(t *testing.T) {
	r := New(nil, Options{})
	for i := range 10_000 {
		r.Route(request(t, "GET", "https://x.test/things/"+strconv.Itoa(i)))
	}
	if n := entries(&r.cache); n > 10 {
		t.Errorf("%d entries of paths that came once", n)
	}
	for range 2 {
		for i := range 50 {
			r.Route(request(t, "GET", "https://x.test/things/"+strconv.Itoa(i)))
		}
	}
	if n := entries(&r.cache); n < 40 {
		t.Errorf("control run: %d entries of 50 paths that came again", n)
	}
}

// An entry that is read stays while thousands of keys are put once.
func TestTheCacheKeepsEntriesThatAreRead(t *testing.T) {
	c := newCache(64)
	hot := cacheKey{path: "/hot"}
	put(&c, hot, "hot")
	cold := cacheKey{path: "/cold"}
	put(&c, cold, "cold")
	for i := range 2000 {
		if c.get(c.hash(&hot), &hot) == nil {
			t.Fatalf("evicted after %d", i)
		}
		put(&c, cacheKey{path: strconv.Itoa(i)}, "")
	}
	if c.get(c.hash(&cold), &cold) != nil {
		t.Error("control run: an entry that was never read is still there")
	}
}
