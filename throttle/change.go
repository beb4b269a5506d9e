package throttle

import (
	"fmt"

	"github.com/gracy-go/gracy/throttle/internal/admission"
)

// SetRules changes the rules while requests run and wait. It takes as many as
// there are, in the same order, and adopts Limit, Per, Margin, Burst, MaxQueue and
// MaxWait:
//
//	rules := l.Rules()
//	rules[0].Limit = 50
//	err := l.SetRules(rules...)
//
// What was sent stays counted: a window that is used up stays used up, and one
// that holds more than a lowered Limit opens when enough of it has passed. Of a
// Per that grows, sends that had left the shorter window are forgotten. Requests
// that wait keep their place; one whose cost is above a lowered Limit is rejected
// with [ErrCost].
//
// It changes nothing and returns an error if the rules are of another number,
// match other requests, have another Mode or make no sense, and for a rule with
// a store, whose counts are not ours to change. Key and Cost stay as they were.
func (l *Limiter) SetRules(rules ...Rule) error {
	return l.shell.change(func() ([]*admission.Rule, []admission.Law, error) {
		list := l.list()
		if len(rules) != len(list) {
			return nil, nil, fmt.Errorf("throttle: SetRules: %d rules for %d", len(rules), len(list))
		}
		next := make([]*rule, len(list))
		cores, laws := make([]*admission.Rule, len(list)), make([]admission.Law, len(list))
		for i, r := range rules {
			was := list[i]
			r.Key, r.Cost, r.Store = was.Key, was.Cost, was.Store
			c, err := r.check()
			switch {
			case err != nil:
				return nil, nil, fmt.Errorf("throttle: SetRules: rule %d: %w", i, err)
			case r.fields() != was.fields() || r.Mode != was.Mode:
				return nil, nil, fmt.Errorf("throttle: SetRules: rule %d: matching and Mode cannot change", i)
			case (c.Limit != was.Limit || c.Per != was.Per) && (was.Store != nil || was.Mode == Bucket):
				return nil, nil, fmt.Errorf("throttle: SetRules: rule %d: a store's limit cannot change", i)
			}
			c.matches, c.core = was.matches, was.core
			next[i], cores[i], laws[i] = c, c.core, c.law()
		}
		l.rules.Store(&next)
		return cores, laws, nil
	})
}
