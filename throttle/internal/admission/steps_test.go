package admission

import (
	"time"

	"github.com/gracy-go/gracy/throttle/internal/meter"
	"github.com/gracy-go/gracy/throttle/internal/pauses"
)

// step does one random thing, and what the core asks for.
func (w *world) step() {
	w.now += int64(w.r.IntN(4)) * int64(time.Millisecond)
	if w.now >= w.c.LookAgainAt() {
		w.c.Tick(w.now)
	}
	switch n := w.r.IntN(100); {
	case n < 40 && len(w.calls) < 150:
		w.come()
	case n < 97 && len(w.calls) > 0:
		i := w.r.IntN(len(w.calls))
		if c := w.calls[i]; w.touch(c) {
			last := len(w.calls) - 1
			w.calls[i] = w.calls[last]
			w.calls = w.calls[:last]
		}
	case n == 97 && w.r.IntN(10) == 0:
		w.arm()
	case n == 98 && !w.fixed && w.r.IntN(10) == 0:
		w.change()
	}
	w.wake()
}

// come lets a request come.
func (w *world) come() {
	c := &call{key: w.r.IntN(2), host: w.r.IntN(4) / 3, route: w.r.IntN(3) / 2, came: w.now}
	for i, r := range w.rules {
		if w.r.IntN(2) == 0 || len(w.rules) == 1 {
			cost := 1
			if w.r.IntN(3) == 0 {
				cost = min(1+w.r.IntN(3), w.laws[i].Rate.Limit-2)
			}
			if cost > r.Rate.Limit {
				return
			}
			c.d.Add(Part{Rule: r, Key: [...]string{"a", "b"}[c.key], Cost: cost})
		}
	}
	c.d.Pause, c.d.Keyed = pauseOf(c.host, c.route), true
	switch w.mutant {
	case otherPause:
		c.d.Pause = pauseOf(1-c.host, c.route)
	case otherRoute:
		c.d.Pause = pauseOf(c.host, 1-c.route)
	default:
	}
	w.calls = append(w.calls, c)
	if w.c.Admit(&c.d, w.now) == Admitted {
		w.send(c)
		return
	}
	w.seen.queued++
	deadline := int64(meter.Never)
	if w.r.IntN(4) == 0 {
		deadline = w.now + int64(w.r.IntN(int(2*time.Second)))
	}
	advance := time.Duration(0)
	if w.r.IntN(4) == 0 {
		advance = time.Duration(w.r.IntN(5)-2)*100*time.Millisecond - time.Duration(w.seen.queued)
	}
	c.rank = w.now - int64(advance)
	if w.mutant == lastFirst {
		advance = time.Duration(2 * w.now)
	}
	c.w = &Waiter{Owner: c}
	w.c.Enqueue(c.w, &c.d, advance, deadline, w.now)
}

// touch lets something happen to a call. It reports whether the call is over.
func (w *world) touch(c *call) (over bool) {
	switch {
	case c.sent:
		return w.end(c)
	case c.asks != nil:
		w.reply(c)
		return false
	case c.w.Rejection() != nil:
		w.seen.rejected++
		return true
	case w.r.IntN(12) == 0:
		w.seen.canceled++
		if w.mutant == lostCancel && w.r.IntN(8) == 0 {
			return true
		}
		w.c.Cancel(c.w, w.now)
		return true
	case c.w.Expired():
		w.seen.requeued++
		w.c.Requeue(c.w, &c.d, w.now)
		c.late = false
	case c.late && c.w.Granted():
	case c.w.Granted() && c.w.MayLeave():
		w.leave(c)
	}
	return false
}

// end ends a call that was sent.
func (w *world) end(c *call) bool {
	if c.ended > 0 {
		w.report(c)
		return true
	}
	o := Good
	switch w.r.IntN(10) {
	case 0:
		o = Unsent
	case 1:
		o = Lost
	case 2:
		o = Warned
	}
	w.finish(c, o)
	if o == Good && w.r.IntN(4) == 0 {
		c.ended, c.spent = w.now, c.d.Spent()
		return false
	}
	return true
}

// reply replies for the store that a call asks.
func (w *world) reply(c *call) {
	r := &meter.Reply{Limit: 100, Left: 10, Wait: 100 * time.Millisecond, OK: w.r.IntN(4) > 0}
	if w.r.IntN(10) == 0 {
		r = nil // it gives up
	}
	s := c.asks
	c.asks = nil
	w.asking(s, false)
	w.c.Asked(c.w, s, c.cost, c.asked, w.now, r)
	if r == nil {
		w.c.Cancel(c.w, w.now)
	}
}

