package admission

import (
	"testing"
	"time"

	"github.com/gracy-go/gracy/throttle/internal/meter"
	"github.com/gracy-go/gracy/throttle/internal/pauses"
)

// Two pauses end at once, that of a route and that of its host, and each lets one request go. A
// request that had to pass both could wait for the two in turn forever.
func TestARequestThatHasPassedOnePauseNeedNotPassTheOther(t *testing.T) {
	const second = int64(time.Second)
	c := New()
	key := pauses.Key{Scheme: "https", Host: "api.test", Method: "GET", Route: "/x"}
	other := pauses.Key{Scheme: "https", Host: "api.test", Method: "GET", Route: "/y"}
	c.Arm(key, pauses.Order{For: time.Second}, 0)
	c.Arm(key.OfHost(), pauses.Order{For: time.Second}, 0)
	wait := func(d *Demand) *Waiter {
		w := new(Waiter)
		if c.Admit(d, 0) != MustQueue {
			t.Fatal("a request is admitted during a pause")
		}
		c.Enqueue(w, d, 0, meter.Never, 0)
		return w
	}
	narrow, wide := &Demand{Pause: key, Keyed: true}, &Demand{Pause: other, Keyed: true}
	w, first := wait(narrow), wait(wide)
	c.Tick(second)
	if !first.Granted() || !c.Confirm(first, wide, second) {
		t.Fatal("the host lets none go")
	}
	if !w.Granted() || !c.Confirm(w, narrow, second) {
		t.Error("a request that has passed the pause of the route waits for that of the host")
	}
	if !narrow.Recount(c, second) {
		t.Error("it waits for that of the host after all")
	}
}

// Two requests wait for a window, in the queue of their host. Meanwhile the server asks their route to
// pause. When there is room again that has ended, but only one request may go until the server has
// responded to it.
func TestAPauseThatARequestDoesNotQueueForLetsOneGo(t *testing.T) {
	const second = int64(time.Second)
	c := New()
	r := c.NewRule(Law{MaxQueue: 10, Rate: meter.Rate{Limit: 2, Per: 2 * time.Second}}, Kind{Windowed: true})
	key := pauses.Key{Scheme: "https", Host: "api.test", Method: "GET", Route: "/x"}
	demand := func() *Demand {
		d := &Demand{Pause: key, Keyed: true}
		d.Add(Part{Rule: r, Cost: 1})
		return d
	}
	for range 2 {
		if c.Admit(demand(), 0) != Admitted {
			t.Fatal("the window has no room at first")
		}
	}
	var ws [2]Waiter
	ds := [2]*Demand{demand(), demand()}
	for i := range ws {
		c.Enqueue(&ws[i], ds[i], 0, meter.Never, 0)
	}
	c.Arm(key, pauses.Order{For: 2 * time.Second}, 0)
	c.Tick(2 * second)
	for i := range ws {
		if !ws[i].Granted() || c.Confirm(&ws[i], ds[i], 2*second) {
			t.Errorf("request %d leaves without regard to the pause of its route", i)
		}
	}
	if !ws[0].Granted() || !c.Confirm(&ws[0], ds[0], 2*second) || !ds[0].Passed() || ws[1].Granted() {
		t.Error("the first after the pause does not go, or the second goes too")
	}
	if c.Finish(ds[0], Good, 2*second); !ws[1].Granted() || !c.Confirm(&ws[1], ds[1], 2*second) {
		t.Error("the second does not go after the first has its response")
	}
}
