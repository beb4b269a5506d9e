package admission

// A State is what a core holds, for tests and figures.
type State struct {
	Waiting     int   // requests in queues
	Queues      int   // queues, also those of which only granted requests are left
	Reacquiring int   // requests that reacquire
	Passing     int   // requests under way that passed a pause
	Paused      int   // requests in queues that a pause holds back
	Scans       int64 // how often the heads of queues were looked at
	Looks       int64 // how many heads were looked at in all
}

// State returns what the core holds.
func (c *Core) State() State {
	s := State{
		Waiting: c.sched.queues.waiting, Queues: len(c.sched.queues.byKey), Reacquiring: c.sched.reacquiring.list.Len(),
		Scans: c.sched.scans, Looks: c.sched.looks,
	}
	for p := range c.sched.pauses.All() {
		s.Passing += p.Passing()
		s.Paused += p.Waiting
	}
	return s
}

// Counts is what a resource counts.
type Counts struct {
	Counted, Entries, Outstanding int // of the window
	Waiting                       int // requests in queues that need it
	Asking                        bool
}

// Counts returns what the resource counts at now.
func (s *Resource) Counts(now int64) Counts {
	return Counts{
		s.window.Counted(now), s.window.Entries(), s.window.Outstanding(), s.waiting, s.tokens != nil && s.tokens.Asking(),
	}
}

// Resources calls do for every resource of the rule.
func (r *Rule) Resources(do func(*Resource)) {
	for s := range r.keys.All() {
		do(s)
	}
	if r.one != nil {
		do(r.one)
	}
}
