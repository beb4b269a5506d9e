package throttle

import "time"

// pacer spreads the sends of a rule: the virtual clock of a leaky bucket (GCRA),
// on top of the window. The zero pacer does nothing.
type pacer struct {
	spacing int64 // per unit of cost
	burst   int
	free    int64 // when all that was spent has drained
}

// timerSlack is by how much a timer may be late without costing rate: as many
// requests may go at once as should have gone meanwhile.
const timerSlack = 2 * time.Millisecond

func newPacer(r *rule) pacer {
	p := pacer{spacing: max((int64(r.Per+r.Guard)+int64(r.Limit)-1)/int64(r.Limit), 1), burst: r.Burst}
	if p.burst == 0 {
		p.burst = min(max(int(int64(timerSlack)/p.spacing), 1), r.Limit)
	}
	return p
}

// next returns when cost may go if extra is spent first.
func (p *pacer) next(now int64, cost, extra int) int64 {
	if p.spacing == 0 {
		return now
	}
	return max(now, max(p.free, now)+int64(extra-max(p.burst-cost, 0))*p.spacing)
}

func (p *pacer) spend(now int64, cost int) {
	if p.spacing > 0 {
		p.free = max(p.free, now) + int64(cost)*p.spacing
	}
}

// giveBack takes back what was spent and did not go, as far as it has not drained:
// it has by the instant drained.
func (p *pacer) giveBack(cost int, drained, now int64) {
	p.free -= min(int64(cost)*p.spacing, max(drained-now, 0))
}
