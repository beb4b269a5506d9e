package admission

import (
	"math"
	"time"

	"github.com/gracy-go/gracy/throttle/internal/meter"
	"github.com/gracy-go/gracy/throttle/internal/pauses"
)

// An Outcome is what happened to a request that was committed.
type Outcome uint8

// The outcomes.
const (
	Unsent Outcome = iota // nothing of it was sent: what it took is given back
	Lost                  // it got no response
	Warned                // the server asks for fewer calls
	Good                  // the server responded in any other way
)

// lostLag is how much later the server may process a request that got no response. It matters for a
// rule that counts until the response.
const lostLag = time.Second

// Finish records the end of a request: its headers, its error, or that nothing of it was sent. It
// does nothing if the demand is not committed.
func (c *Core) Finish(d *Demand, o Outcome, now int64) {
	if !d.committed {
		return
	}
	d.committed = false
	for i := range d.n {
		p := d.Part(i)
		at := now
		switch o {
		case Unsent:
			p.refund(now)
			c.sched.improved(p.resource)
			continue
		case Lost:
			at += int64(lostLag)
		case Warned, Good:
		}
		if p.entry == meter.Never {
			p.entry = p.resource.window.Respond(now, meter.Receipt{At: p.entry, Cost: p.Cost}, at).At
			c.sched.improved(p.resource)
		}
	}
	c.sched.done(d.pass, o == Good, now)
	d.pass = pauses.Pass{}
	c.sched.scan(now)
}

// Spent is what a request took of one rule that weighs requests.
type Spent struct {
	resource *Resource
	entry    meter.Receipt
	drained  int64         // when the pacer has forgotten it
	debt     meter.Receipt // what it cost beyond that
	paid     int64         // when the pacer has forgotten the debt
}

// Spent returns what a demand took of the rules that weigh requests.
func (d *Demand) Spent() (spent []Spent) {
	for i := range d.n {
		if p := d.Part(i); p.Rule.kind.Weighed {
			spent = append(spent, Spent{resource: p.resource, entry: meter.Receipt{At: p.entry, Cost: p.Cost}, drained: p.drained})
		}
	}
	return spent
}

// maxCost keeps the sums of a window from overflowing. It is 2^31-1, or 2^21-1 if an int has 32
// bits.
const maxCost = math.MaxInt >> 10 & math.MaxInt32

// Report corrects what a request took, once its cost is known.
func (c *Core) Report(spent []Spent, actual int, now int64) {
	actual = min(max(actual, 0), maxCost)
	for i := range spent {
		spent[i].correct(now, actual)
		c.sched.improved(spent[i].resource)
	}
	c.sched.scan(now)
}

func (s *Spent) correct(now int64, actual int) {
	if r := s.resource.current(); r != s.resource { // what was spent no longer counts
		s.resource, s.entry.At, s.debt, s.drained = r, -1, meter.Receipt{}, 0
	}
	w, pacer := &s.resource.window, &s.resource.pacer
	if w.Limit() == 0 {
		return
	}
	w.Counted(now)
	if s.debt.Cost > 0 {
		w.Refund(now, s.debt)
		pacer.Refund(now, meter.Receipt{At: s.paid, Cost: min(s.debt.Cost, w.Limit())})
		s.debt = meter.Receipt{}
	}
	switch more := actual - s.entry.Cost; {
	case more > 0:
		s.debt = w.Enter(now, more)
		s.paid = pacer.Spend(now, min(more, w.Limit())).At // at most the limit, since the window forgets it after that time
	case more < 0:
		w.Refund(now, meter.Receipt{At: s.entry.At, Cost: -more})
		pacer.Refund(now, meter.Receipt{At: s.drained, Cost: -more})
		s.entry.Cost = actual
	}
}
