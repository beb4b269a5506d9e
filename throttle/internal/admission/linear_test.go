package admission

import (
	"strconv"
	"testing"
	"time"

	"github.com/gracy-go/gracy/throttle/internal/meter"
	"github.com/gracy-go/gracy/throttle/internal/pauses"
)

// crowd is waiters that come, and are canceled in the order in which they came.
type crowd struct {
	rules  func(c *Core) []*Rule
	demand func(rules []*Rule, key int) *Demand
	keys   int
	each   int // waiters of a key
}

// allHeads makes each event concern every head. It is the control.
func allHeads(c *Core, now int64) {
	for _, q := range c.sched.queues.byKey {
		c.sched.seed(q)
	}
	c.sched.scan(now)
}

// run returns how many heads are examined for each waiter that comes, and for each that leaves.
func (x crowd) run(t *testing.T, after func(*Core, int64)) (come, leave float64) {
	t.Helper()
	c := New()
	c.MaxPaused = 1 << 30
	rules := x.rules(c)
	now := int64(0)
	for k := range x.keys {
		if c.Admit(x.demand(rules, k), now) != Admitted && x.each == 0 {
			t.Fatal("not admitted")
		}
	}
	n := x.keys * x.each
	waiters := make([]*Waiter, 0, n)
	for i := range n {
		w := new(Waiter)
		c.Enqueue(w, x.demand(rules, i%x.keys), 0, meter.Never, now)
		after(c, now)
		waiters = append(waiters, w)
	}
	if c.Waiting() != n {
		t.Fatalf("%d wait, want %d", c.Waiting(), n)
	}
	looks := c.State().Looks
	for _, w := range waiters {
		c.Cancel(w, now)
		after(c, now)
	}
	if s := c.State(); s.Waiting != 0 || s.Queues != 0 {
		t.Errorf("left over: %+v", s)
	}
	return float64(looks) / float64(n), float64(c.State().Looks-looks) / float64(n)
}

// keyed returns the demand of a key on all rules.
func keyed(rules []*Rule, key int) *Demand {
	d := &Demand{Keyed: true}
	for _, r := range rules {
		d.Add(Part{Rule: r, Key: strconv.Itoa(key), Cost: 1})
	}
	return d
}

func hourly(c *Core) *Rule {
	return c.NewRule(Law{Rate: meter.Rate{Limit: 1, Per: time.Hour}}, Kind{Windowed: true, Keyed: true})
}

// However many keys there are, a waiter costs the same. One that comes or leaves concerns only the
// heads that share something scarce with it.
func TestManyKeysCostNoMoreThanFew(t *testing.T) {
	const most = 3 // heads that are examined for each waiter that comes, and for each that leaves
	alone := func(c *Core) []*Rule { return []*Rule{hourly(c)} }
	shared := func(c *Core) []*Rule {
		return []*Rule{c.NewRule(Law{Rate: meter.Rate{Limit: 1 << 20, Per: time.Second}}, Kind{Windowed: true}), hourly(c)}
	}
	scarce := func(c *Core) []*Rule { // has room for the first only: all wait for the two
		return []*Rule{c.NewRule(Law{Rate: meter.Rate{Limit: 1, Per: time.Hour}}, Kind{Windowed: true})}
	}
	hosts := func(rules []*Rule, key int) *Demand {
		d := &Demand{Keyed: true, Pause: pauses.Key{Host: strconv.Itoa(key)}}
		d.Add(Part{Rule: rules[0], Cost: 1})
		return d
	}
	for name, x := range map[string]crowd{
		"1000 keys":                        {alone, keyed, 1000, 1},
		"10,000 keys":                      {alone, keyed, 10_000, 1},
		"10,000 keys and a rule for all":   {shared, keyed, 10_000, 1},
		"100,000 waiters of 10,000 keys":   {alone, keyed, 10_000, 10},
		"10,000 hosts and one scarce rule": {scarce, hosts, 10_000, 1},
	} {
		come, leave := x.run(t, func(*Core, int64) {})
		t.Logf("%s: %.2f heads are looked at for each that comes, %.2f for each that goes away", name, come, leave)
		if come > most || leave > most {
			t.Errorf("%s: %.2f heads are looked at for each that comes, %.2f for each that goes away, want at most %d", name, come, leave, most)
		}
	}
	come, leave := crowd{alone, keyed, 1000, 1}.run(t, allHeads)
	if come <= most || leave <= most {
		t.Errorf("the control looks at %.2f and %.2f heads: the bound cannot fail", come, leave)
	}
}
