package throttle

import "fmt"

// SetRules changes the rules while requests run and wait. It takes as many as
// there are, in the same order, and adopts Limit, Per, Guard, Burst, MaxQueue and
// MaxWait:
//
//	rules := l.Rules()
//	rules[0].Limit = 50
//	err := l.SetRules(rules...)
//
// What was sent stays counted: a window that is used up stays used up, and one
// that holds more than a lowered Limit opens when enough of it has passed. Of a
// Per that grows, sends that had left the shorter window are forgotten. Those
// who wait keep their place; whose cost is above a lowered Limit is refused with
// [ErrCost].
//
// It changes nothing and returns an error if the rules are of another number,
// match other requests, have another Mode or make no sense, and for a rule with
// a store, whose counts are not ours to change. Key and Cost stay as they were.
func (l *Limiter) SetRules(rules ...Rule) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	list := l.list()
	if len(rules) != len(list) {
		return fmt.Errorf("throttle: SetRules: %d rules for %d", len(rules), len(list))
	}
	next := make([]*rule, len(list))
	for i, r := range rules {
		was := list[i]
		r.Key, r.Cost, r.Store = was.Key, was.Cost, was.Store
		c, err := r.check()
		switch {
		case err != nil:
			return fmt.Errorf("throttle: SetRules: rule %d: %w", i, err)
		case r.fields() != was.fields() || r.Mode != was.Mode:
			return fmt.Errorf("throttle: SetRules: rule %d: matching and Mode cannot change", i)
		case (c.Limit != was.Limit || c.Per != was.Per) && (was.Store != nil || was.Mode == Bucket):
			return fmt.Errorf("throttle: SetRules: rule %d: a store's limit cannot change", i)
		}
		c.match, c.counts = was.match, was.counts
		next[i] = c
	}
	for _, r := range next {
		r.latest = r
		r.each(func(s *resource) { s.adopt(r) })
	}
	l.rules.Store(&next)
	l.refuseHeavy()
	l.scan(l.now())
	return nil
}

func (c *counts) each(do func(*resource)) {
	for _, s := range c.keys {
		do(s)
	}
	if c.one != nil {
		do(c.one)
	}
	if c.rest != nil {
		do(c.rest)
	}
}

// adopt goes by a changed rule from now on and forgets nothing.
func (s *resource) adopt(r *rule) {
	s.rule = r
	if s.win.limit == 0 {
		return
	}
	w := newWindow(r.Limit, r.Per, r.Guard)
	s.win.limit, s.win.span, s.win.grain = w.limit, w.span, w.grain
	if r.Mode == Paced {
		free := s.pace.free
		s.pace = newPacer(r)
		s.pace.free = free
	}
}

// refuseHeavy refuses those in the queue that no window will ever hold.
func (l *Limiter) refuseHeavy() {
	for _, c := range append([]*class(nil), l.heads...) {
		for w := c.first; w != nil; {
			next := w.next
			if err := w.tooHeavy(); err != nil && w.err == nil {
				w.err = err
				l.leave(w)
				w.wake()
			}
			w = next
		}
	}
}

// tooHeavy returns the refusal of what is in the queue and above a limit.
func (w *waiter) tooHeavy() *Error {
	for i, s := range w.class.needs {
		if r := s.rule; w.costOf(i) > r.Limit {
			return &Error{Rule: r.text, Key: s.name(), Reason: ErrCost}
		}
	}
	return nil
}
