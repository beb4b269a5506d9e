package match

import (
	"hash/maphash"
	"net/http"
	"slices"
	"strings"

	"github.com/gracy-go/gracy/internal/route"
	"github.com/gracy-go/gracy/layer"
)

// A verdictKey has everything that a matcher looks at, so a verdict never changes. It has no query,
// header or body. The owner of the [Set] checks conditions on those for each request.
type verdictKey struct{ method, scheme, host, path, raw, route string }

// verdicts caches what was found recently. It keeps a path only at its second request, so that
// paths requested once do not fill it.
type verdicts struct {
	byRoute bool // some matcher looks at the route of a call
	seed    maphash.Seed
	recent  *route.Recent[verdictKey, []int32]
}

const (
	maxVerdicts = 2048
	maxKey      = 512 // bytes of a key
	// maxFound is how many matchers a cached verdict may have. Finding more costs less than what is
	// done for each of them.
	maxFound = 256
)

func newVerdicts(byRoute bool) verdicts {
	return verdicts{byRoute, maphash.MakeSeed(), route.NewRecent[verdictKey, []int32](maxVerdicts)}
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
	if e := v.recent.Get(h, &k); e != nil {
		return e.Value
	}
	found = s.search(c, req, found)
	if len(found) <= maxFound && v.recent.Again(h) {
		v.put(h, &k, found)
	}
	return found
}

func (v *verdicts) put(hash uint64, k *verdictKey, found []int32) {
	if len(k.method)+len(k.scheme)+len(k.host)+len(k.path)+len(k.raw)+len(k.route) > maxKey {
		return
	}
	// The strings may be parts of a whole URL, which would stay in memory.
	own := verdictKey{
		strings.Clone(k.method), strings.Clone(k.scheme), strings.Clone(k.host),
		strings.Clone(k.path), strings.Clone(k.raw), strings.Clone(k.route),
	}
	v.recent.Put(hash, own, slices.Clone(found))
}
