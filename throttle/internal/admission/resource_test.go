package admission

import (
	"testing"
	"time"

	"github.com/sethvargo/go-limiter"

	"github.com/gracy-go/gracy/throttle/internal/meter"
)

// A rule lets nobody wait. A request that comes while its store is asked for another one waits for the
// replies alone, which is no queue, as long as nothing else is known to be in the way.
func TestAWaitForTheReplyOfAStoreIsNoQueue(t *testing.T) {
	store := func() limiter.Store { return nil }
	for name, test := range map[string]struct {
		limit int
		kind  Kind
		none  bool // the store has replied that it has no token for a while
		full  bool
	}{
		"the store alone":         {1, Kind{Store: Alone, NewStore: store}, false, false},
		"a window with room":      {2, Kind{Windowed: true, Store: Beside, NewStore: store}, false, false},
		"a window without":        {1, Kind{Windowed: true, Store: Beside, NewStore: store}, false, true},
		"a store without a token": {2, Kind{Store: Alone, NewStore: store}, true, true},
	} {
		c := New()
		r := c.NewRule(Law{Rate: meter.Rate{Limit: test.limit, Per: time.Minute}}, test.kind)
		come := func() *Rejection {
			d := &Demand{Keyed: true}
			d.Add(Part{Rule: r, Cost: 1})
			w := new(Waiter)
			c.Enqueue(w, d, 0, meter.Never, 0)
			rejection := c.Forecast(w, d, 0, true, new(Forecast))
			if w.IsToAsk() {
				s, cost := c.Ask(w)
				if test.none {
					c.Asked(w, s, cost, 0, 0, &meter.Reply{Wait: time.Second})
				}
			}
			return rejection
		}
		if first := come(); first != nil {
			t.Errorf("%s: the request that asks is rejected: %+v", name, first)
		}
		second := come()
		if full := second != nil && second.Reason == QueueFull && second.Queue == 1; full != test.full || second != nil && !full {
			t.Errorf("%s: for the second request the queue is full: %v, want %v; %+v", name, full, test.full, second)
		}
	}
}
