package transport_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/gracy-go/gracy/internal/rttest"
	"github.com/gracy-go/gracy/layer"
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
	if got := (&transport.Plan{Attempts: 1, Sends: 1, Buffered: 12}).String(); got != "\nat worst: 1 attempt, 1 send, no time limit, 12 B buffered\n" {
		t.Errorf("got %q", got)
	}
}

// Every pair of traits that the plan compares, in the doubtful order and in the other.
func TestDescribeWarnsOfDoubtfulOrders(t *testing.T) {
	tapes, sends := transport.Traits{Tapes: true}, transport.Traits{Sends: true}
	for _, tc := range []struct {
		outer, inner transport.Traits
		want         string
	}{
		{transport.Traits{Quota: true}, sends, "outer is outside inner: further attempts take no quota"},
		{transport.Traits{Quota: true}, tapes, "outer is outside inner: replayed responses wait for quota"},
		{transport.Traits{Slots: true}, tapes, "outer is outside inner: replayed responses wait for a slot"},
		{transport.Traits{Slots: true}, sends, "outer is outside inner: a slot is held through all attempts, except while retry waits"},
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

// What a layer cannot see is noted without a warning, since the documented order has it.
func TestDescribeNotesWhatIsNotSeen(t *testing.T) {
	who, sets := transport.Traits{Identifies: true}, transport.Traits{Credentials: true}
	for _, tc := range []struct {
		outer, inner transport.Traits
		notes        int
	}{{who, sets, 1}, {sets, who, 0}, {who, who, 0}} {
		p := &transport.Plan{Layers: []string{"outer"}}
		p.Describe(tc.outer)
		p.Layers = append(p.Layers, "inner")
		p.Describe(tc.inner)
		if len(p.Notes) != tc.notes || len(p.Warnings) != 0 {
			t.Errorf("%+v around %+v: notes %q, warnings %q", tc.outer, tc.inner, p.Notes, p.Warnings)
		}
		if tc.notes > 0 && !strings.HasPrefix(p.Notes[0], "outer does not see the credential that inner sets") {
			t.Errorf("%q", p.Notes)
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

// twice is a layer that sends every request twice, and says so.
type twice struct{ *rttest.Layer }

func (twice) Explain(p *transport.Plan) {
	p.Describe(transport.Traits{Sends: true, Single: true})
	p.Attempts *= 2
	p.Sends *= 2
	p.Note("twice: 2 attempts")
	if p.Attempts > 2 {
		p.Warn("twice: %d attempts for one request", p.Attempts)
	}
}

func (l twice) Wrap(next http.RoundTripper) http.RoundTripper {
	return layer.Wrap(l.Name, l, next, l.Trip)
}

// gracy.Explain does this for any stack.
func ExampleExplainer() {
	l := twice{rttest.Pass("twice")}
	p := &transport.Plan{Attempts: 1, Sends: 1}
	for name, l := range transport.Layers(rttest.Stack(&http.Transport{}, l, l)) {
		p.Layers = append(p.Layers, name)
		if e, ok := l.(transport.Explainer); ok {
			e.Explain(p)
		}
	}
	fmt.Print(p)
	// Output:
	// twice > twice > *http.Transport
	// at worst: 4 attempts, 4 sends, no time limit
	//   twice: 2 attempts
	//   twice: 2 attempts
	// warning: twice appears twice: the inner one acts for each attempt of the outer one
	// warning: twice: 4 attempts for one request
}

func ExamplePlan_Describe() {
	p := &transport.Plan{Layers: []string{"throttle"}}
	p.Describe(transport.Traits{Quota: true})
	p.Layers = append(p.Layers, "retry") // inside throttle
	p.Describe(transport.Traits{Sends: true})
	fmt.Println(p.Warnings[0])
	// Output: throttle is outside retry: further attempts take no quota
}
