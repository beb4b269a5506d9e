package admission

import (
	"time"

	"github.com/gracy-go/gracy/throttle/internal/meter"
	"github.com/gracy-go/gracy/throttle/internal/pauses"
)

// A Reason is why a waiter is rejected.
type Reason uint8

// The reasons.
const (
	QueueFull   Reason = iota // MaxQueue requests wait already
	TooLate                   // it cannot leave before its deadline
	TooLong                   // it cannot leave within MaxWait
	TooHeavy                  // it costs more than the limit
	StoreFailed               // a store that decides alone failed
	Closed                    // everything is closed
)

// A Rejection says why a waiter is rejected, with the figures.
type Rejection struct {
	Reason  Reason
	Rule    string        // the text of the rule, or of the pause
	Key     string        // the name of the key
	Wait    time.Duration // the least wait that would have been needed
	Queue   int           // how many requests wait for the same
	Left    time.Duration // until the deadline
	MaxWait time.Duration
	Cost    int
	Err     error // of the store
}

// A Forecast is what a waiter waits for first.
type Forecast struct {
	Paused  bool // it waits for the end of a pause
	Wait    time.Duration
	Rule    string // the text of the rule, or of the pause
	Key     string // the name of the key
	Limit   int
	Per     time.Duration
	MaxWait time.Duration // the least of its rules, or 0
}

// Forecast determines what w, which is queued with the demand d, waits for. It returns a rejection
// if, as things stand, w would wait in vain, or if w is fresh and the queue is full.
func (c *Core) Forecast(w *Waiter, d *Demand, now int64, fresh bool, f *Forecast) *Rejection {
	if r := w.queue.tooHeavy(w); r != nil { // the rules changed meanwhile
		return r
	}
	last := now
	for i := range d.n {
		s, cost := d.Part(i).resource, d.Part(i).Cost
		r := s.rule
		at := s.eta(now, w.queue.ahead(w, i), cost)
		wait := time.Duration(at - now)
		switch {
		case fresh && s.waiting > r.MaxQueue && !s.tokensOnly(now):
			return s.rejection(wait)
		case at > w.deadline || r.MaxWait > 0 && wait > r.MaxWait:
			return s.rejection(wait).late(w, now, at, r.MaxWait)
		}
		if r.MaxWait > 0 && (f.MaxWait == 0 || r.MaxWait < f.MaxWait) {
			f.MaxWait = r.MaxWait
		}
		if at > last || f.Rule == "" {
			last = max(at, last)
			f.Wait, f.Rule, f.Key, f.Limit, f.Per = wait, r.Text, s.Name(), r.Rate.Limit, r.Rate.Per
		}
	}
	if p := w.queue.group.current(); p != nil {
		return f.pause(w, p, now, last, fresh && p.Waiting > c.MaxPaused)
	}
	return nil
}

// pause is the part of [Core.Forecast] that concerns a pause. last is when everything else lets w
// go.
func (f *Forecast) pause(w *Waiter, p *pauses.Pause, now, last int64, full bool) *Rejection {
	wait := time.Duration(max(p.Until()-now, 0))
	switch {
	case full:
		return pauseRejection(p, wait, p.Waiting-1)
	case p.Until() > w.deadline || f.MaxWait > 0 && wait > f.MaxWait:
		return pauseRejection(p, wait, p.Waiting-1).late(w, now, p.Until(), f.MaxWait)
	case max(p.Until(), now) >= last: // also if it has ended, and lets one request after the other go
		*f = Forecast{Paused: true, Wait: wait, Rule: p.Text(), MaxWait: f.MaxWait}
	}
	return nil
}

// rejection returns the rejection of a waiter that would have to wait that long for the resource.
func (s *Resource) rejection(wait time.Duration) *Rejection {
	return &Rejection{Rule: s.rule.Text, Key: s.Name(), Wait: wait, Queue: s.waiting - 1}
}

// pauseRejection returns the rejection of a waiter that would have to wait that long for a pause.
func pauseRejection(p *pauses.Pause, wait time.Duration, queue int) *Rejection {
	return &Rejection{Rule: p.Text(), Wait: wait, Queue: queue}
}

// late makes r the rejection of w, which cannot leave before at.
func (r *Rejection) late(w *Waiter, now, at int64, maxWait time.Duration) *Rejection {
	if r.Reason, r.MaxWait = TooLong, maxWait; at > w.deadline {
		r.Reason, r.Left = TooLate, time.Duration(w.deadline-now)
	}
	return r
}

// tooHeavy returns the rejection of w, which is in the queue, if it costs more than a limit, or
// nil.
func (q *Queue) tooHeavy(w *Waiter) *Rejection {
	for i := range q.parts {
		s := q.parts[i].resource
		if cost := w.costOf(i); cost > s.rule.Rate.Limit {
			return s.tooHeavy(cost)
		}
	}
	return nil
}

// tooHeavy returns the rejection of a request that costs more than the resource ever has.
func (s *Resource) tooHeavy(cost int) *Rejection {
	return &Rejection{Reason: TooHeavy, Rule: s.rule.Text, Key: s.Name(), Cost: cost}
}

// Ask begins the question of w to a store. The caller asks the store for one token and must then
// call [Core.Asked], even if there was no reply. Ask returns the resource to ask for and how many
// tokens w needs.
func (c *Core) Ask(w *Waiter) (s *Resource, cost int) {
	w.asking = true
	i := int(w.ask) - 1
	return w.queue.parts[i].resource, w.costOf(i)
}

// Asked records the reply to the question that w asked at the instant asked. r is nil if there was
// none. Asked returns a rejection if w cannot leave because of the reply, whether or not w is still
// in its queue.
func (c *Core) Asked(w *Waiter, s *Resource, cost int, asked, now int64, r *meter.Reply) *Rejection {
	w.ask, w.asking = 0, false
	s.tokens.Ask(false)
	for _, q := range s.queues {
		c.sched.seed(q)
	}
	if w.state == queued {
		c.sched.seed(w.queue)
	}
	if r == nil {
		return nil // w gave up: the next one asks
	}
	s.tokens.Record(asked, now, *r, s.rule.Rate.Per)
	switch {
	case s.tokens.Err() != nil:
		return &Rejection{Reason: StoreFailed, Rule: s.rule.Text, Key: s.Name(), Err: s.tokens.Err()}
	case r.Err == nil && r.Limit > 0 && r.Limit < uint64(cost): //nolint:gosec // positive
		return s.tooHeavy(cost) // so many tokens are never available at once
	}
	c.sched.scan(now)
	return nil
}
