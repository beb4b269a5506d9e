package throttle

import (
	"encoding/binary"
	"hash/maphash"
	"math"
	"slices"
	"time"
)

// waiter is a request in the queue. All of it belongs to the limiter's mutex. It
// is small since there are many: what it needs is its class's to know, and its
// ticket stays with its goroutine.
type waiter struct {
	rank     int64 // the time it came, never the same twice, less what its priority is worth
	deadline int64
	class    *class // in whose queue it is, or once granted in whose line to leave
	prev     *waiter
	next     *waiter
	ready    chan struct{} // holds one: something changed
	err      *Error        // it was sent away
	gate     *pause        // once granted: the pause that it passes, at its beginning gen
	gen      uint32
	ask      int32  // it is to ask the store of this need, counted from 1
	costs    *[]int // of the needs, nil if each costs as much as cost
	cost     int32
	marks    marks
	tokens   uint8 // bit i: it was granted a token of the store of need i
	lapses   uint8 // how often what was kept for it was given to others
	left     uint8 // ticks until that, while it is aside
	until    int64 // when the tokens that it was granted are of no use
}

type marks uint8

const (
	granted marks = 1 << iota // what it needs is kept for it
	aside                     // granted, and taking up what it had laid down
	asking                    // a store is being asked by it
)

func (w *waiter) is(m marks) bool { return w.marks&m != 0 }

func (w *waiter) setCosts(t *ticket) {
	w.costs, w.cost = nil, 0
	if t.n == 0 {
		return
	}
	first := t.need(0).cost
	same := first <= math.MaxInt32
	for i := range t.n {
		same = same && t.need(i).cost == first
	}
	if same {
		w.cost = int32(first) //nolint:gosec // bounded above
		return
	}
	costs := make([]int, t.n)
	for i := range costs {
		costs[i] = t.need(i).cost
	}
	w.costs = &costs
}

// costOf returns the cost of need i.
func (w *waiter) costOf(i int) int {
	if w.costs != nil {
		return (*w.costs)[i]
	}
	return int(w.cost)
}

// before reports whether w came before x, or is taken for it by its priority.
func (w *waiter) before(x *waiter) bool { return w.rank < x.rank }

func (w *waiter) wake() {
	select {
	case w.ready <- struct{}{}:
	default:
	}
}

// class is the queue of the requests that need the same resources. Only its
// head is looked at, so the work for an admission grows with the number of
// classes, not with that of requests.
type class struct {
	key         classKey
	pause       pauseKey
	first, last *waiter
	n           int
	needs       []*resource
	cost        []int // queued, by need

	leaving, leavingLast *waiter // granted, in order: they leave one after the other
}

type classKey struct {
	pause uint64        // its hash: a key is short, since it is held on stacks that wait
	first [inline]int64 // the numbers of the resources
	more  string
}

// classKey says whose queue is that of the ticket, whose resources are known.
func (l *Limiter) classKey(t *ticket) classKey {
	k := classKey{pause: maphash.Comparable(l.seed, t.pause)}
	for i := range min(t.n, inline) {
		k.first[i] = t.first[i].res.id
	}
	if t.n > inline {
		var ids []byte
		for i := range t.n - inline {
			ids = binary.LittleEndian.AppendUint64(ids, uint64(t.more[i].res.id)) //nolint:gosec // only compared
		}
		k.more = string(ids)
	}
	return k
}

// enqueue puts w at the end of its class, or where its priority says.
func (l *Limiter) enqueue(w *waiter, t *ticket) {
	l.came = max(l.came+1, l.now())
	w.rank += l.came
	w.setCosts(t)
	l.insert(w, t)
}

// ahead is the cost of those before w in its class, of need i.
func (w *waiter) ahead(i int) int {
	if w.next == nil {
		return w.class.cost[i] - w.costOf(i)
	}
	sum := 0
	for x := w.prev; x != nil; x = x.prev {
		sum += x.costOf(i)
	}
	return sum
}

