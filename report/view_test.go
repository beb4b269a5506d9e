package report

import (
	"slices"
	"strings"
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

// Bodies that broke off or leaked have a card, and a column each, only if there are any.
func TestLostBodiesAreShown(t *testing.T) {
	s := pokeapi().Snapshot()
	if i := slices.IndexFunc(cards(s), func(c card) bool { return strings.Contains(c.Label, "bodies") }); i >= 0 {
		t.Errorf("there is a card %+v", cards(s)[i])
	}
	s.Rows[0].BodiesBroken, s.Rows[1].BodiesLeaked = 7, 2
	s = metrics.Merge(s)
	want := card{Label: "bodies broke off", Value: "7", Note: "2 never closed", Class: "failure"}
	if !slices.Contains(cards(s), want) {
		t.Errorf("the cards are %+v", cards(s))
	}
	v := newView(s, nil)
	at := slices.Index(v.Heads, "Broken")
	if at < 0 || v.Heads[at+1] != "Leaked" {
		t.Fatalf("the columns are %q", v.Heads)
	}
	for i, want := range [][2]viewCell{{{"7", "failure"}, {"0", "none"}}, {{"0", "none"}, {"2", "failure"}}} {
		if got := v.Rows[i].Cells[at : at+2]; !slices.Equal(got, want[:]) {
			t.Errorf("row %d has %+v, want %+v", i, got, want)
		}
	}
	for w := 80; w < 200; w++ {
		if got := table(s, style{width: w}); !strings.Contains(lines(got)[2], "Broken") {
			t.Errorf("at %d columns there is no Broken:\n%s", w, got)
		}
	}
	if got, want := status(s), "7 broke off, 2 never closed"; !strings.Contains(got, want) {
		t.Errorf("the status is %q, want %q in it", got, want)
	}
}
