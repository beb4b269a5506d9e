package match

import (
	"hash/maphash"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"

	"github.com/gracy-go/gracy/layer"
)

// What a matcher looks at is in a verdictKey, and nothing else: a verdict that was found
// once stays. A [verdictKey] has no query, header or body, and what looks at these is
// asked for each request by whoever holds the [Set].
type verdictKey struct{ method, scheme, host, path, raw, route string }

// verdicts is a fixed array of buckets of what was found. A read takes no lock and only
// marks an entry as used; a full bucket evicts the first entry that was not used since
// the last eviction looked at it. What comes once in a while only is not kept: the
// second request of a path is.
type verdicts struct {
	byRoute bool // some matcher looks at the route of a call
	seed    maphash.Seed
	slots   []atomic.Pointer[verdict]
	seen    []atomic.Uint32 // by hash, a part of the hash that came last
	hand    atomic.Uint32
}

type verdict struct {
	hash  uint64
	key   verdictKey
	found []int32
	used  atomic.Bool
}

const (
	ways        = 4
	maxVerdicts = 2048
	maxKey      = 512 // bytes of a key
	// maxFound is how many matchers a verdict that is kept may have: to find more costs
	// less than what is done for each of them.
	maxFound = 256
)

func (v *verdicts) init(byRoute bool) {
	v.byRoute = byRoute
	v.seed = maphash.MakeSeed()
	v.slots = make([]atomic.Pointer[verdict], maxVerdicts)
	v.seen = make([]atomic.Uint32, maxVerdicts)
}

// find is [Set.Find].
func (v *verdicts) find(s *Set, c *layer.Call, req *http.Request, found []int32) []int32 {
	u := req.URL
	if u.Opaque != "" {
		return s.search(c, req, found)
	}
	k := verdictKey{method: req.Method, scheme: u.Scheme, host: u.Host, path: u.Path, raw: u.RawPath}
	if v.byRoute && c != nil {
		k.route = c.Route()
	}
	h := maphash.String(v.seed, k.path) + 31*maphash.String(v.seed, k.host) + uint64(len(k.method)) //nolint:gosec // wraps
	if e := v.get(h, &k); e != nil {
		return e.found
	}
	found = s.search(c, req, found)
	if len(found) <= maxFound && v.again(h) {
		v.put(h, &k, found)
	}
	return found
}

func (v *verdicts) bucket(hash uint64) []atomic.Pointer[verdict] {
	i := hash % (maxVerdicts / ways) * ways
	return v.slots[i : i+ways : i+ways]
}

func (v *verdicts) get(hash uint64, k *verdictKey) *verdict {
	b := v.bucket(hash)
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

// again reports whether the hash came before, and notes it.
func (v *verdicts) again(hash uint64) bool {
	at := &v.seen[hash%maxVerdicts]
	part := uint32(hash>>32) | 1
	if at.Load() == part {
		return true
	}
	at.Store(part)
	return false
}

func (v *verdicts) put(hash uint64, k *verdictKey, found []int32) {
	if len(k.method)+len(k.scheme)+len(k.host)+len(k.path)+len(k.raw)+len(k.route) > maxKey {
		return
	}
	e := &verdict{hash: hash, found: slices.Clone(found)}
	// The strings may be parts of a whole URL, which would stay in memory.
	e.key = verdictKey{
		strings.Clone(k.method), strings.Clone(k.scheme), strings.Clone(k.host),
		strings.Clone(k.path), strings.Clone(k.raw), strings.Clone(k.route),
	}
	b := v.bucket(hash)
	for i := range b {
		if old := b[i].Load(); old == nil || old.hash == hash {
			b[i].Store(e)
			return
		}
	}
	start := v.hand.Add(1)
	for i := range uint32(ways) {
		p := &b[(start+i)%ways]
		if old := p.Load(); !old.used.Swap(false) {
			p.Store(e)
			return
		}
	}
	b[start%ways].Store(e)
}
