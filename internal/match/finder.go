package match

import (
	"cmp"
	"slices"
)

// A finder finds which of many texts are in another one, in one pass over that (Aho
// and Corasick): the time does not grow with the number of texts. It is built by add,
// then linked, and then safe for concurrent use.
type finder struct {
	nodes []finderNode
	edges map[edge]int32
	first [256]int32 // the edges of the root, by which most bytes go
	ends  int        // nodes at which a text ends
}

// finderNode stands for the beginning of a text.
type finderNode struct {
	edge
	depth  int32
	suffix int32   // the node of the longest suffix of this one that is the beginning of a text
	ended  int32   // the nearest node, this one or a suffix, at which a text ends; 0 if there is none
	end    int32   // the number of the node among those at which a text ends
	ids    []int32 // of the texts that end here
}

type edge struct {
	from int32
	by   byte
}

// add adds a text, which must not be empty, that is found as id.
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

// link finds the suffix of each node, shorter ones first.
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

// step returns the node after the byte by behind the node at.
func (f *finder) step(at int32, by byte) int32 {
	for at != 0 {
		if next, ok := f.edges[edge{at, by}]; ok {
			return next
		}
		at = f.nodes[at].suffix
	}
	return f.first[by]
}

// find appends the ids of the texts that are in text, one that was added often for each
// time. marks are bits for at least as many nodes as texts end at, all 0.
func (f *finder) find(text []byte, marks []uint64, found []int32) []int32 {
	at := int32(0)
	for _, by := range text {
		at = f.step(at, by)
		for i := f.nodes[at].ended; i != 0; {
			n := &f.nodes[i]
			word, bit := &marks[n.end/64], uint64(1)<<(n.end%64)
			if *word&bit != 0 {
				break // and so were all suffixes of it
			}
			*word |= bit
			found = append(found, n.ids...)
			i = f.nodes[n.suffix].ended
		}
	}
	return found
}
