package route

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
)

// Other is the route of paths that came after the bound was reached.
const Other = "other"

// Options bounds a [Router]. Zero fields mean the defaults.
type Options struct {
	// Max is the largest number of automatic routes, 200 by default. An eighth of it is reserved
	// for routes with a learned position.
	Max int
	// Learn is the number of names after which a position becomes {x}, 40 by default.
	Learn int
	// Cache is the number of names that are cached, 4096 by default, rounded up to a power of two.
	Cache int
	// Secret reports whether a percent-decoded path segment must not be shown, in addition to those
	// that [redact.Segment] and the rules of this package report. It may be called concurrently.
	// Nil reports none.
	Secret func(segment string) bool
}

// A Router names requests: by the first table with a pattern that matches, otherwise by an
// automatic template. Names from tables do not count against the bound. The name of a path changes
// only when a position in it is learned, or if it was [Other]. A Router is safe for concurrent use,
// starts no goroutine, and its memory is bounded whatever the requests are.
type Router struct {
	tables            []*Table
	byMethod, byHost  bool
	max, reserve      int
	secret            func(string) bool
	cache             cache
	gen               atomic.Uint32 // counts learned positions; each outdates the cached automatic routes
	overflow          atomic.Int64
	words             words
	other, root, star *Name // Other, / and *

	mu     sync.RWMutex // mu guards routes, trie and own
	routes map[string]automatic
	trie   trie
	own    map[*Name]*Name // by the name of the pattern in its table, which other stacks may share
}

// New returns a Router that tries the tables in order. It panics if a bound is
// negative.
func New(tables []*Table, o Options) *Router {
	if o.Max < 0 || o.Learn < 0 || o.Cache < 0 {
		panic(fmt.Sprintf("route: negative bound: Max %d, Learn %d, Cache %d", o.Max, o.Learn, o.Cache))
	}
	r := &Router{
		max: or(o.Max, 200), secret: o.Secret, other: Named(Other), root: Named("/"), star: Named("*"),
		routes: map[string]automatic{}, own: map[*Name]*Name{},
	}
	r.reserve = r.max / 8
	r.trie.limit = or(o.Learn, 40)
	r.trie.max = 8*r.max + 4*r.trie.limit
	r.cache = newCache(or(o.Cache, 4096))
	for _, t := range tables {
		if t != nil && t.patterns {
			r.tables = append(r.tables, t)
			r.byMethod = r.byMethod || t.byMethod
			r.byHost = r.byHost || t.byHost()
		}
	}
	return r
}

func or(n, otherwise int) int {
	if n == 0 {
		return otherwise
	}
	return n
}

// Route returns the route of a request: see [Router.Name].
func (r *Router) Route(req *http.Request) string { return r.Name(req).Route }

// Name returns the name of a request. Its route is a path template of valid UTF-8 without control
// characters, query or fragment, "*" for OPTIONS *, or [Other]. Name allocates only when a path
// comes for the second time and when its route is new. The request is not changed.
func (r *Router) Name(req *http.Request) *Name {
	// Most names depend on the path alone.
	if u := req.URL; u != nil && u.Opaque == "" && u.RawPath == "" && !r.byMethod && !r.byHost {
		if e := r.cache.path(u.Path); e != nil && (e.kind == named || e.kind == guessed && e.gen == r.gen.Load()) {
			return e.name
		}
	}
	return r.find(req)
}

// find is separate from Name because it needs much room on the stack.
//
//go:noinline
func (r *Router) find(req *http.Request) *Name {
	u := req.URL
	if u == nil {
		return r.root
	}
	if u.Opaque != "" {
		name, kind := r.name(req, pathOf(u))
		if kind == other {
			r.overflow.Add(1)
		}
		return name
	}
	k := cacheKey{path: u.Path, raw: u.RawPath}
	if r.byMethod {
		k.method = req.Method
	}
	if r.byHost {
		k.host = hostOf(req)
	}
	h := r.cache.hash(&k)
	if e := r.cache.get(h, &k); e != nil && (e.kind == named || e.gen == r.gen.Load()) {
		if e.kind == other {
			r.overflow.Add(1)
		}
		return e.name
	}
	gen := r.gen.Load()
	name, kind := r.name(req, pathOf(req.URL))
	if kind == other {
		r.overflow.Add(1)
	}
	r.cacheName(h, &k, name, kind, gen)
	return name
}

// Given returns the name of a route that a caller gives.
func (r *Router) Given(given *Given) *Name {
	k := cacheKey{path: given.Path, given: true}
	h := r.cache.hash(&k)
	if e := r.cache.get(h, &k); e != nil {
		return e.name
	}
	name := given.Name()
	r.cacheName(h, &k, name, named, 0)
	return name
}

func (r *Router) cacheName(hash uint64, k *cacheKey, name *Name, kind kind, gen uint32) {
	if len(k.path)+len(k.raw)+len(k.host)+len(k.method) > maxCachedKey || !r.cache.Again(hash) {
		return
	}
	// The strings may be parts of a whole URL, which would stay in memory.
	own := cacheKey{strings.Clone(k.path), strings.Clone(k.raw), strings.Clone(k.method), strings.Clone(k.host), k.given}
	r.cache.put(hash, own, cached{name: name, kind: kind, gen: gen})
}

// A kind says where a name comes from.
type kind uint8

const (
	guessed kind = iota // an automatic template
	named               // from a table, or one that never changes
	other               // Other
)

func (r *Router) name(req *http.Request, path string) (*Name, kind) {
	for _, t := range r.tables {
		if p := t.find(req.Method, hostOf(req), path); p != nil {
			return r.ownName(p.name), named
		}
	}
	if path == "*" {
		return r.star, named
	}
	return r.auto(clean(path))
}

// ownName returns this router's own name for a pattern.
func (r *Router) ownName(shared *Name) *Name {
	r.mu.RLock()
	own := r.own[shared]
	r.mu.RUnlock()
	if own != nil {
		return own
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if own = r.own[shared]; own == nil {
		own = Named(shared.Route)
		r.own[shared] = own
	}
	return own
}

// Learned returns the automatic routes with a learned position, sorted and in the syntax of
// patterns.
func (r *Router) Learned() []string { return r.list(func(b automatic) bool { return b.learned }) }

// Routes returns all current automatic routes, sorted and in the syntax of patterns. Each is a
// valid pattern, but two may conflict.
func (r *Router) Routes() []string { return r.list(func(automatic) bool { return true }) }

// Overflow returns how many requests were named [Other].
func (r *Router) Overflow() int64 { return r.overflow.Load() }

func (r *Router) list(keep func(automatic) bool) []string {
	r.mu.RLock()
	defer r.mu.RUnlock()
	var out []string
	for tpl, b := range r.routes {
		if !keep(b) || b.name.Route != tpl {
			continue
		}
		if p := tpl; strings.HasSuffix(p, "/") {
			out = append(out, p+"{$}")
		} else {
			out = append(out, p)
		}
	}
	slices.Sort(out)
	return out
}