// insert puts w, which has the ticket t, in its class, by its rank.
func (l *Limiter) insert(w *waiter, t *ticket) {
	for i := range t.n {
		n := t.need(i)
		n.res = l.resource(n.rule, n.key)
		n.rule = n.res.rule
		n.res.waiting++
		n.res.queued += w.costOf(i)
	}
	key := l.classKey(t)
	c := l.classes[key]
	if c == nil {
		c = &class{key: key, pause: t.pause, needs: make([]*resource, t.n), cost: make([]int, t.n)}
		for i := range c.needs {
			c.needs[i] = t.need(i).res
		}
		l.classes[key] = c
	}
	if c.first == nil {
		l.heads = append(l.heads, c)
	}
	for i := range t.n {
		c.cost[i] += w.costOf(i)
	}
	w.class = c
	after := c.last
	for after != nil && w.before(after) { // not for newcomers
		after = after.prev
	}
	if w.prev = after; after == nil {
		w.next = c.first
		c.first = w
	} else {
		w.next = after.next
		after.next = w
	}
	if w.next == nil {
		c.last = w
	} else {
		w.next.prev = w
	}
	c.n++
	l.waiting++
	if p := l.pauses[c.pause]; p != nil {
		p.waiting++
	}
	if w.prev == nil {
		l.order(c)
	}
}

// order moves a class that has a new head to its place among the heads.
func (l *Limiter) order(c *class) {
	i := slices.Index(l.heads, c)
	for ; i > 0 && c.first.before(l.heads[i-1].first); i-- {
		l.heads[i] = l.heads[i-1]
	}
	for ; i+1 < len(l.heads) && l.heads[i+1].first.before(c.first); i++ {
		l.heads[i] = l.heads[i+1]
	}
	l.heads[i] = c
}

// leave takes w out of the queue; scan afterwards.
func (l *Limiter) leave(w *waiter) {
	c := w.class
	w.class = nil
	if w.ask > 0 && !w.is(asking) {
		c.needs[w.ask-1].gate.taking = false
		w.ask = 0
	}
	for i, r := range c.needs {
		r.waiting--
		r.queued -= w.costOf(i)
		c.cost[i] -= w.costOf(i)
	}
	head := w.prev == nil
	if head {
		c.first = w.next
	} else {
		w.prev.next = w.next
	}
	if w.next == nil {
		c.last = w.prev
	} else {
		w.next.prev = w.prev
	}
	w.prev, w.next = nil, nil
	c.n--
	l.waiting--
	if p := l.pauses[c.pause]; p != nil {
		p.waiting--
	}
	if !head {
		return
	}
	if c.first == nil {
		i := slices.Index(l.heads, c)
		l.heads = slices.Delete(l.heads, i, i+1)
		l.forget(c)
		return
	}
	l.order(c)
}

// forget drops a class that nobody is in.
func (l *Limiter) forget(c *class) {
	if c.first == nil && c.leaving == nil {
		delete(l.classes, c.key)
	}
}

// grant takes w out of the queue and keeps for it what it needs. Nothing is
// stamped before it leaves.
func (l *Limiter) grant(w *waiter, now int64) {
	c := w.class
	l.leave(w)
	w.marks |= granted
	w.class, w.prev = c, c.leavingLast
	if w.prev == nil {
		c.leaving = w
		w.wake()
	} else {
		w.prev.next = w
	}
	c.leavingLast = w
	l.classes[c.key] = c // leave may have dropped it
	for i, r := range c.needs {
		r.win.granted += w.costOf(i)
		if r.spend(now, w.costOf(i)) {
			r.gate.mark(&w.tokens, &w.until, i)
		}
		r.grants(l.scans, w.costOf(i))
	}
	w.gate = nil
	if p := l.pauses[c.pause]; p != nil {
		p.flying++
		w.gate, w.gen = p, p.gen
	}
}

// goes reports whether w may leave: it is the first in its line, or not in it.
func (w *waiter) goes() bool { return w.is(granted) && (w.is(aside) || w.prev == nil) }

// step takes w out of the line of those who may leave.
func (l *Limiter) step(w *waiter) {
	if w.is(aside) {
		l.comeBack(w)
	} else {
		l.leaveLine(w)
	}
	c := w.class
	w.class = nil
	w.marks &^= granted
	l.forget(c)
}

