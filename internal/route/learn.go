package route

// maxDepth bounds the segments of an automatic template. The template of a deeper path ends in
// {rest...}.
const maxDepth = 16

// pressure is the number of names from which on a position is learned early if the trie is full.
const pressure = 10

// A trie counts the names at each position. It keeps names only until their position is learned. It
// is not safe for concurrent use.
type trie struct {
	root  pos
	limit int // the most names at a position
	nodes int // the number of nodes
	max   int // the most nodes
	count int // how many positions were learned
}

type pos struct {
	kids    map[string]*pos
	free    bool // whether it counts as a name in its parent
	loose   bool // whether it becomes {x} when its position is learned
	names   int  // the number of kids that are free
	learned int  // the trie's count when the names here became {x}, 0 if they have not
}

// A walk is the result of walking the segments of a path.
type walk struct {
	learned [maxDepth]int // for each replaced name, the trie's count when its position was learned
	changed bool          // whether a name was replaced
	grown   bool          // whether a position was learned
	full    bool          // whether there was no room for the path
}

// walk inserts the path and replaces the names at learned positions with {x}, in place.
func (t *trie) walk(segs []segment) (w walk) {
	n := &t.root
	for i := range segs {
		s := &segs[i]
		c := n.kid(s)
		if n.learned == 0 && c == nil && s.free && (n.names >= t.limit || t.nodes >= t.max && n.names >= pressure) {
			t.count++
			t.collapse(n, t.count)
			w.grown = true
		}
		if s.loose() && n.learned > 0 {
			*s, w.changed, w.learned[i] = placeholder(nameAny), true, n.learned
			c = n.kid(s)
		}
		if c == nil {
			if t.nodes >= t.max {
				w.full = true
				return w
			}
			c = t.insert(n, *s)
		}
		n = c
	}
	return w
}

// kid returns the position below n for a segment, or nil. It does not allocate.
func (n *pos) kid(s *segment) *pos {
	if s.name == "" {
		return n.kids[s.pre]
	}
	var key [maxLiteral + 16]byte
	return n.kids[string(s.appendKey(key[:0]))]
}

func (t *trie) insert(n *pos, s segment) *pos {
	if n.kids == nil {
		n.kids = map[string]*pos{}
	}
	c := &pos{free: s.free, loose: s.loose()}
	n.kids[s.key()] = c
	t.nodes++
	if s.free {
		n.names++
	}
	return c
}

// collapse replaces the names below n with one {x} and merges what is below them, so that their
// common names are learned with them. at is the trie's count.
func (t *trie) collapse(n *pos, at int) {
	n.learned = at
	name := placeholder(nameAny)
	x := n.kids[name.key()]
	if x == nil {
		x = t.insert(n, name)
	}
	for key, c := range n.kids {
		if c.loose {
			delete(n.kids, key)
			t.nodes--
			t.merge(x, c)
		}
	}
	n.names = 0
}

func (t *trie) merge(dst, src *pos) {
	switch {
	case src.learned == 0:
	case dst.learned == 0:
		t.collapse(dst, src.learned)
	default:
		dst.learned = min(dst.learned, src.learned)
	}
	for key, c := range src.kids {
		if c.loose && dst.learned > 0 {
			key, c.free, c.loose = placeholder(nameAny).key(), false, false
		}
		if old := dst.kids[key]; old != nil {
			t.nodes--
			t.merge(old, c)
			continue
		}
		if dst.kids == nil {
			dst.kids = map[string]*pos{}
		}
		dst.kids[key] = c
		if c.free {
			dst.names++
		}
		if dst.names > t.limit {
			t.count++
			t.collapse(dst, t.count)
		}
	}
}
