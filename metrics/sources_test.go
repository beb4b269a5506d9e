package metrics

import (
	"net/http"
	"testing"

	"github.com/prometheus/client_golang/prometheus/testutil"

	"github.com/gracy-go/gracy/internal/figure"
	"github.com/gracy-go/gracy/internal/rttest"
	"github.com/gracy-go/gracy/layer"
)

// source is a layer with figures.
type source []figure.Figure

func (s *source) Figures() []figure.Figure { return *s }

func (s *source) Wrap(next http.RoundTripper) http.RoundTripper {
	return layer.Wrap("source", s, next, func(_ *layer.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
		return next.RoundTrip(req)
	})
}

func TestFiguresOfInnerLayersAreShown(t *testing.T) {
	limits := &source{{Kind: figure.SlotsInUse, Rule: "5 at once", Value: 3}, {Kind: figure.Slots, Rule: "5 at once", Value: 5}, {Kind: figure.Kinds, Value: 1}}
	others := &source{{Kind: figure.SlotsInUse, Rule: "5 at once", Value: 1}, {Kind: figure.SlotsInUse, Rule: "9 at once\xff", Value: 2}, {Kind: figure.Slots, Rule: "5 at once", Value: 5}, {Kind: figure.Paused, Value: 2}}
	tape := &source{{Kind: figure.TapeMissed, Value: 7}, {Kind: figure.TapeWithheld, Value: 6}, {Kind: figure.TapeFailed, Value: 5}, {Kind: figure.TapePending, Value: 4}}
	r := New("test")
	for range 3 { // clients may share layers
		r.Wrap(limits.Wrap(others.Wrap(tape.Wrap(limits.Wrap(rttest.Respond(200, ""))))))
	}
	for name, want := range map[string]map[string]float64{
		"gracy_concurrency_slots_in_use": {"5 at once ": 4, "9 at once\uFFFD ": 2},
		"gracy_concurrency_slots":        {"5 at once ": 10},
		"gracy_paused":                   {"": 2},
		"gracy_tape_misses_total":        {"": 7},
		"gracy_tape_withheld_total":      {"": 6},
		"gracy_tape_failed_total":        {"": 5},
		"gracy_tape_pending":             {"": 4},
	} {
		got := values(t, r, name)
		if len(got) != len(want) {
			t.Errorf("%s %v, want %v", name, got, want)
		}
		for k, v := range want {
			if got[k] != v {
				t.Errorf("%s %v, want %v", name, got, want)
			}
		}
	}
	problems, err := testutil.CollectAndLint(r)
	if err != nil || len(problems) > 0 {
		t.Error(problems, err)
	}
}

func TestSourcesAreBounded(t *testing.T) {
	r := New("test")
	for range 2 * maxSources {
		r.Wrap((&source{{Kind: figure.Paused, Value: 1}}).Wrap(rttest.Respond(200, "")))
	}
	if got := values(t, r, "gracy_paused")[""]; got != maxSources {
		t.Errorf("%v sources are held, want %d", got, maxSources)
	}
}
