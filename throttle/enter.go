package throttle

import (
	"context"
	"net/http"

	"github.com/gracy-go/gracy/layer"
)

// enter admits a request that nothing holds back. It takes all or nothing. While
// somebody waits or a pause is on, only a keyed ticket gets in.
func (l *Limiter) enter(t *ticket) bool {
	clock := l.clock() // outside: reading it is most of the work
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed || !t.keyed && (l.waiting > 0 || len(l.pauses) > 0) {
		return false
	}
	now := l.settled(clock)
	if len(l.pauses) > 0 && l.paused(t.pause, now) {
		return false
	}
	asks := false
	for i := range t.n {
		n := t.need(i)
		n.res = l.resource(n.rule, n.key)
		at, ask := n.res.next(now, n.cost)
		if at > now || ask && !n.res.gate.inline {
			return false
		}
		asks = asks || ask
	}
	if l.waiting > 0 && !l.passes(t, now) || asks && !t.ask(now) {
		return false
	}
	l.commit(t, now)
	return true
}

// enterKeyed tries again with a ticket that was not keyed, and is by now.
func (l *Limiter) enterKeyed(c *layer.Call, req *http.Request, t *ticket) bool {
	if t.keyed {
		return false
	}
	l.key(c, req, t)
	return l.enter(t)
}

// passes reports whether a request may go past those who wait: nobody waits for
// just the same, and of what others wait for there is enough for all of them too.
// It spares the request the queue, and the queue a scan.
func (l *Limiter) passes(t *ticket, now int64) bool {
	if l.classes[l.classKey(t)] != nil {
		return false
	}
	for i := range t.n {
		n := t.need(i)
		if n.res.waiting > 0 && !n.res.fits(now, n.res.queued+n.cost) {
			return false
		}
	}
	return true
}

// ask takes the tokens of stores that answer at once. What is taken and then not
// needed stays with its gate.
func (t *ticket) ask(now int64) bool {
	for i := range t.n {
		n := t.need(i)
		for {
			at, ask := n.res.next(now, n.cost)
			if at > now {
				return false
			}
			if !ask {
				break
			}
			if n.res.gate.err != nil {
				return false
			}
			n.res.gate.hear(now, now, n.res.gate.take(context.Background(), n.res.key), n.rule.Per)
		}
	}
	return true
}

// commit books a request that may go.
func (l *Limiter) commit(t *ticket, now int64) {
	for i := range t.n {
		n := t.need(i)
		if n.res.spend(now, n.cost) {
			n.res.gate.mark(&t.tokens, &t.until, i)
		}
		n.at, n.drained = n.res.stamp(now, n.cost), n.res.pace.free
	}
	t.pledged = true
}
