package origin

import (
	"net/url"
	"strings"
	"sync/atomic"
)

// memoSlots is the number of hosts that a Memo can hold. It is a power of two.
const memoSlots = 1024

// A Memo remembers a value for each host that calls go to, by the host as their URLs write it. A
// package that keeps something for each host then neither folds the case of a name nor locks for a
// host that it has seen. It holds at most 1024 hosts, and may forget any of them. The zero Memo is
// empty. It is safe for concurrent use.
type Memo[V any] struct {
	latest atomic.Pointer[memoEntry[V]] // the latest entry: most stacks see one host
	slots  [memoSlots]atomic.Pointer[memoEntry[V]]
}

type memoEntry[V any] struct {
	scheme, host string
	https        bool // comparing with a constant costs less than comparing the scheme
	value        V
}

// of reports whether the entry is that of the host of u.
func (e *memoEntry[V]) of(u *url.URL) bool {
	return e != nil && e.host == u.Host && e.https == (u.Scheme == "https") && (e.https || e.scheme == u.Scheme)
}

// Get returns the value that was put for the host of u, and whether there is one.
func (m *Memo[V]) Get(u *url.URL) (V, bool) {
	if e := m.latest.Load(); e.of(u) {
		return e.value, true
	}
	if e := m.slots[memoSlot(u.Host)].Load(); e.of(u) {
		return e.value, true
	}
	var zero V
	return zero, false
}

// Put remembers v for the host of u. It ignores a text that is longer than a host can be.
func (m *Memo[V]) Put(u *url.URL, v V) {
	if len(u.Host) > maxHost || len(u.Scheme) > maxHost {
		return
	}
	e := &memoEntry[V]{scheme: strings.Clone(u.Scheme), host: strings.Clone(u.Host), https: u.Scheme == "https", value: v}
	m.slots[memoSlot(u.Host)].Store(e)
	m.latest.Store(e)
}

// memoSlot returns the slot of a host, by its FNV-1a hash. An attacker who chooses hosts that share
// a slot only makes them evict each other.
func memoSlot(host string) uint32 {
	h := uint32(2166136261)
	for i := range len(host) {
		h = (h ^ uint32(host[i])) * 16777619
	}
	return (h ^ h>>16) % memoSlots
}
