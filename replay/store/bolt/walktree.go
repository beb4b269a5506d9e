package bolt

// treeCursor walks the keys of a bucket in order. It does not move after an error.
type treeCursor struct {
	tree  tree
	stack []step
	space [8]step
	err   error
}

// step is a node on the way to the cursor, and the index of the element in it.
type step struct {
	node node
	at   int
}

func (t tree) cursor() *treeCursor {
	c := &treeCursor{tree: t}
	c.stack = c.space[:0]
	return c
}

func (c *treeCursor) top() *step { return &c.stack[len(c.stack)-1] }

// Err returns the error that ended the walk.
func (c *treeCursor) Err() error { return c.err }

// enter goes to a node.
func (c *treeCursor) enter(id uint64, first []byte) bool {
	if len(c.stack) >= maxDepth {
		c.err = c.tree.state.damaged(id, "%d levels deep", len(c.stack))
		return false
	}
	var n node
	if n, c.err = c.tree.node(id, first); c.err != nil {
		return false
	}
	c.stack = append(c.stack, step{node: n})
	return true
}

// Seek goes to the first key that is not below from.
func (c *treeCursor) Seek(from []byte) (key, value []byte) {
	c.stack = c.stack[:0]
	for id, first := c.tree.root, []byte(nil); c.err == nil && c.enter(id, first); {
		s := c.top()
		at, found := s.node.search(c.tree.in, from)
		if !s.node.branch {
			s.at = at
			return c.element()
		}
		if !found && at > 0 {
			at--
		}
		s.at = at
		first, _, id = s.node.at(at)
	}
	return nil, nil
}

// Next goes to the next key.
func (c *treeCursor) Next() (key, value []byte) {
	if c.err != nil || len(c.stack) == 0 {
		return nil, nil
	}
	c.top().at++
	return c.element()
}

// element returns the element that the cursor is at. After the last element of a leaf it goes to
// the first of the next leaf.
func (c *treeCursor) element() (key, value []byte) {
	for c.top().at >= c.top().node.count {
		if c.stack = c.stack[:len(c.stack)-1]; len(c.stack) == 0 {
			return nil, nil
		}
		c.top().at++
	}
	if !c.down(func(node) int { return 0 }) {
		return nil, nil
	}
	key, value, _ = c.top().node.at(c.top().at)
	return key, value
}

// down goes from a branch to a leaf. No leaf below a branch is empty, since its first key is
// compared.
func (c *treeCursor) down(to func(node) int) bool {
	for c.top().node.branch {
		first, _, id := c.top().node.at(c.top().at)
		if !c.enter(id, first) {
			return false
		}
		c.top().at = to(c.top().node)
	}
	return true
}

// end goes to the first or the last key.
func (c *treeCursor) end(last bool) (key []byte) {
	to := func(n node) int {
		if last {
			return n.count - 1
		}
		return 0
	}
	c.stack = c.stack[:0]
	if c.err != nil || !c.enter(c.tree.root, nil) || c.top().node.count == 0 {
		return nil
	}
	c.top().at = to(c.top().node)
	if !c.down(to) {
		return nil
	}
	return c.top().node.key(c.top().at)
}
