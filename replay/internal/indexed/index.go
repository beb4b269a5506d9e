package indexed

import (
	"crypto/sha256"
	"slices"

	"github.com/gracy-go/gracy/replay/store"
)

// requestKey is the part of a key that is the same whoever makes the request.
type requestKey = [sha256.Size - store.IdentitySize]byte

// index is the keys and IDs of a storage. It grows with what was recorded.
type index struct {
	byID      map[store.ID]*sequence
	byKey     map[[sha256.Size]byte]*sequence
	byRequest map[requestKey][]*sequence
	byHost    map[string][]*sequence
	last      store.ID
}

// sequence is the exchanges of a key, by ID.
type sequence struct {
	key store.Key
	ids []store.ID
}

func newIndex(last store.ID) *index {
	return &index{
		byID:      make(map[store.ID]*sequence),
		byKey:     make(map[[sha256.Size]byte]*sequence),
		byRequest: make(map[requestKey][]*sequence),
		byHost:    make(map[string][]*sequence),
		last:      last,
	}
}

func (ix *index) add(id store.ID, key store.Key) {
	s := ix.byKey[key.Sum]
	if s == nil {
		s = &sequence{key: key}
		ix.byKey[key.Sum] = s
		ix.byRequest[key.Request()] = append(ix.byRequest[key.Request()], s)
		ix.byHost[key.Host] = append(ix.byHost[key.Host], s)
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
	if i, there := slices.BinarySearch(s.ids, id); there {
		s.ids = slices.Delete(s.ids, i, i+1)
	}
	if len(s.ids) > 0 {
		return
	}
	delete(ix.byKey, s.key.Sum)
	take(ix.byRequest, s.key.Request(), s)
	take(ix.byHost, s.key.Host, s)
}

// take takes a sequence out of a list of them.
func take[K comparable](m map[K][]*sequence, key K, s *sequence) {
	m[key] = slices.DeleteFunc(m[key], func(other *sequence) bool { return other == s })
	if len(m[key]) == 0 {
		delete(m, key)
	}
}

// next returns the smallest ID of a key above an ID, 0 if there is none.
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

// replaced returns the IDs of a request, whoever made it, below one.
func (ix *index) replaced(key store.Key, below store.ID) (ids []store.ID) {
	for _, s := range ix.byRequest[key.Request()] {
		i, _ := slices.BinarySearch(s.ids, below)
		ids = append(ids, s.ids[:i]...)
	}
	return ids
}

// near returns the first ID of up to n keys of a host, as IndexStore.Near has them.
func (ix *index) near(key store.Key, n int) []store.ID {
	ids := make([]store.ID, 0, min(n, len(ix.byHost[key.Host])))
	pick := func(fits func(*sequence) bool) {
		for _, s := range ix.byHost[key.Host] {
			if len(ids) == n {
				return
			}
			if fits(s) {
				ids = append(ids, s.ids[0])
			}
		}
	}
	same := func(s *sequence) bool { return s.key.Request() == key.Request() }
	pick(same)
	pick(func(s *sequence) bool { return !same(s) && s.key.Path == key.Path })
	pick(func(s *sequence) bool { return !same(s) && s.key.Path != key.Path })
	return ids
}
