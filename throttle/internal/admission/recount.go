package admission

import "github.com/gracy-go/gracy/throttle/internal/pauses"

// Recount counts a request that was committed but has not left as one that leaves now. It reports
// false, and gives back what the request took, if there is no room for it now or a pause began
// meanwhile. It does nothing if the demand is no longer committed. Tokens of a store stay spent,
// since a store takes none back. One may expire each time that the request waits for something
// else.
func (d *Demand) Recount(c *Core, now int64) bool {
	if !d.committed {
		return true
	}
	for i := range d.n {
		p := d.Part(i)
		p.refund(now)
		p.resource = p.resource.current() // a full map may have dropped it when it was idle
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

// mayLeave reports whether there is room for what the demand takes, and no pause holds it back
// except those that it has passed.
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
