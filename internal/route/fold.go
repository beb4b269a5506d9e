package route

import (
	"maps"
	"slices"
	"strings"
)

// An automatic route is a template that the Router made. Its entry stays when it is folded,
// so there are never more labels than entries.
type automatic struct {
	name    *Name
	segs    []segment
	slash   bool // whether it ends in a slash
	learned bool // whether a position of it was learned
}

// addLocked adds an automatic route, without a hold on the URL that it was made of.
func (r *Router) addLocked(tpl string, segs []segment, slash, learned bool) automatic {
	own := make([]segment, len(segs)) // slices.Clone would have the caller's array move to the heap
	for i, s := range segs {
		own[i] = s
		own[i].pre, own[i].post = strings.Clone(s.pre), strings.Clone(s.post)
	}
	r.words.add(own)
	b := automatic{Named(tpl), own, slash, learned}
	r.routes[tpl] = b
	return b
}

// foldLocked gives the routes with a name at a position that has been learned since the
// route with {x} there. Whoever counted under the name keeps that count; calls from now
// on have the folded route. Where the bound leaves no room for it the name stays, rather
// than become Other.
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

// fold replaces, in place, the names at learned positions with {x}, and reports
// whether there was one.
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

// beforeLocked returns the name that a path had before the latest of the positions in it
// was learned, nil if it had none. segs are its own, w is what became of them: the
// positions are replaced one after the other, as they were learned.
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
