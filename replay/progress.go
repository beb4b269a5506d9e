package replay

import (
	"crypto/sha256"
	"net/http"
	"slices"
	"strings"

	"github.com/gracy-go/gracy/internal/canonical"
	"github.com/gracy-go/gracy/replay/store"
)

// progress is how far the exchanges of a key have been replayed. It is guarded by the mutex of its
// shard, which at and found take. It has no pointers, so that the garbage collector need not look
// through that of a long tape.
type progress struct {
	last store.ID // the last one replayed, of those that no Vary distinguishes
	// end is an ID above which the tape has no exchange of the key, or 0 if unknown. A tape that
	// records nothing looks it up once.
	end store.ID
	// led says that the store was asked and had last under the key, for everybody: without a Vary. In
	// ModeReplay it keeps it there until a Reindex.
	led bool
}

// varied is the progress of the exchanges of a key whose responses have a Vary.
type varied struct {
	names [][]string                     // what the Vary of the exchanges names
	last  map[[sha256.Size]byte]store.ID // the last one replayed, by variant
}

// at returns the progress of a key, and its place for a request.
func (sh *shard) at(key store.Key, h http.Header) (p progress, cursor store.ID) {
	sh.mu.Lock()
	defer sh.mu.Unlock()
	p = sh.progress[key.Sum]
	return p, sh.place(p, key, h)
}

// found stores what a lookup has found behind a cursor: an exchange, or nil, and the end of the
// key. If an exchange was recorded meanwhile, which has moved the place, it goes on behind that.
// stays says that the store keeps the exchange under the key.
func (sh *shard) found(key store.Key, h http.Header, x *store.Exchange, by selector, cursor, end store.ID, stays bool) {
	sh.mu.Lock()
	defer sh.mu.Unlock()
	was := sh.progress[key.Sum]
	p := was
	p.end = end
	if x != nil {
		id := x.ID
		if now := sh.place(p, key, h); now != cursor {
			id = max(id, now)
		}
		names := by.names(x.Response)
		sh.move(&p, key, names, h, id)
		p.led = stays && p.last == x.ID && len(names) == 0
	}
	if p != was {
		sh.progress[key.Sum] = p
	}
}

// place returns the last exchange of a sequence that was replayed for a request, or 0. The caller
// holds the mutex.
func (sh *shard) place(p progress, key store.Key, h http.Header) store.ID {
	id := p.last
	if v := sh.varied[key.Sum]; v != nil {
		for _, names := range v.names {
			id = max(id, v.last[variant(key.Sum, names, h)])
		}
	}
	return id
}

// move sets the place of a request to an exchange whose Vary has some names. The caller holds the
// mutex, and stores p.
func (sh *shard) move(p *progress, key store.Key, names []string, h http.Header, id store.ID) {
	if len(names) == 0 {
		p.last = id
		return
	}
	v := sh.varied[key.Sum]
	if v == nil {
		v = &varied{last: make(map[[sha256.Size]byte]store.ID)}
		if sh.varied == nil {
			sh.varied = make(map[[sha256.Size]byte]*varied)
		}
		sh.varied[key.Sum] = v
	}
	if !slices.ContainsFunc(v.names, func(set []string) bool { return slices.Equal(set, names) }) {
		if len(v.names) == maxVary {
			p.last = id
			return
		}
		v.names = append(v.names, names)
	}
	v.last[variant(key.Sum, names, h)] = id
}

// variant returns the sum under which the place of a request in a sequence is kept. names are those
// of a Vary.
func variant(sum [sha256.Size]byte, names []string, h http.Header) [sha256.Size]byte {
	var d canonical.Digest
	d.Put('s', string(sum[:]))
	for _, name := range names {
		d.Put('n', name)
		d.Put('v', strings.Join(h[name], ", "))
	}
	return d.Sum()
}
