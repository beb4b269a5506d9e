package admission

import "github.com/gracy-go/gracy/throttle/internal/pauses"

// Recount counts a request, which has not left since it was committed, as one that leaves
// now. It is false if there is no room for it now, or a pause began meanwhile: then what it
// took is given back. It does nothing if the demand is not committed any more. What a store has
// said stands: it takes no token back, and one may expire each time that the request waits
// for something else.
func (d *Demand) Recount(c *Core, now int64) bool {
	if !d.committed {
		return true
	}
	for i := range d.n {
		p := d.Part(i)
		p.refund(now)
		p.resource = p.resource.current() // a full map drops what has aged meanwhile
	}
	if d.mayLeave(&c.sched.pauses, c.Wide, now) {
		c.Commit(d, now)
		return true
	}
	d.committed = false
	for i := range d.n {
		c.sched.improved(d.Part(i).resource)
	}
	c.sched.done(d.pass, false, now)
	d.pass = pauses.Pass{}
	c.sched.scan(now)
	return false
}

// mayLeave reports whether there is room for what the demand takes, and whether no pause
// holds it back but those that it has passed.
func (d *Demand) mayLeave(t *pauses.Table, wide widen, now int64) bool {
	for i := range d.n {
		p := d.Part(i)
		if p.resource.counted(now, p.Cost) > now {
			return false
		}
	}
	if t.Len() == 0 {
		return true
	}
	for _, key := range [...]pauses.Key{d.Pause, wide(d.Pause)} {
		p := t.Current(key, now)
		if p != nil && !d.pass.Of(p) && (d.pass.None() || now < p.Until()) {
			return false
		}
	}
	return true
}
