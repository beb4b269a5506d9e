package throttle

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/gracy-go/gracy/throttle/exact"
	"github.com/gracy-go/gracy/throttle/internal/storetest"
)

func TestExactStoreWithAQueueAndWithout(t *testing.T) {
	const n, limit = 2000, 100
	for name, tt := range map[string]struct {
		queue       bool
		least, most float64 // takes for each admitted
		inside      bool    // several at once
	}{
		"through the queue":              {true, 1, 1.02, false},
		"sleep until reset, the control": {false, 5, n, true},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c := &counted{Store: exact.NewStore(limit, time.Second), slow: time.Millisecond}
				l := New(Rule{Limit: limit, Mode: Bucket, Store: c})
				rt := l.Wrap(&server{})
				order := storetest.Line(n, func(int) {
					if !tt.queue {
						storetest.SleepUntilReset(t.Context(), c)
					} else if _, err := get(t.Context(), rt, "/"); err != nil {
						t.Error(err)
					}
				})
				if per := float64(c.takes.Load()) / n; per < tt.least || per > tt.most || (c.most.Load() > 1) != tt.inside {
					t.Errorf("%.2f takes for each admitted, %d at once", per, c.most.Load())
				}
				if tt.queue != inOrder(order, 1) {
					t.Errorf("in the order of coming: %v", !tt.queue)
				}
				quiet(t, l)
			})
		})
	}
}
