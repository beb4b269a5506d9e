package route

// maxDepth bounds the segments of an automatic template. The template of a deeper
// path ends in {rest...}.
const maxDepth = 16

// pressure is the number of names from which on a position is learned early, when
// the trie is full.
const pressure = 10

// A trie counts the names at each position. It holds names only until their position
// is learned. It is not safe for concurrent use.
type trie struct {
	root  pos
	limit int // the most names at a position
	nodes int // the number of nodes
	max   int // the most nodes
}

type pos struct {
	kids    map[string]*pos
	free    bool // whether it counts as a name in its parent
	names   int  // the number of kids that are free
	learned bool // whether its names have become {x}
}

// walk inserts the path and replaces, in place, the names at learned positions with
// {x}. changed says that it replaced a name, grown that it learned a position, full
// that there was no room for the path.
func (t *trie) walk(segs []segment) (changed, grown, full bool) {
	n := &t.root
	for i := range segs {
		s := &segs[i]
		if s.free && n.learned {
			*s, changed = placeholder(nameAny), true
		}
		key := s.key()
		c := n.kids[key]
		if c == nil && s.free && (n.names >= t.limit || t.nodes >= t.max && n.names >= pressure) {
			t.collapse(n)
			*s, changed, grown = placeholder(nameAny), true, true
			c = n.kids[s.key()]
		}
		if c == nil {
			if t.nodes >= t.max {
				return changed, grown, true
			}
			c = t.insert(n, key, s.free)
		}
		n = c
	}
	return changed, grown, false
}

func (t *trie) insert(n *pos, key string, free bool) *pos {
	if n.kids == nil {
		n.kids = map[string]*pos{}
	}
	c := &pos{free: free}
	n.kids[key] = c
	t.nodes++
	if free {
		n.names++
	}
	return c
}

// collapse replaces the names below n with one {x} and merges what is below them,
// so that their common names are learned with them.
func (t *trie) collapse(n *pos) {
	n.learned = true
	anyKey := placeholder(nameAny).key()
	x := n.kids[anyKey]
	if x == nil {
		x = t.insert(n, anyKey, false)
	}
	for key, c := range n.kids {
		if c.free {
			delete(n.kids, key)
			t.nodes--
			t.merge(x, c)
		}
	}
	n.names = 0
}

func (t *trie) merge(dst, src *pos) {
	if src.learned && !dst.learned {
		t.collapse(dst)
	}
	for key, c := range src.kids {
		free := c.free
		if free && dst.learned {
			key, free = placeholder(nameAny).key(), false
		}
		if old := dst.kids[key]; old != nil {
			t.nodes--
			t.merge(old, c)
			continue
		}
		if dst.kids == nil {
			dst.kids = map[string]*pos{}
		}
		c.free = free
		dst.kids[key] = c
		if free {
			dst.names++
		}
		if dst.names > t.limit {
			t.collapse(dst)
		}
	}
}
