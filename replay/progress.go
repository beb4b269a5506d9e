package replay

import (
	"crypto/sha256"
	"net/http"
	"slices"
	"strings"

	"github.com/gracy-go/gracy/replay/store"
)

// progress is how far the exchanges of a key have been replayed. It is guarded by the mutex of its
// shard.
type progress struct {
	last store.ID // the last one replayed, of those that no Vary distinguishes
	// end is an ID above which the tape has no exchange of the key, or 0 if unknown. A tape that
	// records nothing looks it up once.
	end store.ID

	vary     [][]string                     // what the Vary of the exchanges names
	variants map[[sha256.Size]byte]store.ID // the last one replayed, by variant
}

// begin makes the progress of a key that has none. The caller holds the mutex.
func (sh *shard) begin(key store.Key) *progress {
	p := new(progress)
	sh.progress[key.Sum] = p
	return p
}

// place returns the last exchange of a sequence that was replayed for a request, or 0.
func (p *progress) place(key store.Key, h http.Header) store.ID {
	if p == nil {
		return 0
	}
	id := p.last
	for _, names := range p.vary {
		id = max(id, p.variants[variant(key.Sum, names, h)])
	}
	return id
}

// move sets the place of a request to an exchange whose Vary has some names.
func (p *progress) move(key store.Key, names []string, h http.Header, id store.ID) {
	if len(names) > 0 && !slices.ContainsFunc(p.vary, func(set []string) bool { return slices.Equal(set, names) }) {
		if len(p.vary) == maxVary {
			names = nil
		} else {
			p.vary = append(p.vary, names)
		}
	}
	if len(names) == 0 {
		p.last = id
		return
	}
	if p.variants == nil {
		p.variants = make(map[[sha256.Size]byte]store.ID)
	}
	p.variants[variant(key.Sum, names, h)] = id
}

// variant returns the sum under which the place of a request in a sequence is kept. names are those
// of a Vary.
func variant(sum [sha256.Size]byte, names []string, h http.Header) [sha256.Size]byte {
	var d digest
	d.put('s', string(sum[:]))
	for _, name := range names {
		d.put('n', name)
		d.put('v', strings.Join(h[name], ", "))
	}
	return d.sum()
}
