package meter

import (
	"math"
	"time"
)

// A Pacer spreads the sends of a rule, in addition to a [Window]. It is the virtual clock of a
// leaky bucket (GCRA).
type Pacer struct {
	spacing int64 // per unit of cost
	burst   int
	free    int64 // when everything spent has drained
}

// timerSlack is by how much a timer may be late without lowering the rate: then as many requests
// may leave at once as should have left meanwhile.
const timerSlack = 2 * time.Millisecond

// NewPacer returns a pacer from which nothing has been spent.
func NewPacer(r Rate) Pacer {
	var p Pacer
	p.Adopt(r)
	return p
}

// Adopt gives the pacer another rate.
func (p *Pacer) Adopt(r Rate) {
	p.spacing = max((r.span()+int64(r.Limit)-1)/int64(r.Limit), 1)
	if p.burst = r.Burst; p.burst == 0 {
		p.burst = min(max(int(int64(timerSlack)/p.spacing), 1), r.Limit)
	}
}

// Spacing returns the time that a unit of cost takes, or 0 if the pacer limits nothing.
func (p *Pacer) Spacing() int64 { return p.spacing }

// Next returns when cost may leave.
func (p *Pacer) Next(now int64, cost int) int64 { return p.Eta(now, 0, cost) }

// Eta returns when cost may leave if the cost ahead is spent first.
func (p *Pacer) Eta(now int64, ahead, cost int) int64 {
	if p.spacing == 0 {
		return now
	}
	return max(now, max(p.free, now)+int64(ahead-max(p.burst-cost, 0))*p.spacing)
}

// Spend takes the time of cost.
func (p *Pacer) Spend(now int64, cost int) Receipt {
	if p.spacing > 0 {
		p.free = max(p.free, now) + int64(cost)*p.spacing
	}
	return p.Latest(cost)
}

// Latest returns the receipt of a cost as if it had been spent last.
func (p *Pacer) Latest(cost int) Receipt { return Receipt{p.free, cost} }

// Refund gives back what was spent, as far as it has not drained yet.
func (p *Pacer) Refund(now int64, r Receipt) {
	p.free -= min(int64(r.Cost)*p.spacing, max(r.At-now, 0))
}

// Inherit makes the pacer as late as another one.
func (p *Pacer) Inherit(from *Pacer) { p.free = from.free }

// Room is like [Window.Room].
func (p *Pacer) Room(now int64, cost int, until int64) int {
	if p.spacing == 0 {
		return math.MaxInt
	}
	left := until - max(p.free, now)
	n := left / p.spacing
	if left < 0 && left%p.spacing != 0 {
		n-- // round down
	}
	n = min(max(n, math.MinInt32), math.MaxInt32) + int64(max(p.burst-cost, 0))
	return int(min(n, math.MaxInt32)) // an int may have 32 bits
}

// Frees is like [Window.Frees].
func (p *Pacer) Frees(until int64, over int) int64 {
	if p.spacing == 0 || p.free <= until {
		return Never
	}
	return min(p.free, until+int64(over)*p.spacing)
}
