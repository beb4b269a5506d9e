package route

import "strings"

// maxKept bounds what is kept at one name: a layer has one entry for each method, and where it asks for the host, of each host.
const maxKept = 64

// An Owner is a layer that keeps something at names. It is no more than an identity.
type Owner struct{ _ byte }

// kept is what an owner keeps at a name, a list that only grows.
type kept struct {
	owner        *Owner
	method, host string
	value        any
	next         *kept
	count        int // how many there are from here on
}

// Kept returns what the owner keeps at the name for a method and a host, nil if there is nothing. Either may be empty
// where it makes no difference to the owner. It costs no hash of a string: a name has few of them.
func (n *Name) Kept(owner *Owner, method, host string) any {
	for k := n.kept.Load(); k != nil; k = k.next {
		if k.owner == owner && k.method == method && len(k.host) == len(host) && (host == "" || k.host == host) {
			return k.value
		}
	}
	return nil
}

// Keep keeps a value at the name and returns it, or what another goroutine has kept meanwhile. A name has room for 64: beyond
// them nothing is kept, and the owner must find the value by other means as it did before. The value
// lives as long as the name does, so that it should be little more than a pointer to what the owner can empty.
func (n *Name) Keep(owner *Owner, method, host string, value any) any {
	k := &kept{owner: owner, method: strings.Clone(method), host: strings.Clone(host), value: value}
	for {
		k.next = n.kept.Load()
		if old := n.Kept(owner, method, host); old != nil {
			return old
		}
		if k.count = 1; k.next != nil {
			k.count += k.next.count
		}
		if k.count > maxKept || n.kept.CompareAndSwap(k.next, k) {
			return value
		}
	}
}
