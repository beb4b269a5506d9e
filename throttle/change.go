package throttle

import (
	"fmt"

	"github.com/gracy-go/gracy/throttle/internal/admission"
)

// SetRules changes rules while requests run and wait. It takes as many rules as there are, in
// the same order, and adopts their Limit, Per, Margin, Burst, MaxQueue and MaxWait:
//
//	rules := l.Rules()
//	rules[0].Limit = 50
//	err := l.SetRules(rules...)
//
// What was sent stays counted. A window that is used up stays used up, and one that holds more
// than a lowered Limit opens when enough of it has passed. If Per grows, sends that had already
// left the shorter window stay forgotten. Waiting requests keep their place, but one whose
// cost is above a lowered Limit is rejected with [ErrCost]. Key and Cost do not change.
//
// SetRules returns an error and changes nothing if the number of rules differs, if a rule
// matches other requests, has another Mode or makes no sense, or if a rule with a Store or
// the mode [Bucket] has another Limit or Per.
func (l *Limiter) SetRules(rules ...Rule) error {
	return l.shell.change(func() ([]*admission.Rule, []admission.Law, error) {
		list := l.list()
		if len(rules) != len(list) {
			return nil, nil, fmt.Errorf("throttle: SetRules: got %d rules, want %d", len(rules), len(list))
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
				return nil, nil, fmt.Errorf("throttle: SetRules: rule %d: Mode and which requests match cannot change", i)
			case (c.Limit != was.Limit || c.Per != was.Per) && (was.Store != nil || was.Mode == Bucket):
				return nil, nil, fmt.Errorf("throttle: SetRules: rule %d: Limit and Per cannot change with a Store or in the mode Bucket", i)
			}
			c.matches, c.core = was.matches, was.core
			next[i], cores[i], laws[i] = c, c.core, c.law()
		}
		l.rules.Store(&next)
		return cores, laws, nil
	})
}
