package metrics

import (
	"net/http"
	"runtime"
	"testing"
	"time"

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
	var stacks []http.RoundTripper
	for range 3 { // clients may share layers
		stacks = append(stacks, r.Wrap(limits.Wrap(others.Wrap(tape.Wrap(limits.Wrap(rttest.Respond(200, "")))))))
	}
	defer runtime.KeepAlive(stacks)
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
	var stacks []http.RoundTripper
	for range 2 * maxSources {
		stacks = append(stacks, r.Wrap((&source{{Kind: figure.Paused, Value: 1}}).Wrap(rttest.Respond(200, ""))))
	}
	if got := values(t, r, "gracy_paused")[""]; got != maxSources {
		t.Errorf("%v sources are held, want %d", got, maxSources)
	}
	runtime.KeepAlive(stacks)
}

func TestTapesThatAreInNoStackAreBounded(t *testing.T) {
	r := New("test")
	var latest http.RoundTripper
	for range 3 * maxSources {
		latest = r.Wrap((&source{{Kind: figure.TapeMissed, Value: 1}}).Wrap(rttest.Respond(200, "")))
	}
	known := func() int {
		r.sources.mu.Lock()
		defer r.sources.mu.Unlock()
		return len(r.sources.known)
	}
	collect(func() bool { return known() <= maxSources+1 })
	if n := known(); n != maxSources+1 {
		t.Errorf("%d tapes are held, want %d and the one in use", n, maxSources)
	}
	runtime.KeepAlive(latest)
}

// The tapes of stacks that were replaced stay, but do not hide the layers of the stack in use.
func TestTapesThatAreInNoStackHideNoLimits(t *testing.T) {
	r := New("test")
	var latest http.RoundTripper
	for range 2 * maxSources {
		tape := &source{{Kind: figure.TapeMissed, Value: 1}}
		limits := &source{{Kind: figure.Slots, Rule: "20 at once", Value: 20}}
		latest = r.Wrap(limits.Wrap(tape.Wrap(rttest.Respond(200, ""))))
	}
	slots := func() float64 { return values(t, r, "gracy_concurrency_slots")["20 at once "] }
	misses := func() float64 { return values(t, r, "gracy_tape_misses_total")[""] }
	collect(func() bool { return slots() == 20 && misses() == maxSources+1 })
	if slots, misses := slots(), misses(); slots != 20 || misses != maxSources+1 {
		t.Errorf("%v slots and %v misses, want the 20 of the stack in use, and the misses of its tape and of %d others", slots, misses, maxSources)
	}
	runtime.KeepAlive(latest)
}

// collect collects garbage until done reports true. It sleeps in between, since a test cannot wait
// for cleanups.
func collect(done func() bool) {
	for range 2000 {
		if runtime.GC(); done() {
			return
		}
		time.Sleep(time.Millisecond)
	}
}

// A service that loads its configuration again makes another stack around the same recorder, since a
// registry takes no second one. Limits that are in no stack any more are neither shown nor kept
// alive, but what a tape has counted stays counted.
func TestALimitThatWasReplacedIsDropped(t *testing.T) {
	r := New("test")
	tape := &source{{Kind: figure.TapeFailed, Value: 7}, {Kind: figure.TapePending, Value: 1}}
	limits := func() http.RoundTripper {
		s := &source{{Kind: figure.Slots, Rule: "20 at once", Value: 20}}
		return s.Wrap(s.Wrap(tape.Wrap(rttest.Respond(200, ""))))
	}
	shared := limits()
	first := r.Wrap(shared)
	for range 2 * maxSources {
		stack := r.Wrap(limits())
		if resp := rttest.Get(t.Context(), t, stack); resp.StatusCode != 200 {
			t.Fatal(resp.Status)
		}
		r.Wrap(shared)
	}
	latest := r.Wrap(limits())
	slots := func() float64 { return values(t, r, "gracy_concurrency_slots")["20 at once "] }
	collect(func() bool { return slots() == 2*20 })
	if got := slots(); got != 2*20 {
		t.Errorf("%v slots, want those of the two stacks in use, 20 each", got)
	}
	runtime.KeepAlive([]http.RoundTripper{first, latest})
	if got := values(t, r, "gracy_tape_failed_total")[""]; got != 7 {
		t.Errorf("%v exchanges lost, want 7", got)
	}
}
