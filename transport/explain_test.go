package transport_test

import (
	"testing"
	"time"

	"github.com/gracy-go/gracy/transport"
)

func TestPlanPrintsItself(t *testing.T) {
	p := &transport.Plan{
		Layers: []string{"retry", "*http.Transport"}, Attempts: 3, Sends: 3, Longest: 30 * time.Second, Buffered: 1<<20 + 1,
	}
	p.Note("retry: %d attempts", 3)
	p.Warn("a doubtful %s", "place")
	want := "retry > *http.Transport\n" +
		"at worst: 3 attempts, 3 sends, 30s to headers, 2 MiB buffered\n" +
		"  retry: 3 attempts\n" +
		"warning: a doubtful place\n"
	if got := p.String(); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if got := (&transport.Plan{Attempts: 1, Sends: 1, Buffered: 12}).String(); got != "\nat worst: 1 attempts, 1 sends, no time limit, 12 B buffered\n" {
		t.Errorf("got %q", got)
	}
}

// Every pair of traits that the plan compares, in the doubtful order and in the
// other one.
func TestDescribeWarnsOfDoubtfulOrders(t *testing.T) {
	tapes, sends := transport.Traits{Tapes: true}, transport.Traits{Sends: true}
	for _, tc := range []struct {
		outer, inner transport.Traits
		want         string
	}{
		{transport.Traits{Quota: true}, sends, "outer is outside inner: further attempts take no quota"},
		{transport.Traits{Quota: true}, tapes, "outer is outside inner: replayed responses wait for quota"},
		{transport.Traits{Slots: true}, tapes, "outer is outside inner: replayed responses wait for a slot"},
		{transport.Traits{Slots: true}, sends, "outer is outside inner: a slot is held while retry sleeps"},
		{tapes, sends, "outer is outside inner: the tape keeps only the last attempt"},
		{sends, transport.Traits{Counts: true}, "outer is outside inner: each attempt is counted as a call"},
	} {
		if got := order(tc.outer, tc.inner); len(got) != 1 || got[0] != tc.want {
			t.Errorf("%+v around %+v warns of %q, want %q", tc.outer, tc.inner, got, tc.want)
		}
		if got := order(tc.inner, tc.outer); len(got) != 0 {
			t.Errorf("%+v around %+v warns of %q, want nothing", tc.inner, tc.outer, got)
		}
	}
}

// order returns the warnings of a plan of two layers.
func order(outer, inner transport.Traits) []string {
	p := &transport.Plan{Layers: []string{"outer"}}
	p.Describe(outer)
	p.Layers = append(p.Layers, "inner")
	p.Describe(inner)
	return p.Warnings
}
