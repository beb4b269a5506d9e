package origin

import (
	"net/url"
	"strings"
	"sync/atomic"
)

// memoSlots is the number of hosts that a Memo can hold; a power of two.
const memoSlots = 1024

// A Memo remembers what was found for the hosts that calls go to, by how their URLs write
// them, so that a room that keeps something for each host neither folds the case of a
// name nor locks for a host that it has seen. It holds at most 1024 hosts, and may forget
// any of them. The zero Memo is empty. It is safe for concurrent use.
type Memo[V any] struct {
	latest atomic.Pointer[memoEntry[V]] // the latest one that was put: most rooms see one host
	slots  [memoSlots]atomic.Pointer[memoEntry[V]]
}

type memoEntry[V any] struct {
	scheme, host string
	value        V
}

// Get returns what was put for the host of u, and whether anything was.
func (m *Memo[V]) Get(u *url.URL) (V, bool) {
	if e := m.latest.Load(); e != nil && e.host == u.Host && e.scheme == u.Scheme {
		return e.value, true
	}
	if e := m.slots[memoSlot(u.Host)].Load(); e != nil && e.host == u.Host && e.scheme == u.Scheme {
		return e.value, true
	}
	var zero V
	return zero, false
}

// Put remembers v for the host of u. What is longer than a host can be is not remembered.
func (m *Memo[V]) Put(u *url.URL, v V) {
	if len(u.Host) > maxHost || len(u.Scheme) > maxHost {
		return
	}
	e := &memoEntry[V]{scheme: strings.Clone(u.Scheme), host: strings.Clone(u.Host), value: v}
	m.slots[memoSlot(u.Host)].Store(e)
	m.latest.Store(e)
}

// memoSlot returns the slot of a host, by its FNV-1a hash. Whoever chooses hosts that
// share a slot makes them forget each other, no more.
func memoSlot(host string) uint32 {
	h := uint32(2166136261)
	for i := range len(host) {
		h = (h ^ uint32(host[i])) * 16777619
	}
	return (h ^ h>>16) % memoSlots
}
