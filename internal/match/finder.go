package match

import (
	"cmp"
	"slices"
)

// A finder finds which of many texts are in another text, in one pass over it (Aho and Corasick).
// The time does not grow with the number of texts. Texts are added with add. After link it is safe
// for concurrent use.
type finder struct {
	nodes []finderNode
	edges map[edge]int32
	first [256]int32 // the edges of the root, which most bytes take
	ends  int        // the number of nodes at which a text ends
}

// finderNode represents a prefix of a text.
type finderNode struct {
	edge
	depth  int32
	suffix int32   // the node of the longest suffix of this prefix that is itself a prefix of a text
	ended  int32   // the first of this node and its suffixes at which a text ends, or 0
	end    int32   // the node's number among those at which a text ends
	ids    []int32 // the ids of the texts that end here
}

type edge struct {
	from int32
	by   byte
}

// add adds a text, which find reports as id. It must not be empty.
func (f *finder) add(text string, id int32) {
	if f.edges == nil {
		f.edges, f.nodes = make(map[edge]int32), make([]finderNode, 1)
	}
	at := int32(0)
	for i := range len(text) {
		e := edge{at, text[i]}
		next, ok := f.edges[e]
		if !ok {
			next = int32(len(f.nodes)) //nolint:gosec // as many as the texts have bytes
			f.edges[e] = next
			f.nodes = append(f.nodes, finderNode{edge: e, depth: f.nodes[at].depth + 1})
		}
		at = next
	}
	n := &f.nodes[at]
	if len(n.ids) == 0 {
		n.end = int32(f.ends) //nolint:gosec // at most as many as nodes
		f.ends++
	}
	n.ids = append(n.ids, id)
}

// link sets the suffix of each node, those of short prefixes first.
func (f *finder) link() {
	order := make([]int32, 0, len(f.nodes))
	for i := range f.nodes {
		order = append(order, int32(i)) //nolint:gosec // as in add
	}
	slices.SortFunc(order, func(a, b int32) int { return cmp.Compare(f.nodes[a].depth, f.nodes[b].depth) })
	for _, i := range order {
		n := &f.nodes[i]
		switch {
		case n.depth == 1:
			f.first[n.by] = i
		case n.depth > 1:
			n.suffix = f.step(f.nodes[n.from].suffix, n.by)
		}
		if n.ended = f.nodes[n.suffix].ended; len(n.ids) > 0 {
			n.ended = i
		}
	}
}

// step returns the node that follows the node at on the byte by.
func (f *finder) step(at int32, by byte) int32 {
	for at != 0 {
		if next, ok := f.edges[edge{at, by}]; ok {
			return next
		}
		at = f.nodes[at].suffix
	}
	return f.first[by]
}

// find appends the ids of the texts that are in text. A text that was added several times appears
// as often. marks has a bit for each node at which a text ends, all 0.
func (f *finder) find(text []byte, marks []uint64, found []int32) []int32 {
	at := int32(0)
	for _, by := range text {
		at = f.step(at, by)
		for i := f.nodes[at].ended; i != 0; {
			n := &f.nodes[i]
			word, bit := &marks[n.end/64], uint64(1)<<(n.end%64)
			if *word&bit != 0 {
				break // its suffixes have been found too
			}
			*word |= bit
			found = append(found, n.ids...)
			i = f.nodes[n.suffix].ended
		}
	}
	return found
}