func (l *Limiter) leaveLine(w *waiter) {
	c := w.class
	if w.prev == nil {
		c.leaving = w.next
		if w.next != nil {
			w.next.wake()
		}
	} else {
		w.prev.next = w.next
	}
	if w.next == nil {
		c.leavingLast = w.prev
	} else {
		w.next.prev = w.prev
	}
	w.prev, w.next = nil, nil
}

// confirm stamps in the ticket t what was granted to w, which leaves now. It is
// false if a pause began meanwhile: then w is back at its place in the queue.
func (l *Limiter) confirm(w *waiter, t *ticket, now int64) bool {
	if p := l.pauses[t.pause]; p != nil && (w.gate != p || w.gen != p.gen) {
		l.revoke(w)
		l.insert(w, t)
		return false
	}
	l.step(w)
	t.gate, t.gen = w.gate, w.gen
	t.tokens, t.until = w.tokens, w.until
	for i := range t.n {
		n := t.need(i)
		n.res.win.granted -= n.cost
		n.res.win.expire(now)
		n.at, n.drained = n.res.stamp(now, n.cost), n.res.pace.free
	}
	t.pledged = true
	return true
}

// revoke gives up what was kept for w.
func (l *Limiter) revoke(w *waiter) {
	c := w.class
	l.step(w)
	for i, r := range c.needs {
		cost := w.costOf(i)
		r.win.granted -= cost
		r.pace.giveBack(cost, r.pace.free, l.now())
		if w.tokens&(1<<i) != 0 {
			r.gate.giveBack(l.now(), cost, w.until)
		}
	}
	w.tokens = 0
	if w.gate != nil {
		l.settlePause(w.gate, w.gen, false)
		w.gate = nil
	}
}

// scan grants what fits to those at the heads of the queues, the oldest first,
// and sets the timer for what time alone will let go.
func (l *Limiter) scan(now int64) {
	l.scans++
	soonest := int64(never)
	for i := 0; i < len(l.heads); {
		w := l.heads[i].first
		at, known, ask := l.earliest(w, now)
		from, again, held := l.heldBack(w, now)
		switch {
		case w.ask > 0:
			l.reserve(w, now, now)
		case at > now:
			soonest = min(soonest, at)
			l.reserve(w, now, known)
		case held:
			soonest = min(soonest, again)
			l.reserve(w, now, from)
		case ask > 0:
			w.ask = ask
			w.class.needs[ask-1].gate.taking = true
			w.wake()
			l.reserve(w, now, now)
		default:
			l.grant(w, now) // the next head of the class may be the oldest now
			continue
		}
		i++
	}
	l.schedule(now, soonest)
}

// earliest returns when w fits by itself; known is the part of that which the
// clock decides, ask the first need whose store is to be asked, counted from 1, if
// nothing else is in the way.
func (l *Limiter) earliest(w *waiter, now int64) (at, known int64, ask int32) {
	at, known = now, now
	for i, r := range w.class.needs {
		next, open := r.next(now, w.costOf(i))
		if at = max(at, next); next != never {
			known = max(known, next)
		}
		if open && ask == 0 {
			ask = int32(i + 1) //nolint:gosec // as many as there are rules
		}
	}
	if len(l.pauses) > 0 {
		if p := l.pauses[w.class.pause]; p != nil {
			next := p.next(now)
			at, known = max(at, next), max(known, next)
		}
	}
	return at, known, ask
}

// schedule sets the one timer of the limiter.
func (l *Limiter) schedule(now, at int64) {
	if l.asides != nil {
		at = min(at, l.lapseAt)
	}
	if at == never {
		if l.timer != nil {
			l.timer.Stop()
			l.timer, l.wakeAt = nil, 0
		}
		return
	}
	switch d := time.Duration(at - now); {
	case l.timer == nil:
		l.timer = time.AfterFunc(d, l.tick)
	case l.wakeAt != at:
		l.timer.Reset(d)
	}
	l.wakeAt = at
}

func (l *Limiter) tick() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.wakeAt = 0
	now := l.now()
	l.lapse(now)
	l.scan(now)
}
