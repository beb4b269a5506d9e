package admission

// A State describes a core, for tests and figures.
type State struct {
	Waiting     int   // requests in queues
	Queues      int   // queues, including those with only granted requests
	Reacquiring int   // requests that reacquire
	Passing     int   // requests in progress that passed a pause
	Paused      int   // requests in queues that a pause holds back
	Scans       int64 // how many scans there were
	Looks       int64 // how many heads were examined in all
}

// State returns the state of the core.
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
