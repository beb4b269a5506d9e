package indexed

import (
	"crypto/sha256"
	"slices"

	"github.com/gracy-go/gracy/replay/store"
)

// requestKey is the part of a key that does not depend on who makes the request.
type requestKey = [sha256.Size - store.IdentitySize]byte

// index holds the keys and IDs of a storage. It grows with what is recorded.
type index struct {
	byID      map[store.ID]*sequence
	byKey     map[[sha256.Size]byte]*sequence
	byRequest map[requestKey]*sequences
	byPath    map[[2]string]*sequences // by host and path
	byHost    map[string]*sequences
	last      store.ID
}

// sequence holds the IDs of the exchanges of a key, in order. It is empty if all were removed.
type sequence struct {
	key store.Key
	ids []store.ID
}

// sequences are the sequences of a request or a host, in the order in which they came. An emptied
// one keeps its place until more than half are empty. Closing up for each would take quadratic
// time.
type sequences struct {
	all   []*sequence
	empty int
}

// put appends a sequence to those of a key.
func put[K comparable](m map[K]*sequences, key K, s *sequence) {
	if m[key] == nil {
		m[key] = new(sequences)
	}
	m[key].all = append(m[key].all, s)
}

// take removes an empty sequence from those of a key.
func take[K comparable](m map[K]*sequences, key K) {
	list := m[key]
	list.empty++
	if list.empty == len(list.all) {
		delete(m, key)
	} else if 2*list.empty > len(list.all) {
		list.all = slices.DeleteFunc(list.all, func(s *sequence) bool { return len(s.ids) == 0 })
		list.empty = 0
	}
}

// each yields the sequences that are not empty. A nil list has none.
func (list *sequences) each(yield func(*sequence) bool) {
	if list == nil {
		return
	}
	for _, s := range list.all {
		if len(s.ids) > 0 && !yield(s) {
			return
		}
	}
}

func newIndex(last store.ID) *index {
	return &index{
		byID:      make(map[store.ID]*sequence),
		byKey:     make(map[[sha256.Size]byte]*sequence),
		byRequest: make(map[requestKey]*sequences),
		byPath:    make(map[[2]string]*sequences),
		byHost:    make(map[string]*sequences),
		last:      last,
	}
}

func (ix *index) add(id store.ID, key store.Key) {
	s := ix.byKey[key.Sum]
	if s == nil {
		s = &sequence{key: key}
		ix.byKey[key.Sum] = s
		put(ix.byRequest, key.Request(), s)
		put(ix.byPath, pathOf(key), s)
		put(ix.byHost, key.Host, s)
	}
	if i, there := slices.BinarySearch(s.ids, id); !there {
		s.ids = slices.Insert(s.ids, i, id)
	}
	ix.byID[id] = s
	ix.last = max(ix.last, id)
}

func (ix *index) remove(id store.ID) {
	s := ix.byID[id]
	if s == nil {
		return
	}
	delete(ix.byID, id)
	if i, there := slices.BinarySearch(s.ids, id); there && i == 0 {
		s.ids = s.ids[1:] // the oldest usually go first, and the others need not move
	} else if there {
		s.ids = slices.Delete(s.ids, i, i+1)
	}
	if len(s.ids) > 0 {
		return
	}
	delete(ix.byKey, s.key.Sum)
	take(ix.byRequest, s.key.Request())
	take(ix.byPath, pathOf(s.key))
	take(ix.byHost, s.key.Host)
}

func pathOf(key store.Key) [2]string { return [2]string{key.Host, key.Path} }

// next returns the smallest ID of a key above after, or 0.
func (ix *index) next(key store.Key, after store.ID) store.ID {
	s := ix.byKey[key.Sum]
	if s == nil {
		return 0
	}
	if i, _ := slices.BinarySearch(s.ids, after+1); i < len(s.ids) {
		return s.ids[i]
	}
	return 0
}

// replaced returns the IDs of a request that are less than below, whoever made the request.
func (ix *index) replaced(key store.Key, below store.ID) (ids []store.ID) {
	for s := range ix.byRequest[key.Request()].each {
		i, _ := slices.BinarySearch(s.ids, below)
		ids = append(ids, s.ids[:i]...)
	}
	return ids
}

// near returns the first ID of up to n keys of a host, in the order of IndexStore.Near.
func (ix *index) near(key store.Key, n int) []store.ID {
	var ids []store.ID
	pick := func(list *sequences, fits func(*sequence) bool) {
		for s := range list.each {
			if len(ids) == n {
				return
			}
			if fits(s) {
				ids = append(ids, s.ids[0])
			}
		}
	}
	same := func(s *sequence) bool { return s.key.Request() == key.Request() }
	pick(ix.byRequest[key.Request()], func(s *sequence) bool { return s.key.Host == key.Host })
	pick(ix.byPath[pathOf(key)], func(s *sequence) bool { return !same(s) })
	pick(ix.byHost[key.Host], func(s *sequence) bool { return !same(s) && s.key.Path != key.Path })
	return ids
}
