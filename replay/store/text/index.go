package text

import (
	"cmp"
	"crypto/sha256"
	"fmt"
	"slices"

	"github.com/gracy-go/gracy/replay/store"
)

// requestKey is the part of a key that does not depend on who makes the request.
type requestKey = [sha256.Size - store.IdentitySize]byte

// index is the tape in memory. Its maps grow with what is recorded.
type index struct {
	byID      map[store.ID]*store.Exchange
	byKey     map[[sha256.Size]byte][]*store.Exchange // by ID
	byRequest map[requestKey][]*store.Exchange        // by ID
	order     []*store.Exchange                       // by ID, each once; some may be gone
	keys      neighbors
	last      store.ID
}

// A change removes exchanges by their IDs. It adds one unless added is nil.
type change struct {
	removed []store.ID
	added   *store.Exchange
}

func newIndex() *index {
	return &index{
		byID:      make(map[store.ID]*store.Exchange),
		byKey:     make(map[[sha256.Size]byte][]*store.Exchange),
		byRequest: make(map[requestKey][]*store.Exchange),
		keys:      newNeighbors(),
	}
}

// apply applies a change. It returns a function that undoes it as long as nothing else has changed.
func (ix *index) apply(c change) (undo func()) {
	last := ix.last
	gone := ix.remove(c.removed)
	if c.added != nil {
		ix.add(c.added)
	}
	return func() {
		if c.added != nil {
			ix.remove([]store.ID{c.added.ID})
		}
		for _, x := range gone {
			ix.add(x)
		}
		ix.last = last
	}
}

func compareID(x *store.Exchange, id store.ID) int { return cmp.Compare(x.ID, id) }

func byID(a, b *store.Exchange) int { return cmp.Compare(a.ID, b.ID) }

func (ix *index) add(x *store.Exchange) {
	ix.byID[x.ID] = x
	if len(ix.byKey[x.Key.Sum]) == 0 {
		ix.keys.add(x.Key)
	}
	insert(ix.byKey, x.Key.Sum, x)
	insert(ix.byRequest, x.Key.Request(), x)
	if i, found := slices.BinarySearchFunc(ix.order, x.ID, compareID); found {
		ix.order[i] = x // the one there is gone, or x is being put back
	} else {
		ix.order = slices.Insert(ix.order, i, x)
	}
	ix.last = max(ix.last, x.ID)
}

func insert[K comparable](m map[K][]*store.Exchange, key K, x *store.Exchange) {
	i, _ := slices.BinarySearchFunc(m[key], x.ID, compareID)
	m[key] = slices.Insert(m[key], i, x)
}

// remove removes exchanges in one pass over each list that has some. It returns the exchanges that
// existed.
func (ix *index) remove(ids []store.ID) (gone []*store.Exchange) {
	keys, requests := make(map[[sha256.Size]byte]bool), make(map[requestKey]bool)
	for _, id := range ids {
		if x := ix.byID[id]; x != nil {
			gone = append(gone, x)
			delete(ix.byID, id)
			keys[x.Key.Sum], requests[x.Key.Request()] = true, true
		}
	}
	sweep(ix, ix.byKey, keys)
	for key := range keys {
		if len(ix.byKey[key]) == 0 {
			ix.keys.stale++
		}
	}
	sweep(ix, ix.byRequest, requests)
	if len(ix.order) > 2*len(ix.byID)+64 {
		ix.order = slices.DeleteFunc(ix.order, ix.gone)
	}
	ix.tidy()
	return gone
}

func (ix *index) gone(x *store.Exchange) bool { return ix.byID[x.ID] != x }

func sweep[K comparable](ix *index, m map[K][]*store.Exchange, keys map[K]bool) {
	for key := range keys {
		if m[key] = slices.DeleteFunc(m[key], ix.gone); len(m[key]) == 0 {
			delete(m, key)
		}
	}
}

// scan returns a new list of all exchanges, by ID.
func (ix *index) scan() []*store.Exchange { return ix.first(ix.order, len(ix.byID)) }

// page returns a new list of up to n exchanges above an ID, by ID.
func (ix *index) page(after store.ID, n int) []*store.Exchange {
	return ix.first(above(ix.order, after), n)
}

// above returns the part of a list, by ID, that is above an ID.
func above(list []*store.Exchange, id store.ID) []*store.Exchange {
	i, found := slices.BinarySearchFunc(list, id, compareID)
	if found { // id+1 would be 0 for the largest ID
		i++
	}
	return list[i:]
}

// first returns a new list of the first n exchanges of list that are not gone.
func (ix *index) first(list []*store.Exchange, n int) []*store.Exchange {
	page := make([]*store.Exchange, 0, n)
	for i := 0; i < len(list) && len(page) < n; i++ {
		if x := list[i]; !ix.gone(x) {
			page = append(page, x)
		}
	}
	return page
}

// replaced returns the IDs of the exchanges that an entry replaces: those that Replace names, and
// its own.
func (ix *index) replaced(e store.Entry) (ids []store.ID) {
	for _, x := range ix.byRequest[e.Key.Request()] {
		if x.ID >= e.Replace {
			break
		}
		ids = append(ids, x.ID)
	}
	if ix.byID[e.ID] != nil && !slices.Contains(ids, e.ID) {
		ids = append(ids, e.ID)
	}
	return ids
}

// sumOf returns the key that an exchange has until Reindex. Requests are the same if their method,
// URL and body are, byte for byte.
func sumOf(x *store.Exchange) store.Key {
	key := store.KeyOf(x.Request.Method, x.Request.ParseURL())
	h := sha256.New()
	_, _ = fmt.Fprintf(h, "%q %q %x ", key.Method, x.Request.URL, x.Request.BodySum)
	_, _ = h.Write(x.Request.Body)
	h.Sum(key.Sum[:0])
	return key.As(x.Identity, x.Secrets)
}
