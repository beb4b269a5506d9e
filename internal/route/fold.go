package route

import (
	"maps"
	"slices"
	"strings"
)

// An automatic route is a template that the Router made. Its entry stays when it is folded, so
// there are never more labels than entries.
type automatic struct {
	name    *Name
	segs    []segment
	slash   bool // whether it ends in a slash
	learned bool // whether a position of it was learned
}

// addLocked adds an automatic route. It copies what it keeps, so that the URL is not kept in
// memory. r.mu must be held.
func (r *Router) addLocked(tpl string, segs []segment, slash, learned bool) automatic {
	own := make([]segment, len(segs)) // with slices.Clone the caller's array would escape to the heap
	for i, s := range segs {
		own[i] = s
		own[i].pre, own[i].post = strings.Clone(s.pre), strings.Clone(s.post)
	}
	r.words.add(own)
	b := automatic{Named(tpl), own, slash, learned}
	r.routes[tpl] = b
	return b
}

// foldLocked replaces routes that have a name at a position that has been learned since by the
// route with {x} there. State that was kept under the old name stays with it. Calls get the folded
// route from now on. If the bound leaves no room for the folded route, the old one stays rather
// than become Other. r.mu must be held.
func (r *Router) foldLocked() {
	for _, old := range slices.Sorted(maps.Keys(r.routes)) {
		b := r.routes[old]
		segs := slices.Clone(b.segs)
		if !r.trie.fold(segs) {
			continue
		}
		tpl := string(render(nil, segs, b.slash))
		if _, ok := r.routes[tpl]; !ok {
			if len(r.routes) >= r.max {
				continue
			}
			r.addLocked(tpl, segs, b.slash, true)
		}
		if tpl == b.name.Route {
			continue
		}
		folded := firstNamed(tpl, old)
		b.name.shown.next.Store(folded.shown)
		b.name = folded
		r.routes[old] = b
	}
}

// fold replaces the names at learned positions with {x}, in place. It reports whether there was
// one.
func (t *trie) fold(segs []segment) (changed bool) {
	n := &t.root
	for i := range segs {
		s := &segs[i]
		if s.loose() && n.learned > 0 {
			*s, changed = placeholder(nameAny), true
		}
		if n = n.kid(s); n == nil {
			break
		}
	}
	return changed
}

// beforeLocked returns the name that a path had before the latest of its positions was learned, or
// nil if it had none. segs are the original segments of the path, and w says which of them were
// replaced. beforeLocked replaces the positions one after the other, in the order in which they
// were learned. r.mu must be held.
func (r *Router) beforeLocked(segs []segment, slash bool, w *walk) *Name {
	for {
		next, last := 0, 0
		for i := range segs {
			if at := w.learned[i]; at > 0 && (next == 0 || at < next) {
				next = at
			}
			last = max(last, w.learned[i])
		}
		if next == last {
			return nil
		}
		for i := range segs {
			if w.learned[i] == next {
				segs[i], w.learned[i] = placeholder(nameAny), 0
			}
		}
		var buf [256]byte
		if b, ok := r.routes[string(render(buf[:0], segs, slash))]; ok {
			return b.name
		}
	}
}
