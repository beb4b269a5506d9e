package admission

import (
	"testing"
	"time"

	"github.com/sethvargo/go-limiter"

	"github.com/gracy-go/gracy/throttle/internal/meter"
)

// Two keys are in use, and there is room for the count of one. When that is idle, the other gets a
// count of its own, with all that was counted for the two while it was not known which of the keys it
// belonged to.
func TestAKeyThatGetsACountOfItsOwnInheritsTheSharedOne(t *testing.T) {
	const second = int64(time.Second)
	store := func() limiter.Store { return nil }
	for name, test := range map[string]struct {
		limit int
		kind  Kind
		next  int64 // when the next request of the key may leave
	}{
		"a window":             {1, Kind{Windowed: true}, 19 * second},
		"a window with room":   {2, Kind{Windowed: true}, 11 * second},
		"a pacer":              {2, Kind{Windowed: true, Paced: true}, 14 * second},
		"a store":              {2, Kind{Store: Alone, NewStore: store}, 12 * second},
		"a store and a window": {1, Kind{Windowed: true, Store: Beside, NewStore: store}, 19 * second},
	} {
		test.kind.Keyed = true
		c := New()
		r := c.NewRule(Law{MaxQueue: 10, Rate: meter.Rate{Limit: test.limit, Per: 10 * time.Second, Burst: 1}}, test.kind)
		r.keys.Max = 1
		send := func(key string, now int64) *Resource {
			s := r.Resource(key, now)
			if s.tokens != nil {
				c.Recorded(s, now, meter.Reply{OK: false, Wait: 3 * time.Second})
			}
			d := &Demand{Keyed: true}
			d.Add(Part{Rule: r, Key: key, Cost: 1, resource: s})
			c.Commit(d, now)
			return s
		}
		if s := send("a", 0); s.Name() != r.KeyName("a") {
			t.Errorf("%s: the first key has the name %q, want %q", name, s.Name(), r.KeyName("a"))
		}
		shared := send("b", 9*second)
		if shared.Name() != "others" || shared != r.Resource("c", 9*second) {
			t.Errorf("%s: the second key has the name %q", name, shared.Name())
		}
		now := 11 * second
		own := r.Resource("b", now)
		if own == shared || own.Name() != r.KeyName("b") {
			t.Errorf("%s: the second key has no count of its own", name)
		}
		if at, _ := own.next(now, 1); at != test.next {
			t.Errorf("%s: its next request may leave at %s, want %s", name, time.Duration(at), time.Duration(test.next))
		}
	}
}
