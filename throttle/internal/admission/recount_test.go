package admission

import (
	"errors"
	"testing"
	"time"

	"github.com/sethvargo/go-limiter"

	"github.com/gracy-go/gracy/throttle/internal/meter"
	"github.com/gracy-go/gracy/throttle/internal/pauses"
)

// A window of 10 s has room for two requests. One is counted at the beginning and has not left yet.
func TestRecount(t *testing.T) {
	const second = int64(time.Second)
	key := pauses.Key{Scheme: "https", Host: "api.test", Method: "GET", Route: "/x"}
	for name, test := range map[string]struct {
		others []int64 // when others are admitted
		pause  int64   // when a pause of a second begins, 0 for none
		over   bool    // whether the request is over, at 8 s
		at     int64   // when it counts again
		ok     bool
		next   int64 // when there is room for one more
	}{
		"at once":                         {[]int64{0}, 0, false, 0, true, 10 * second},
		"within the window":               {[]int64{5 * second}, 0, false, 9 * second, true, 15 * second},
		"after it":                        {[]int64{5 * second}, 0, false, 10 * second, true, 15 * second},
		"where there is no room any more": {[]int64{5 * second, 10 * second}, 0, false, 11 * second, false, 15 * second},
		"during a pause":                  {nil, 3 * second, false, 3*second + second/2, false, 3*second + second/2},
		"while that opens slowly":         {nil, 3 * second, false, 6 * second, false, 6 * second},
		"when it is over":                 {[]int64{5 * second}, 0, true, 9 * second, true, 10 * second},
	} {
		t.Run(name, func(t *testing.T) {
			c := New()
			r := c.NewRule(Law{MaxQueue: 10, Rate: meter.Rate{Limit: 2, Per: 10 * time.Second}}, Kind{Windowed: true})
			admit := func(now int64) *Demand {
				d := &Demand{Pause: key, Keyed: true}
				d.Add(Part{Rule: r, Cost: 1})
				if c.Admit(d, now) != Admitted {
					t.Fatalf("none is admitted at %s", time.Duration(now))
				}
				return d
			}
			d := admit(0)
			for _, at := range test.others {
				admit(at)
			}
			if test.pause > 0 {
				c.Arm(key.OfHost(), pauses.Order{For: time.Second}, test.pause)
			}
			if test.over {
				c.Finish(d, Good, 8*second)
			}
			if ok := d.Recount(c, test.at); ok != test.ok || d.committed != (test.ok && !test.over) {
				t.Errorf("it counts: %v, and is committed: %v; want %v", ok, d.committed, test.ok)
			}
			if at := r.Resource("", test.at).window.Next(test.at, 1); at != test.next {
				t.Errorf("there is room for one more at %s, want %s", time.Duration(at), time.Duration(test.next))
			}
			if n := r.Resource("", test.at).Counts(test.at); n.Outstanding != 0 || n.Waiting != 0 {
				t.Errorf("left over: %+v", n)
			}
		})
	}
}

// A full map drops the count of a key while its request waits for something else, and another
// request of the key comes. Both count as one key.
func TestRecountOfAKeyThatWasDropped(t *testing.T) {
	const second = int64(time.Second)
	c := New()
	r := c.NewRule(Law{MaxQueue: 10, Rate: meter.Rate{Limit: 1, Per: time.Second}}, Kind{Windowed: true, Keyed: true})
	r.keys.Max = 1
	admit := func(key string, now int64) *Demand {
		d := &Demand{Pause: pauses.Key{Scheme: "https", Host: "api.test"}, Keyed: true}
		d.Add(Part{Rule: r, Key: key, Cost: 1})
		if c.Admit(d, now) != Admitted {
			t.Fatalf("%s is not admitted at %s", key, time.Duration(now))
		}
		return d
	}
	d := admit("a", 0)
	admit("b", 3*second)
	admit("a", 5*second)
	if at := 5*second + second/2; d.Recount(c, at) {
		t.Error("it counts, and the other one of the key has just left")
	}
	if !d.Recount(c, 6*second) || d.committed {
		t.Error("what is not counted counts anew")
	}
}

// Tokens of a store stay spent, since it takes none back. One that expires while the request waits
// for something else might expire again while the request waits once more.
func TestRecountAsksNoStore(t *testing.T) {
	const second = int64(time.Second)
	for name, reply := range map[string]meter.Reply{
		"a token that expires": {OK: true, Wait: time.Second},
		"none for a while":     {Err: errors.New("store")},
	} {
		c := New()
		r := c.NewRule(Law{MaxQueue: 10, Rate: meter.Rate{Limit: 10, Per: time.Second}}, Kind{Windowed: true, Store: Beside, NewStore: func() limiter.Store { return nil }})
		c.Recorded(r.Resource("", 0), 0, reply)
		d := &Demand{}
		d.Add(Part{Rule: r, Cost: 1})
		if c.Admit(d, 0) != Admitted {
			t.Fatalf("%s: it is not admitted", name)
		}
		if !d.Recount(c, 2*second) || !d.committed {
			t.Errorf("%s: it does not count anew", name)
		}
		if n := r.Resource("", 0).Counts(2 * second); n.Counted != 1 {
			t.Errorf("%s: %d count in the window, want 1", name, n.Counted)
		}
	}
}

// A request that gives back what it was counted for lets others go at once: the next for the room in
// the window, and the next after the pause that it had passed.
func TestWhatRecountGivesBackGoesToOthers(t *testing.T) {
	const second = int64(time.Second)
	route := func(name string) pauses.Key {
		return pauses.Key{Scheme: "https", Host: "api.test", Method: "GET", Route: name}
	}
	for name, test := range map[string]struct {
		limit int
		pause bool // whether the request has passed one
	}{"the room": {1, false}, "the pass": {100, true}} {
		c := New()
		r := c.NewRule(Law{MaxQueue: 10, Rate: meter.Rate{Limit: test.limit, Per: time.Minute}}, Kind{Windowed: true})
		demand := func(route pauses.Key) *Demand {
			d := &Demand{Pause: route, Keyed: true}
			d.Add(Part{Rule: r, Cost: 1})
			return d
		}
		wait := func(d *Demand, now int64) *Waiter {
			w := new(Waiter)
			c.Enqueue(w, d, 0, meter.Never, now)
			return w
		}
		d := demand(route("/x"))
		if test.pause {
			c.Arm(route("/x").OfHost(), pauses.Order{For: time.Second}, 0)
			w := wait(d, 0)
			c.Tick(second)
			if !w.Granted() || !c.Confirm(w, d, second) || !d.Passed() {
				t.Fatalf("%s: the first does not pass", name)
			}
		} else if c.Admit(d, 0) != Admitted {
			t.Fatalf("%s: the first is not admitted", name)
		}
		next, last := wait(demand(route("/y")), second), wait(demand(route("/y")), second)
		c.Arm(route("/x"), pauses.Order{For: time.Minute}, second)
		if next.Granted() || last.Granted() {
			t.Errorf("%s: there was enough for all", name)
		}
		if d.Recount(c, second) || d.Passed() {
			t.Errorf("%s: a request counts during a pause", name)
		}
		if !next.Granted() || last.Granted() {
			t.Errorf("%s: of two that wait, granted are %v and %v, want the first", name, next.Granted(), last.Granted())
		}
	}
}
