package timeout

import (
	"context"
	"net/http"
	"testing"
	"testing/synctest"
	"time"
)

// begun returns a deadline with the rule r that begins now, within parent. Its clock has counted for
// age.
func begun(t *testing.T, parent context.Context, r rule, age time.Duration) *deadline {
	t.Helper()
	l := &deadline{rule: r}
	l.begin(parent, nil, newAlarms(r.limit), &clock{time.Now().Add(-age)}, age)
	t.Cleanup(l.leave)
	return l
}

// until returns a context with a deadline, within parent.
func until(t *testing.T, parent context.Context, deadline time.Time) context.Context {
	t.Helper()
	ctx, cancel := context.WithDeadline(parent, deadline)
	t.Cleanup(cancel)
	return ctx
}

// How much time is left until the deadline of a request is mostly found without a reading of the
// clock, from what two clocks have counted.
func TestHowMuchTimeIsLeft(t *testing.T) {
	const left = 20 * time.Second
	for _, passed := range []time.Duration{0, 5 * time.Second, left, left + time.Second} {
		for _, age := range []time.Duration{0, time.Hour} {
			synctest.Test(t, func(t *testing.T) {
				caller := until(t, t.Context(), time.Now().Add(left))
				limit := begun(t, t.Context(), rule{limit: left}, time.Minute)
				past := begun(t, caller, rule{limit: time.Second}, time.Minute)
				past.meet()
				contexts := map[string]context.Context{
					"the caller's": caller,
					"the caller's, without a monotonic reading": until(t, t.Context(), time.Now().Add(left).Round(0)),
					"of a limit":                                         &limit.ctx,
					"of a limit, in another context":                     until(t, &limit.ctx, time.Now().Add(time.Hour)),
					"the caller's, in a limit that is met":               &past.ctx,
					"the caller's, in a limit of the request body alone": &begun(t, caller, rule{idle: time.Second}, time.Minute).ctx,
				}
				time.Sleep(passed)
				c := &clock{time.Now().Add(-age)}
				for name, ctx := range contexts {
					if got, ok := remaining(ctx, c, c.now()); !ok || got != left-passed {
						t.Errorf("%s: %v (%v) is left after %v", name, got, ok, passed)
					}
				}
			})
		}
	}
	if left, ok := remaining(t.Context(), new(clock), 0); ok {
		t.Errorf("%v is left without a deadline", left)
	}
}

func TestALimitThatTheCallersDeadlineComesBefore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		req, err := http.NewRequestWithContext(until(t, t.Context(), time.Now().Add(time.Minute)), http.MethodGet, "http://a.test/", nil)
		if err != nil {
			t.Fatal(err)
		}
		for limit, applies := range map[time.Duration]bool{time.Minute - 1: true, time.Minute: false, time.Hour: false} {
			c, now := newAlarms(limit).now()
			r := rule{limit: limit, idle: time.Second}
			if r.fit(req, c, now) != applies || r.idle != 0 {
				t.Errorf("a limit of %v: %+v", limit, r)
			}
		}
	})
}
