package admission

import (
	"testing"
	"time"

	"github.com/gracy-go/gracy/throttle/internal/meter"
	"github.com/gracy-go/gracy/throttle/internal/pauses"
)

// Each reservation lasts its own time, whenever the others began.
func TestReservationsDoNotShareAClock(t *testing.T) {
	c := New()
	r := c.NewRule(Law{MaxQueue: 10, Rate: meter.Rate{Limit: 2, Per: time.Second}}, Kind{Windowed: true})
	demand := func() *Demand {
		d := &Demand{Keyed: true}
		d.Add(Part{Rule: r, Cost: 1})
		return d
	}
	for range 2 {
		if c.Admit(demand(), 0) != Admitted {
			t.Fatal("the window has no room at first")
		}
	}
	second := int64(time.Second)
	a, b := new(Waiter), new(Waiter)
	c.Enqueue(a, demand(), 0, meter.Never, 0)
	c.Enqueue(b, demand(), 0, meter.Never, 0)
	c.Tick(second)
	c.Reacquire(a, second)
	c.Reacquire(b, second+1990*int64(time.Millisecond))
	c.Tick(3 * second)
	if !a.Expired() || b.Expired() {
		t.Errorf("after 2 s and 10 ms: expired is %v and %v, want the first alone", a.Expired(), b.Expired())
	}
	if at := c.LookAgainAt(); at != 3*second+1990*int64(time.Millisecond) {
		t.Errorf("the second one expires at %s, want 2 s after it began", time.Duration(at))
	}
}

// A queue stays known while one of its waiters reacquires. A pause that then begins holds the
// waiter back, although nothing else is in the queue.
func TestAPauseHoldsBackTheLastOfAQueueThatReacquires(t *testing.T) {
	for name, visit := range map[string]bool{"alone": false, "after another came and went": true} {
		c := New()
		r := c.NewRule(Law{MaxQueue: 10, Rate: meter.Rate{Limit: 1, Per: time.Second}}, Kind{Windowed: true})
		key := pauses.Key{Host: "api.test"}
		demand := func() *Demand {
			d := &Demand{Pause: key, Keyed: true}
			d.Add(Part{Rule: r, Cost: 1})
			return d
		}
		if c.Admit(demand(), 0) != Admitted {
			t.Fatal("the window has no room at first")
		}
		second := int64(time.Second)
		w, d := new(Waiter), demand()
		c.Enqueue(w, d, 0, meter.Never, 0)
		c.Tick(second)
		c.Reacquire(w, second)
		if visit {
			other := new(Waiter)
			c.Enqueue(other, demand(), 0, meter.Never, second)
			c.Cancel(other, second)
		}
		c.Arm(key, pauses.Order{For: time.Second}, second)
		if c.Confirm(w, d, second) {
			t.Errorf("%s: it leaves during a pause", name)
		}
	}
}
