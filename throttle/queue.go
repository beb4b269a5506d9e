package throttle

import (
	"encoding/binary"
	"slices"
	"time"
)

// waiter is a request in the queue. All of it belongs to the limiter's mutex.
type waiter struct {
	ticket   ticket
	rank     int64 // the time it came, less what its priority is worth
	seq      int64
	deadline int64
	class    *class // nil once it has left
	prev     *waiter
	next     *waiter
	ready    chan struct{} // holds one: something changed
	granted  bool          // what it needs is kept for it
	line     *class        // in whose line it stands to leave
	ask      *resource     // it is to ask the store of this one
	err      error         // it was sent away
}

// before reports whether w came before x, by its priority or by its number.
func (w *waiter) before(x *waiter) bool {
	return w.rank < x.rank || w.rank == x.rank && w.seq < x.seq
}

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
	cost        []int // queued, by need

	leaving, leavingLast *waiter // granted, in order: they leave one after the other
}

type classKey struct {
	pause pauseKey
	ids   string
}

// enqueue gives w a number and puts it at the end of its class.
func (l *Limiter) enqueue(w *waiter) {
	l.seq++
	w.seq = l.seq
	w.rank += l.now()
	l.insert(w)
}

// ahead is the cost of those before w in its class, of need i.
func (w *waiter) ahead(i int) int {
	if w.next == nil {
		return w.class.cost[i] - w.ticket.need(i).cost
	}
	sum := 0
	for x := w.prev; x != nil; x = x.prev {
		sum += x.ticket.need(i).cost
	}
	return sum
}

