package admission

import (
	"slices"

	"github.com/gracy-go/gracy/throttle/internal/meter"
	"github.com/gracy-go/gracy/throttle/internal/pauses"
)

// A Part is what a request takes of one rule.
type Part struct {
	Rule *Rule
	Key  string
	Cost int

	resource *Resource
	entry    int64 // the timestamp in the window
	drained  int64 // when the pacer has forgotten the cost
	expires  int64 // when the tokens of the store expire, or 0
}

// inline is how many parts a Demand holds without an allocation. Its size matters when many
// requests wait, and most of them concern one rule.
const inline = 1

// A Demand is what a request takes and, once it is committed, what it took.
type Demand struct {
	// Pause is the narrowest pause that would hold the request back, that of its route. Keyed is
	// whether it is set: most requests come while there is no pause and need not say which would
	// concern them.
	Pause pauses.Key
	Keyed bool
	// UntilResponse is whether a part begins to age only with the response.
	UntilResponse bool
	// Weighed is whether a rule determines the cost of the request.
	Weighed bool

	narrow    bool // it queues for the pause of its route, not for the wide pause
	committed bool
	pass      pauses.Pass
	n         int
	first     [inline]Part
	more      []Part
}

// Add adds a part.
func (d *Demand) Add(p Part) {
	if d.n < inline {
		d.first[d.n] = p
	} else {
		d.more = append(d.more, p)
	}
	d.n++
}

// CommitPlain adds the part of a request that [Core.AdmitPlain] has admitted.
func (d *Demand) CommitPlain(r *Rule, entry int64) {
	d.Add(Part{Rule: r, Cost: 1, resource: r.one, entry: entry})
	d.committed = true
}

// Grow makes room for n parts.
func (d *Demand) Grow(n int) {
	if n > inline {
		d.more = slices.Grow(d.more, n-inline)
	}
}

// mostKept is the most parts whose memory a Demand keeps.
const mostKept = 256

// Reset empties d for another request, which reuses the memory of its parts. It reports false if
// that is too much to be kept.
func (d *Demand) Reset() bool {
	clear(d.more)
	*d = Demand{more: d.more[:0]}
	return cap(d.more) <= mostKept
}

// Len returns the number of parts.
func (d *Demand) Len() int { return d.n }

// Part returns part i.
func (d *Demand) Part(i int) *Part {
	if i < inline {
		return &d.first[i]
	}
	return &d.more[i-inline]
}

// Pass returns the pass with which the request passed a pause.
func (d *Demand) Pass() pauses.Pass { return d.pass }

// Passed reports whether the request is one of the first after a pause, whose end must be reported.
func (d *Demand) Passed() bool { return !d.pass.None() }

// spend counts a part that leaves now. There must be room for it.
func (p *Part) spend(now int64) {
	p.entry = p.resource.window.Spend(now, p.Cost).At
	p.drained = p.resource.pacer.Latest(p.Cost).At
}

// refund gives back what a part took that was not sent.
func (p *Part) refund(now int64) {
	s := p.resource
	if s.window.Limit() > 0 {
		s.window.Refund(now, meter.Receipt{At: p.entry, Cost: p.Cost})
		s.pacer.Refund(now, meter.Receipt{At: p.drained, Cost: p.Cost})
	}
	if p.expires > 0 {
		s.tokens.Refund(now, meter.Receipt{At: p.expires, Cost: p.Cost})
	}
}
