package route

import (
	"strconv"
	"strings"
)

// auto returns the automatic name of a clean path.
func (r *Router) auto(path string) (*Name, kind) {
	var room [maxDepth]segment
	segs, slash := r.template(room[:0], path)
	var buf [256]byte
	lit := render(buf[:0], segs, slash)
	r.mu.RLock()
	b, ok := r.routes[string(lit)]
	r.mu.RUnlock()
	if ok {
		return b.name, guessed
	}
	return r.learn(segs, slash)
}

// learn returns the automatic name of a path whose segments are not those of a known template.
//
//go:noinline
func (r *Router) learn(segs []segment, slash bool) (*Name, kind) {
	r.mu.Lock()
	defer r.mu.Unlock()
	var buf [256]byte
	if b, ok := r.routes[string(render(buf[:0], segs, slash))]; ok {
		return b.name, guessed
	}
	var room [maxDepth]segment
	own := room[:copy(room[:], segs)]
	w := r.trie.walk(segs)
	if w.grown {
		r.foldLocked()
		r.gen.Add(1)
	}
	before := r.beforeLocked(own, slash, &w)
	tpl := render(buf[:0], segs, slash)
	b, ok := r.routes[string(tpl)]
	if !ok {
		limit := r.max
		if !w.changed {
			limit -= r.reserve
		}
		switch {
		case !w.full && len(r.routes) < limit:
			b = r.addLocked(string(tpl), segs, slash, w.changed)
		case before != nil:
			return before, guessed
		default:
			return r.other, other
		}
	}
	if before == nil {
		return b.name, guessed
	}
	if before.Route != b.name.Route { // b was not folded into it, as the bound left no room
		first := before.First
		before = firstNamed(b.name.Route, first)
		before.shown.next.Store(b.name.shown)
	}
	return before, guessed
}

// template classifies the segments of a clean path and appends them. slash says that the path ends
// in a slash.
func (r *Router) template(segs []segment, path string) (_ []segment, slash bool) {
	if path == "/" {
		return segs, true
	}
	rest := path[1:]
	if slash = strings.HasSuffix(rest, "/"); slash {
		rest = rest[:len(rest)-1]
	}
	words := r.words.known()
	prev := ""
	for {
		text, after, more := strings.Cut(rest, "/")
		if len(segs) == maxDepth-1 {
			return append(segs, placeholder(nameRest+"...")), false
		}
		text = decode(text)
		if words[text] && !isSecretWord(prev) {
			segs = append(segs, segment{pre: text, free: true})
		} else {
			segs = append(segs, classify(text, prev, r.secret))
		}
		if !more {
			return segs, slash
		}
		prev, rest = text, after
	}
}

// render appends a template whose placeholder names are unique, as a pattern requires: {id}, {id2},
// {id3}.
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
			b = strconv.AppendInt(b, int64(nth), 10)
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
