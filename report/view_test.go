package report

import (
	"slices"
	"testing"
	"time"

	"github.com/gracy-go/gracy/metrics"
)

func TestCards(t *testing.T) {
	list := cards(pokeapi().Snapshot())
	at := map[string]card{}
	for _, c := range list {
		at[c.Label] = c
	}
	for label, want := range map[string]card{
		"calls":            {Value: "1242", Note: "10.4 a second"},
		"failed":           {Value: "3", Note: "0 of them not sent", Class: "failure"},
		"retries":          {Value: "50", Note: "0 calls gave up", Class: "warning"},
		"waits for a slot": {Value: "0s", Note: "in total"},
		"replayed":         {Value: "20", Note: "1187 recorded", Class: "warning"},
	} {
		want.Label = label
		if at[label] != want {
			t.Errorf("the card is %+v, want %+v", at[label], want)
		}
	}
	empty := cards(metrics.Snapshot{Waiting: metrics.Waiting{Pause: 2, Queue: 1}, InFlight: 4})
	if c := empty[len(empty)-1]; c.Value != "4" || c.Note != "3 of them waiting" {
		t.Errorf("the last card is %+v", c)
	}
	waited := cards(metrics.Snapshot{Total: metrics.Row{Waits: metrics.Waits{Queue: 2 * time.Second}}})
	if i := slices.IndexFunc(waited, func(c card) bool { return c.Label == "waits for a slot" }); waited[i].Value != "2s" {
		t.Errorf("two seconds are %s", waited[i].Value)
	}
}
