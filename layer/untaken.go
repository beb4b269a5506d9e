package layer

import (
	"net/http"
	"slices"
	"strings"
)

// takes reports whether the stack from b inwards has a layer of that name that is not off.
func (b *built) takes(name string) bool {
	for ; b != nil; b = nearest(b.next) {
		if b.name == name && !b.Off() {
			return true
		}
	}
	return false
}

// Off reports whether the layer does nothing, for transport.Needs and Explain.
func (b *built) Off() bool { return b.trip == nil }

// findUntaken keeps the names of the layers that the settings of a new call need and that are not
// in its stack. If the call around it has the same request, behind a foreign layer, it takes
// those that the stack has off the list of that call.
func findUntaken(c *Call, req *http.Request) {
	outer := CallFrom(req.Context())
	if outer != nil && (outer.returned() || !sameRequest(req, &outer.req)) {
		outer = nil
	}
	for o := outer; o != nil; {
		x := o.extra.Load()
		if x == nil {
			break
		}
		x.mu.Lock()
		x.untaken = slices.DeleteFunc(x.untaken, c.begunBy.takes)
		o = x.outer
		x.mu.Unlock()
	}
	list, cut := c.Settings()
	names := list.Untaken(nil, cut, c.begunBy.takes)
	if len(names) == 0 {
		return
	}
	x := c.extra.more()
	x.mu.Lock()
	x.untaken, x.outer = names, outer
	x.mu.Unlock()
}

// noteUntaken notes at the end of a call which layers its settings needed in vain, and returns
// their names. What the call around it takes is not among them.
func noteUntaken(c *Call) string {
	x := c.extra.Load()
	if x == nil {
		return ""
	}
	x.mu.Lock()
	untaken, outer := slices.Clone(x.untaken), x.outer // an inner call may still be running and change it
	x.mu.Unlock()
	untaken = slices.DeleteFunc(untaken, func(name string) bool {
		return outer != nil && outer.begunBy.takes(name)
	})
	if len(untaken) == 0 {
		return ""
	}
	names := strings.Join(untaken, ", ")
	c.Attempt().AddNote("no layer takes the override for " + names)
	return names
}
