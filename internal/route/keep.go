package route

import "strings"

// maxKept bounds what is kept at one name. A layer keeps an entry for each method, and for each
// host if its value depends on the host.
const maxKept = 64

// An Owner identifies a layer that keeps something at names.
type Owner struct{ _ byte }

// kept is what an owner keeps at a name, a list that only grows.
type kept struct {
	owner        *Owner
	method, host string
	value        any
	next         *kept
	count        int // the length of the list from here on
}

// Kept returns what the owner keeps at the name for a method and a host, or nil. Either is empty if
// it makes no difference to the owner. Kept searches a list, since a name has few entries and
// comparing them costs less than hashing a string.
func (n *Name) Kept(owner *Owner, method, host string) any {
	for k := n.kept.Load(); k != nil; k = k.next {
		if k.owner == owner && k.method == method && len(k.host) == len(host) && (host == "" || k.host == host) {
			return k.value
		}
	}
	return nil
}

// Keep keeps a value at the name and returns it, or the value that another goroutine has kept
// meanwhile. A name has room for 64 values. Further values are not kept, and the owner must find
// them by other means. The value lives as long as the name, so it should be little more than a
// pointer to something that the owner can empty.
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