// insert puts w in its class, by its rank.
func (l *Limiter) insert(w *waiter) {
	t := &w.ticket
	ids := make([]byte, 0, 8*inline)
	for i := range t.n {
		n := t.need(i)
		n.res = l.resource(n.rule, n.key)
		n.rule = n.res.rule
		n.res.waiting++
		ids = binary.LittleEndian.AppendUint64(ids, uint64(n.res.id)) //nolint:gosec // only compared
	}
	key := classKey{t.pause, string(ids)}
	c := l.classes[key]
	if c == nil {
		c = &class{key: key, pause: t.pause, cost: make([]int, t.n)}
		l.classes[key] = c
	}
	if c.first == nil {
		l.heads = append(l.heads, c)
	}
	for i := range t.n {
		c.cost[i] += t.need(i).cost
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
	if c == nil {
		return
	}
	w.class = nil
	if w.ask != nil {
		w.ask.gate.taking = false
		w.ask = nil
	}
	t := &w.ticket
	for i := range t.n {
		n := t.need(i)
		n.res.waiting--
		c.cost[i] -= n.cost
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
	w.granted = true
	l.leave(w)
	w.line, w.prev = c, c.leavingLast
	if w.prev == nil {
		c.leaving = w
		w.wake()
	} else {
		w.prev.next = w
	}
	c.leavingLast = w
	l.classes[c.key] = c // leave may have dropped it
	t := &w.ticket
	for i := range t.n {
		n := t.need(i)
		n.res.win.granted += n.cost
		n.res.spend(now, n.cost)
	}
	t.gate = nil
	if p := l.pauses[t.pause]; p != nil {
		p.flying++
		t.gate, t.gen = p, p.gen
	}
}

// goes reports whether w is the first of those who may leave.
func (w *waiter) goes() bool { return w.granted && w.prev == nil }

// step takes w out of the line of those who may leave.
func (l *Limiter) step(w *waiter) {
	c := w.line
	w.line, w.granted = nil, false
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
	l.forget(c)
}

// confirm stamps what was granted to w, which leaves now. It is false if a pause
// began meanwhile: then w is back at its place in the queue.
func (l *Limiter) confirm(w *waiter, now int64) bool {
	t := &w.ticket
	if p := l.pauses[t.pause]; p != nil && (t.gate != p || t.gen != p.gen) {
		l.revoke(w)
		l.insert(w)
		return false
	}
	l.step(w)
	for i := range t.n {
		n := t.need(i)
		n.res.win.granted -= n.cost
		n.res.win.expire(now)
		n.at = n.res.stamp(now, n.cost)
	}
	t.pledged = true
	return true
}

// revoke gives up what was kept for w.
func (l *Limiter) revoke(w *waiter) {
	l.step(w)
	t := &w.ticket
	for i := range t.n {
		n := t.need(i)
		n.res.win.granted -= n.cost
		n.res.pace.giveBack(n.cost)
		if n.res.gate != nil {
			n.res.gate.tokens += n.cost
		}
	}
	if t.gate != nil {
		l.settlePause(t.gate, t.gen, false)
		t.gate = nil
	}
}

// scan grants what fits to those at the heads of the queues, the oldest first,
// and sets the timer for what time alone will let go.
//
// A younger one may overtake an older head that has to wait only if that one is
// not made to wait longer by it: nobody is starved, and nobody waits for what he
// does not need.
func (l *Limiter) scan(now int64) {
	l.scans++
	soonest := int64(never)
	for i := 0; i < len(l.heads); {
		w := l.heads[i].first
		at, known, ask := l.earliest(w, now)
		from, held := l.heldBack(w, now)
		switch {
		case w.ask != nil:
			l.reserve(w, now)
		case at > now:
			soonest = min(soonest, at)
			l.reserve(w, known)
		case held:
			l.reserve(w, max(from, now))
		case ask != nil:
			w.ask = ask
			ask.gate.taking = true
			w.wake()
			l.reserve(w, now)
		default:
			l.grant(w, now) // the next head of the class may be the oldest now
			continue
		}
		i++
	}
	l.schedule(now, soonest)
}

// earliest returns when w fits by itself; known is the part of that which the
// clock decides, ask the first store to ask if nothing else is in the way.
func (l *Limiter) earliest(w *waiter, now int64) (at, known int64, ask *resource) {
	at, known = now, now
	t := &w.ticket
	for i := range t.n {
		n := t.need(i)
		next, open := n.res.next(now, n.cost)
		if at = max(at, next); next != never {
			known = max(known, next)
		}
		if open && ask == nil {
			ask = n.res
		}
	}
	if p := l.pauses[t.pause]; p != nil {
		next := p.next(now)
		at, known = max(at, next), max(known, next)
	}
	return at, known, ask
}

// manyHeads is from how many older heads on nobody overtakes them.
const manyHeads = 32

// heldBack reports whether an older head would have to wait longer if w went
// now, and from when that one may go.
func (l *Limiter) heldBack(w *waiter, now int64) (from int64, held bool) {
	t := &w.ticket
	for i := range t.n {
		n := t.need(i)
		r := n.res
		if r.scan != l.scans {
			continue
		}
		if len(r.held) > manyHeads {
			return r.held[0].from, true
		}
		for j, older := range r.held {
			extra := n.cost
			for k, o := range r.held {
				if k != j && o.from <= older.from {
					extra += o.cost
				}
			}
			if r.after(now, older.cost, extra) > max(older.from, now) {
				from, held = max(from, older.from), true
			}
		}
	}
	return from, held
}

// reserve notes for the younger heads of this scan what w will need.
func (l *Limiter) reserve(w *waiter, from int64) {
	t := &w.ticket
	for i := range t.n {
		n := t.need(i)
		if n.res.scan != l.scans {
			n.res.scan, n.res.held = l.scans, n.res.held[:0]
		}
		n.res.held = append(n.res.held, reservation{n.cost, from})
	}
}

// schedule sets the one timer of the limiter.
func (l *Limiter) schedule(now, at int64) {
	if at == never {
		if l.timer != nil {
			l.timer.Stop()
			l.timer = nil
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
	if l.waiting > 0 {
		l.scan(l.now())
	}
}
