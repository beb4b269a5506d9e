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
	// Max is the largest number of automatic routes, 200 by default. An eighth
	// of it is kept for routes with a learned position.
	Max int
	// Learn is the number of names after which a position becomes {x}, 40 by
	// default.
	Learn int
	// Cache is the number of names that are cached, 4096 by default, rounded up
	// to a power of two.
	Cache int
	// Secret reports whether a percent-decoded path segment must not be shown,
	// besides those that [redact.Segment] and the rules of this package report.
	// It may be called from several goroutines. Nil reports none.
	Secret func(segment string) bool
}

// A Router names requests: by the first table with a pattern that matches, else by
// an automatic template. Names from tables do not count against the bound. The name
// of a path changes only when a position in it is learned, or when it was [Other]. A
// Router is safe for concurrent use, starts no goroutine, and its memory is bounded
// whatever the requests are.
type Router struct {
	tables           []*Table
	byMethod, byHost bool
	max, reserve     int
	secret           func(string) bool
	cache            cache
	gen              atomic.Uint32 // counts learned positions; each outdates the cached automatic routes
	overflow         atomic.Int64
	other            *Name // Other

	mu     sync.RWMutex // mu guards routes and trie
	routes map[string]automatic
	trie   trie
}

// New returns a Router that tries the tables in order. It panics if a bound is
// negative.
func New(tables []*Table, o Options) *Router {
	if o.Max < 0 || o.Learn < 0 || o.Cache < 0 {
		panic(fmt.Sprintf("route: negative bound: Max %d, Learn %d, Cache %d", o.Max, o.Learn, o.Cache))
	}
	r := &Router{max: or(o.Max, 200), secret: o.Secret, other: Named(Other), routes: map[string]automatic{}}
	r.reserve = r.max / 8
	r.trie.limit = or(o.Learn, 40)
	r.trie.max = 8*r.max + 4*r.trie.limit
	r.cache.init(or(o.Cache, 4096))
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

// Name returns the name of a request. Its route is a path template of valid UTF-8 without
// control characters, query or fragment, "*" for OPTIONS *, or [Other]. A path
// in the cache costs no allocation. The request is not changed.
func (r *Router) Name(req *http.Request) *Name {
	u := req.URL
	if u == nil {
		return Named("/")
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
	return r.miss(req, h, k)
}

func (r *Router) miss(req *http.Request, hash uint64, k cacheKey) *Name {
	gen := r.gen.Load()
	name, kind := r.name(req, pathOf(req.URL))
	if kind == other {
		r.overflow.Add(1)
	}
	if len(k.path)+len(k.raw)+len(k.host)+len(k.method) <= maxCachedKey {
		// The strings may be parts of a whole URL, which would stay in memory.
		k = cacheKey{strings.Clone(k.method), strings.Clone(k.host), strings.Clone(k.path), strings.Clone(k.raw)}
		r.cache.put(&entry{hash: hash, key: k, name: name, kind: kind, gen: gen})
	}
	return name
}

// A kind says where a name is from.
type kind uint8

const (
	guessed kind = iota // an automatic template
	named               // from a table, or the same for ever
	other               // Other
)

func (r *Router) name(req *http.Request, path string) (*Name, kind) {
	for _, t := range r.tables {
		if p := t.find(req.Method, hostOf(req), path); p != nil {
			return p.name, named
		}
	}
	if path == "*" {
		return Named("*"), named
	}
	return r.auto(clean(path))
}

// auto returns the automatic name of a clean path.
func (r *Router) auto(path string) (*Name, kind) {
	segs, slash := r.template(path)
	var buf [256]byte
	lit := render(buf[:0], segs, slash)
	r.mu.RLock()
	b, ok := r.routes[string(lit)]
	r.mu.RUnlock()
	if ok {
		return b.name, guessed
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if b, ok := r.routes[string(lit)]; ok {
		return b.name, guessed
	}
	own := slices.Clone(segs)
	w := r.trie.walk(segs)
	if w.grown {
		r.foldLocked()
		r.gen.Add(1)
	}
	before := r.beforeLocked(own, slash, &w)
	tpl := string(render(nil, segs, slash))
	b, ok = r.routes[tpl]
	if !ok {
		limit := r.max
		if !w.changed {
			limit -= r.reserve
		}
		switch {
		case !w.full && len(r.routes) < limit:
			b = r.addLocked(tpl, segs, slash, w.changed)
		case before != nil:
			return before, guessed
		default:
			return r.other, other
		}
	}
	if before != nil {
		name := &Name{Route: b.name.Route, First: before.First}
		name.next.Store(b.name)
		return name, guessed
	}
	return b.name, guessed
}

// template classifies every segment of a clean path. slash says that the path ends
// in a slash.
func (r *Router) template(path string) (segs []segment, slash bool) {
	if path == "/" {
		return nil, true
	}
	rest := path[1:]
	if slash = strings.HasSuffix(rest, "/"); slash {
		rest = rest[:len(rest)-1]
	}
	segs = make([]segment, 0, min(strings.Count(rest, "/")+1, maxDepth))
	prev := ""
	for text := range strings.SplitSeq(rest, "/") {
		if len(segs) == maxDepth-1 {
			return append(segs, placeholder(nameRest+"...")), false
		}
		text = decode(text)
		segs = append(segs, classify(text, prev, r.secret))
		prev = text
	}
	return segs, slash
}

// render appends a template whose placeholder names are unique, as those of a
// pattern must be: {id}, {id2}, {id3}.
func render(b []byte, segs []segment, slash bool) []byte {
	for i, s := range segs {
		b = append(append(b, '/'), s.pre...)
		if s.name == "" {
			continue
		}
		bare, dots := strings.CutSuffix(s.name, "...")
		b = append(append(b, '{'), bare...)
		nth := 1
		for _, p := range segs[:i] {
			if p.name == s.name {
				nth++
			}
		}
		if nth > 1 {
			b = fmt.Append(b, nth)
		}
		if dots {
			b = append(b, "..."...)
		}
		b = append(append(b, '}'), s.post...)
	}
	if slash {
		b = append(b, '/')
	}
	return b
}

// Learned returns the automatic routes with a learned position, sorted and in the
// syntax of patterns.
func (r *Router) Learned() []string { return r.list(func(b automatic) bool { return b.learned }) }

// Routes returns all automatic routes that calls have now, sorted and in the syntax of patterns.
// Each is a valid pattern, but two may conflict.
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