// asking checks that no two requests ask one store at the same time.
func (w *world) asking(s *Resource, asks bool) {
	for i, r := range w.rules {
		if r == s.rule && !r.kind.Keyed {
			if w.tokens[i].asking == asks {
				w.fault("the store of rule %s is asked by two at once", r.Text)
			}
			w.tokens[i].asking = asks
		}
	}
}

// wake lets the requests continue that the core wakes.
func (w *world) wake() {
	for woken := w.c.Woken(); len(woken) > 0; woken = w.c.Woken() {
		for _, x := range append([]*Waiter(nil), woken...) {
			c, _ := x.Owner.(*call)
			switch {
			case x.Rejection() != nil || c.sent || c.asks != nil:
			case x.IsToAsk():
				w.seen.asked++
				c.asks, c.cost = w.c.Ask(x)
				c.asked = w.now
				w.asking(c.asks, true)
			case !x.MayLeave():
			case w.r.IntN(6) == 0: // it reacquires, and continues when it is touched, or too late
				w.seen.reacquired++
				c.apart, c.late = true, w.r.IntN(8) == 0
				w.c.Reacquire(x, w.now)
			default:
				w.leave(c)
			}
		}
	}
}

// leave lets a granted call leave.
func (w *world) leave(c *call) {
	q := c.w.queue
	if !w.c.Confirm(c.w, &c.d, w.now) {
		return
	}
	// The order of a queue: no request passes one that came before it and is not behind it by
	// priority.
	for x := q.waiters.First(); x != nil; x = x.links.Next() {
		if y, _ := x.Owner.(*call); !y.apart && y.came < c.came && y.rank < c.rank {
			w.fault("one of rank %d left before one of rank %d", c.rank, y.rank)
		}
	}
	w.seen.longest = max(w.seen.longest, w.now-c.came)
	w.send(c)
}

// arm begins a pause of a host or of a route.
func (w *world) arm() {
	w.seen.armed++
	host, route, d := w.r.IntN(2), w.r.IntN(2), time.Duration(1+w.r.IntN(400))*time.Millisecond
	key, until := pauseOf(host, route), &w.routes[host][route]
	if w.r.IntN(2) == 0 {
		key, until = w.c.Wide(key), &w.paused[host]
	}
	w.c.Arm(key, pauses.Order{For: d}, w.now)
	*until = max(*until, w.now+int64(d))
}

// change makes a rule stricter than it was at the beginning, or restores it.
func (w *world) change() {
	w.seen.changed++
	laws := make([]Law, len(w.laws))
	for i, law := range w.laws {
		law.Rate.Limit -= w.r.IntN(2)
		law.Rate.Burst = 0
		law.Rate.Per += time.Duration(w.r.IntN(2)*w.r.IntN(200)) * time.Millisecond
		laws[i] = w.mutate(law)
	}
	w.c.SetLaws(w.rules, laws, w.now)
}

// drain lets everything end, and checks that nothing stays.
func (w *world) drain() {
	for range 100_000 {
		if len(w.calls) == 0 {
			break
		}
		w.now += int64(time.Millisecond)
		if w.now >= w.c.LookAgainAt() {
			w.c.Tick(w.now)
		}
		w.wake()
		for i := len(w.calls) - 1; i >= 0; i-- {
			if w.touch(w.calls[i]) {
				w.calls[i] = w.calls[len(w.calls)-1]
				w.calls = w.calls[:len(w.calls)-1]
			}
			w.wake()
		}
	}
	if len(w.calls) > 0 {
		w.fault("%d requests never left", len(w.calls))
	}
	w.now += int64(time.Hour)
	w.c.Tick(w.now)
	s := w.c.State()
	s.Scans, s.Looks = 0, 0
	if s != (State{}) {
		w.fault("left over: %+v", s)
	}
	for _, r := range w.rules {
		r.Resources(func(x *Resource) {
			n := x.Counts(w.now)
			if n != (Counts{}) || x.queued != 0 || x.full != 0 || x.held != 0 || len(x.queues) != 0 {
				w.fault("rule %s keeps %+v, queued %d, full %d, held %d", r.Text, n, x.queued, x.full, x.held)
			}
		})
	}
}
