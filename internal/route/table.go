package route

import (
	"encoding/binary"
	"fmt"
	"net/http"
	"slices"
)

// A Table is a compiled set of patterns. It is immutable and safe for concurrent use. The zero
// Table matches nothing.
type Table struct {
	hosts              map[string]*node // the patterns by host, those without a host under ""
	byMethod, patterns bool
}

type node struct {
	lits     map[string]*node
	partials []partialNode    // the partial segments, those with more text first
	parts    map[string]*node // the partial segments by their text, only while the table is compiled
	single   *node            // the segment {name}
	here     leaf             // the patterns that end at this node
	end      leaf             // the patterns that end in {$}
	multi    leaf             // the patterns that end in {name...} or a slash
}

type partialNode struct {
	seg  segPattern
	next *node
}

// A leaf has the patterns that differ only in their method.
type leaf []*pattern

func (l leaf) find(method string) *pattern {
	for _, p := range l {
		if p.method == method {
			return p
		}
	}
	return nil
}

// pick returns the pattern for the method as ServeMux does: for a HEAD without a pattern that for
// GET, otherwise that for all methods.
func (l leaf) pick(method string) *pattern {
	if len(l) == 0 {
		return nil
	}
	p := l.find(method)
	if p == nil && method == http.MethodHead {
		p = l.find(http.MethodGet)
	}
	if p == nil {
		p = l.find("")
	}
	return p
}

// Compile reads patterns in the syntax of [net/http.ServeMux], with one addition: a placeholder may
// be part of a segment. For bad syntax it returns an error that names the pattern. For two patterns
// that differ only in the names of their placeholders it returns one that names both. A repeated
// pattern counts once.
//
// If ServeMux accepts the patterns, the same pattern matches here. Compile also accepts two
// patterns of which neither is more specific, such as /v1/{mount}/data and /v1/sys/{path...}, which
// ServeMux rejects. The first segment in which they differ decides: literal text comes first, then
// text with placeholders in it, that with more text first, then {name}, then {name...}.
func Compile(patterns ...string) (*Table, error) {
	t := new(Table)
	seen := make(map[string]bool, len(patterns))
	for _, text := range patterns {
		p, err := parse(text)
		if err != nil {
			return nil, err
		}
		if seen[text] {
			continue
		}
		seen[text] = true
		if old := t.add(p); old != nil {
			return nil, fmt.Errorf("pattern %q conflicts with %q: both match the same requests", p.text, old.text)
		}
	}
	for _, n := range t.hosts {
		n.sort()
	}
	return t, nil
}

// sort orders the partial segments below n, once all have been added.
func (n *node) sort() {
	n.parts = nil
	slices.SortStableFunc(n.partials, func(a, b partialNode) int { return b.seg.weight() - a.seg.weight() })
	for _, c := range n.lits {
		c.sort()
	}
	for _, c := range n.partials {
		c.next.sort()
	}
	if n.single != nil {
		n.single.sort()
	}
}

// Match returns the path template of the pattern that matches a request. A port of host is ignored.
// An empty method is GET. path is percent-encoded. Of several patterns that match, the first in the
// order of [Compile] wins. A pattern for another method does not match. Empty and dot segments are
// removed from path first.
func (t *Table) Match(method, host, path string) (template string, ok bool) {
	if p := t.find(method, host, path); p != nil {
		return p.path, true
	}
	return "", false
}

// find returns the pattern that [Table.Match] chooses, or nil.
func (t *Table) find(method, host, path string) *pattern {
	if t == nil || !t.patterns {
		return nil
	}
	method, path = methodOf(method), clean(path)
	if len(t.hosts) > 1 || t.hosts[""] == nil {
		if n := t.hosts[canonicalHost(host)]; n != nil {
			if p := n.match(method, path); p != nil {
				return p
			}
		}
	}
	if n := t.hosts[""]; n != nil {
		return n.match(method, path)
	}
	return nil
}

func methodOf(method string) string {
	if method == "" {
		return http.MethodGet
	}
	return method
}

func (t *Table) byHost() bool {
	_, bare := t.hosts[""]
	return len(t.hosts) > 1 || len(t.hosts) == 1 && !bare
}

// match returns the most specific pattern below n for the rest of a path, which is empty or starts
// with a slash.
func (n *node) match(method, rest string) *pattern {
	if rest == "" {
		return n.here.pick(method)
	}
	if rest == "/" {
		if p := n.end.pick(method); p != nil {
			return p
		}
		return n.multi.pick(method)
	}
	seg, tail := Segment(rest)
	if c := n.lits[seg]; c != nil {
		if p := c.match(method, tail); p != nil {
			return p
		}
	}
	for i := range n.partials {
		if n.partials[i].seg.fits(seg) {
			if p := n.partials[i].next.match(method, tail); p != nil {
				return p
			}
		}
	}
	if n.single != nil {
		if p := n.single.match(method, tail); p != nil {
			return p
		}
	}
	return n.multi.pick(method)
}

// add inserts p, or returns the pattern that already matches the same requests.
func (t *Table) add(p *pattern) *pattern {
	p.name = Named(p.path)
	t.byMethod = t.byMethod || p.method != ""
	t.patterns = true
	n := t.hosts[p.host]
	if n == nil {
		if t.hosts == nil {
			t.hosts = map[string]*node{}
		}
		n = &node{}
		t.hosts[p.host] = n
	}
	for _, s := range p.segs {
		switch s.kind {
		case end:
			return n.end.add(p)
		case multi:
			return n.multi.add(p)
		case single:
			if n.single == nil {
				n.single = &node{}
			}
			n = n.single
		case partial:
			n = n.part(s)
		default:
			c := n.lits[s.lits[0]]
			if c == nil {
				if n.lits == nil {
					n.lits = map[string]*node{}
				}
				c = &node{}
				n.lits[s.lits[0]] = c
			}
			n = c
		}
	}
	return n.here.add(p)
}

func (n *node) part(s segPattern) *node {
	var key []byte
	for _, lit := range s.lits {
		key = append(binary.AppendUvarint(key, uint64(len(lit))), lit...)
	}
	if c := n.parts[string(key)]; c != nil {
		return c
	}
	if n.parts == nil {
		n.parts = map[string]*node{}
	}
	c := new(node)
	n.parts[string(key)] = c
	n.partials = append(n.partials, partialNode{s, c})
	return c
}

func (l *leaf) add(p *pattern) *pattern {
	if old := l.find(p.method); old != nil {
		return old
	}
	*l = append(*l, p)
	return nil
}
