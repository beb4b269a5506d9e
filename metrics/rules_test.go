package metrics

import (
	"fmt"
	"io"
	"net/http"
	"testing"
	"time"

	"github.com/gracy-go/gracy/internal/rttest"
	"github.com/gracy-go/gracy/layer"
)

// values returns the values of a family by the values of its labels, without the client.
func values(t *testing.T, r *Recorder, name string) map[string]float64 {
	t.Helper()
	got := map[string]float64{}
	for _, m := range gather(t, r)[name].GetMetric() {
		k := ""
		for _, l := range m.GetLabel() {
			if l.GetName() != "client" {
				k += l.GetValue() + " "
			}
		}
		got[k] = m.GetCounter().GetValue() + m.GetGauge().GetValue()
	}
	return got
}

// emitting returns a recorder around a layer that emits events at each call, after one call.
func emitting(t *testing.T, events ...layer.Event) *Recorder {
	t.Helper()
	r := New("test")
	emits := testLayer(func(c *layer.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
		for _, e := range events {
			c.Emit(e)
		}
		return next.RoundTrip(req)
	})
	if err := send(t.Context(), t, r.Wrap(emits.Wrap(rttest.Respond(200, ""))), "GET", "/r"); err != nil {
		t.Fatal(err)
	}
	return r
}

func TestWaitsAreCountedByRule(t *testing.T) {
	r := emitting(t,
		layer.Event{Kind: layer.WaitEnd, How: layer.Queue, Wait: time.Second, Text: "5 at once"},
		layer.Event{Kind: layer.WaitEnd, How: layer.Queue, Wait: time.Second, Text: "5 at once"},
		layer.Event{Kind: layer.WaitEnd, How: layer.Quota, Wait: 3 * time.Second, Text: "10 per second"},
		layer.Event{Kind: layer.WaitEnd, How: layer.Pause, Wait: time.Hour, Text: "secret-host.test"},
		layer.Event{Kind: layer.WaitEnd, How: layer.Backoff, Wait: time.Hour})
	if got := values(t, r, "gracy_rule_waits_total"); len(got) != 2 || got["queue 5 at once "] != 2 || got["quota 10 per second "] != 1 {
		t.Errorf("waits %v", got)
	}
	if got := values(t, r, "gracy_rule_wait_seconds_total"); len(got) != 2 || got["queue 5 at once "] != 2 || got["quota 10 per second "] != 3 {
		t.Errorf("seconds %v", got)
	}
	r.Reset()
	if got := values(t, r, "gracy_rule_waits_total"); len(got) != 0 {
		t.Errorf("after Reset %v", got)
	}
}

// An override may bring its own limit with each call.
func TestRulesAreBounded(t *testing.T) {
	var events []layer.Event
	for i := range 10 * maxRules {
		events = append(events, layer.Event{Kind: layer.WaitEnd, How: layer.Queue, Wait: 1, Text: fmt.Sprint(i, "\xff at once")})
	}
	got := values(t, emitting(t, events...), "gracy_rule_waits_total")
	if len(got) != maxRules+1 || got["queue other "] != 9*maxRules {
		t.Errorf("%d rules, %v of others", len(got), got["queue other "])
	}
}

func TestEventsWithoutARowAreCounted(t *testing.T) {
	r := emitting(t,
		layer.Event{Kind: layer.Exhausted, Text: "budget empty"},
		layer.Event{Kind: layer.Exhausted, Text: "attempts used up: 3 of 3"},
		layer.Event{Kind: layer.Paused}, layer.Event{Kind: layer.Paused}, layer.Event{Kind: layer.Paused},
		layer.Event{Kind: layer.BodyLost}, layer.Event{Kind: layer.BodyLost},
		layer.Event{Kind: layer.BodyLost, Err: io.ErrUnexpectedEOF})
	for name, want := range map[string]float64{"gracy_retry_budget_denied_total": 1, "gracy_pauses_total": 3, "gracy_bodies_leaked_total": 2, "gracy_bodies_broken_total": 1} {
		if got := values(t, r, name)[""]; got != want {
			t.Errorf("%s %v, want %v", name, got, want)
		}
	}
}
