package text

import (
	"crypto/sha256"
	"slices"

	"github.com/gracy-go/gracy/replay/store"
)

// sum is a whole key.
type sum = [sha256.Size]byte

// neighbors has the keys on the tape, each once, by what they have in common. So a lookup of
// similar keys takes as long on a long tape as on a short one. Keys that are gone stay until they
// are as many as those that exist.
type neighbors struct {
	byRequest map[requestKey][]sum
	byPath    map[[2]string][]sum // host and path
	byHost    map[string][]sum
	stale     int
}

func newNeighbors() neighbors {
	return neighbors{make(map[requestKey][]sum), make(map[[2]string][]sum), make(map[string][]sum), 0}
}

// add adds a key that was not on the tape before.
func (n *neighbors) add(key store.Key) {
	request, path := key.Request(), [2]string{key.Host, key.Path}
	n.byRequest[request] = append(n.byRequest[request], key.Sum)
	n.byPath[path] = append(n.byPath[path], key.Sum)
	n.byHost[key.Host] = append(n.byHost[key.Host], key.Sum)
}

// near returns up to n exchanges with different keys: first those of the same request, then those
// of the same path, then those of the same host.
func (ix *index) near(key store.Key, n int) (list []*store.Exchange) {
	for _, keys := range [][]sum{
		ix.keys.byRequest[key.Request()], ix.keys.byPath[[2]string{key.Host, key.Path}], ix.keys.byHost[key.Host],
	} {
		for _, k := range keys {
			if len(list) >= n {
				return list
			}
			same := ix.byKey[k]
			if len(same) > 0 && !slices.ContainsFunc(list, func(x *store.Exchange) bool { return x.Key.Sum == k }) {
				list = append(list, same[0])
			}
		}
	}
	return list
}

// tidy drops the keys that are gone once they are as many as those that exist.
func (ix *index) tidy() {
	if ix.keys.stale <= len(ix.byKey)+64 {
		return
	}
	ix.keys = newNeighbors()
	seen := make(map[sum]bool, len(ix.byKey))
	for _, x := range ix.order {
		if !ix.gone(x) && !seen[x.Key.Sum] {
			seen[x.Key.Sum] = true
			ix.keys.add(x.Key)
		}
	}
}
