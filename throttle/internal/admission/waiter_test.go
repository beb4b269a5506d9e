package admission

import (
	"math"
	"testing"
	"time"

	"github.com/gracy-go/gracy/throttle/internal/meter"
	"github.com/gracy-go/gracy/throttle/internal/pauses"
)

func TestAWaiterKeepsTheCostOfEachPart(t *testing.T) {
	for _, tt := range []struct {
		name  string
		costs []int
		apart bool
	}{
		{"none", nil, false},
		{"one", []int{7}, false},
		{"alike", []int{3, 3, 3}, false},
		{"different", []int{3, 1, 4}, true},
		{"large", []int{math.MaxInt / 2}, math.MaxInt > math.MaxUint32},
	} {
		var d Demand
		for _, c := range tt.costs {
			d.Add(Part{Cost: c})
		}
		var w Waiter
		w.setCosts(&d)
		if apart := w.apart != nil && w.apart.costs != nil; apart != tt.apart {
			t.Errorf("%s: kept apart is %v, want %v", tt.name, apart, tt.apart)
		}
		for i, want := range tt.costs {
			if got := w.costOf(i); got != want {
				t.Errorf("%s: part %d costs %d, want %d", tt.name, i, got, want)
			}
		}
	}
}

func TestAReservationLastsLongerEachTime(t *testing.T) {
	c := New()
	var d Demand
	w := new(Waiter)
	c.Enqueue(w, &d, 0, meter.Never, 0)
	for expiries, want := range []uint8{1, 2, 4, 8, 16, 32, 64, 128, 128} {
		if w.expiries = uint8(expiries); !w.MayLeave() {
			t.Fatal("it may not leave")
		}
		c.Reacquire(w, 0)
		if got := time.Duration(c.LookAgainAt()); got != time.Duration(1+int(want))*time.Second {
			t.Errorf("after %d expiries: %s, want 1+%d seconds", expiries, got, want)
		}
		c.sched.rollBack(w, 0)
		c.Requeue(w, &d, 0)
	}
	c.Cancel(w, 0)
	if at := c.LookAgainAt(); at != meter.Never {
		t.Errorf("to look again at %d, want never", at)
	}
}

// The transitions of a waiter, by the call that makes each.
func TestTheStatesOfAWaiter(t *testing.T) {
	const second = int64(time.Second)
	key := pauses.Key{Host: "a.test"}
	for name, tt := range map[string]struct {
		do   func(c *Core, w *Waiter, d *Demand)
		want state
	}{
		"it comes":               {func(*Core, *Waiter, *Demand) {}, queued},
		"it gives up":            {func(c *Core, w *Waiter, _ *Demand) { c.Cancel(w, 1) }, gone},
		"everything is closed":   {func(c *Core, _ *Waiter, _ *Demand) { c.Close(1) }, gone},
		"a pause is too long":    {func(c *Core, _ *Waiter, _ *Demand) { c.Arm(key, pauses.Order{For: time.Hour}, 1) }, gone},
		"there is room":          {func(c *Core, _ *Waiter, _ *Demand) { c.Tick(second) }, granted},
		"granted, it leaves":     {func(c *Core, w *Waiter, d *Demand) { c.Tick(second); c.Confirm(w, d, second) }, gone},
		"granted, it gives up":   {func(c *Core, w *Waiter, _ *Demand) { c.Tick(second); c.Cancel(w, second) }, gone},
		"granted, it reacquires": {func(c *Core, w *Waiter, _ *Demand) { c.Tick(second); c.Reacquire(w, second) }, reacquiring},
		"granted, a pause begins": {func(c *Core, w *Waiter, d *Demand) {
			c.Tick(second)
			c.Arm(key, pauses.Order{For: time.Second}, second)
			c.Confirm(w, d, second)
		}, queued},
		"reacquiring, a pause begins": {func(c *Core, w *Waiter, d *Demand) {
			c.Tick(second)
			c.Reacquire(w, second)
			c.Arm(key, pauses.Order{For: time.Second}, second)
			c.Confirm(w, d, second)
		}, queued},
		"reacquiring, it leaves": {func(c *Core, w *Waiter, d *Demand) {
			c.Tick(second)
			c.Reacquire(w, second)
			c.Confirm(w, d, 2*second)
		}, gone},
		"reacquiring, for too long": {func(c *Core, w *Waiter, _ *Demand) {
			c.Tick(second)
			c.Reacquire(w, second)
			c.Tick(c.LookAgainAt())
		}, expired},
		"expired, it comes back": {func(c *Core, w *Waiter, d *Demand) {
			c.Tick(second)
			c.Reacquire(w, second)
			at := c.LookAgainAt()
			c.Tick(at)
			c.Requeue(w, d, at)
		}, granted}, // there is room still
		"expired, it gives up": {func(c *Core, w *Waiter, _ *Demand) {
			c.Tick(second)
			c.Reacquire(w, second)
			c.Tick(c.LookAgainAt())
			c.Cancel(w, 5*second)
		}, gone},
	} {
		c := New()
		r := c.NewRule(Law{MaxQueue: 10, Rate: meter.Rate{Limit: 1, Per: time.Second}}, Kind{Windowed: true})
		demand := func() *Demand {
			d := &Demand{Pause: key, Keyed: true}
			d.Add(Part{Rule: r, Cost: 1})
			return d
		}
		if c.Admit(demand(), 0) != Admitted {
			t.Fatal("the first one is not admitted")
		}
		w, d := new(Waiter), demand()
		c.Enqueue(w, d, 0, 10*second, 0)
		tt.do(c, w, d)
		if w.state != tt.want {
			t.Errorf("%s: state %d, want %d", name, w.state, tt.want)
		}
	}
}

// A token of a ninth rule with a store is given back like one of the first.
func TestEachPartGivesItsTokensBack(t *testing.T) {
	c := New()
	d := &Demand{Keyed: true}
	for range 12 {
		r := c.NewRule(Law{MaxQueue: 10, Rate: meter.Rate{Limit: 1, Per: time.Second}}, Kind{Store: Alone, NewStore: noStore})
		d.Add(Part{Rule: r, Cost: 1})
	}
	w := new(Waiter)
	c.Enqueue(w, d, 0, meter.Never, 0)
	for w.IsToAsk() {
		s, cost := c.Ask(w)
		if r := c.Asked(w, s, cost, 0, 0, &meter.Reply{Limit: 1, OK: true, Wait: time.Second}); r != nil {
			t.Fatal(r)
		}
	}
	if !w.Granted() {
		t.Fatal("it is not granted")
	}
	c.Cancel(w, 0)
	if c.Admit(d, 0) != Admitted {
		t.Error("the next one has to ask for tokens that are there")
	}
}
