package layer_test

import (
	"fmt"
	"net/http"
	"slices"
	"testing"

	"github.com/gracy-go/gracy/internal/rttest"
	"github.com/gracy-go/gracy/layer"
)

// logObserver writes the kinds that it observes into a log, which it may share with others.
type logObserver struct {
	wants layer.Kind
	name  string
	log   *[]string
	asked int // how often Wants was called
}

func (l *logObserver) Wrap(next http.RoundTripper) http.RoundTripper {
	return layer.Wrap("log", l, next, nil)
}
func (l *logObserver) Wants() layer.Kind { l.asked++; return l.wants }
func (l *logObserver) Observe(e layer.Event) {
	*l.log = append(*l.log, fmt.Sprintf("%s %d", l.name, e.Kind))
	if e.Call == nil {
		*l.log = append(*l.log, "no call")
	}
}

func TestAnObserverObservesTheWholeStackFromAnyPlace(t *testing.T) {
	var log []string
	all := ^layer.Kind(0)
	outer := &logObserver{wants: all, name: "outer", log: &log}
	inner := &logObserver{wants: layer.AttemptEnd, name: "inner", log: &log}
	rt := rttest.Stack(rttest.Sequence(rttest.Respond(503, "x"), rttest.Respond(200, "x")), outer, rttest.Retry(3), inner)
	rttest.Read(t, rttest.Get(t.Context(), t, rt))
	want := []string{
		fmt.Sprint("outer ", layer.CallBegin),
		fmt.Sprint("outer ", layer.AttemptEnd), fmt.Sprint("inner ", layer.AttemptEnd),
		fmt.Sprint("outer ", layer.BodyEnd),
		fmt.Sprint("outer ", layer.AttemptEnd), fmt.Sprint("inner ", layer.AttemptEnd),
		fmt.Sprint("outer ", layer.CallEnd),
		fmt.Sprint("outer ", layer.BodyEnd),
	}
	if !slices.Equal(log, want) {
		t.Errorf("observed %v\nwant     %v", log, want)
	}
}

func TestOnlyTheKindsThatAnObserverWantsAreEmitted(t *testing.T) {
	var wanted, unwanted bool
	ask := &rttest.Layer{Name: "ask", Trip: func(c *layer.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
		wanted, unwanted = c.Wants(layer.Paused|layer.WaitBegin), c.Wants(layer.Recorded)
		c.Emit(layer.Event{Kind: layer.Recorded})
		c.Emit(layer.Event{Kind: layer.Paused})
		return next.RoundTrip(req)
	}}
	var log []string
	rttest.Get(t.Context(), t, rttest.Stack(rttest.Respond(200, ""), ask, &logObserver{wants: layer.Paused, name: "a", log: &log}))
	if !wanted || unwanted || len(log) != 1 {
		t.Errorf("Wants returns %v for Paused and %v for Recorded; observed %v, want Paused alone", wanted, unwanted, log)
	}
}

func TestAnEventWithoutAnObserverAllocatesNothing(t *testing.T) {
	var n float64
	emit := &rttest.Layer{Name: "emit", Trip: func(c *layer.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
		n = testing.AllocsPerRun(100, func() { c.Emit(layer.Event{Kind: layer.Paused, Attempt: c.Attempt()}) })
		return next.RoundTrip(req)
	}}
	rttest.Get(t.Context(), t, emit.Wrap(rttest.Respond(200, "")))
	if n != 0 {
		t.Errorf("an event that no observer wants costs %v allocations, want 0", n)
	}
}

func TestWantsIsCalledOnceWhenTheStackIsBuilt(t *testing.T) {
	var log []string
	l := &logObserver{wants: layer.CallEnd, log: &log}
	rt := rttest.Stack(rttest.Respond(200, ""), rttest.Pass("a"), l)
	for range 3 {
		rttest.Get(t.Context(), t, rt)
	}
	if l.asked != 1 || len(log) != 3 {
		t.Errorf("Wants was called %d times, want once; observed %v, want three ends", l.asked, log)
	}
}

func TestAnObserverThatIsTwiceInAStackObservesAnEventOnce(t *testing.T) {
	var log []string
	l := &logObserver{wants: layer.CallEnd, name: "a", log: &log}
	rttest.Get(t.Context(), t, rttest.Stack(rttest.Respond(200, ""), l, rttest.Pass("b"), l))
	if len(log) != 1 {
		t.Errorf("observed %v, want the end of the call once", log)
	}
}

func TestOutOfBudgetIsOfOneReason(t *testing.T) {
	for _, test := range []struct {
		e    layer.Event
		want bool
	}{
		{layer.Event{Kind: layer.Exhausted, Text: "budget empty"}, true},
		{layer.Event{Kind: layer.Exhausted, Text: "attempts used up: 3 of 3"}, false},
		{layer.Event{Kind: layer.CallEnd, Text: "budget empty"}, false},
	} {
		if got := test.e.OutOfBudget(); got != test.want {
			t.Errorf("%+v: %v", test.e, got)
		}
	}
}

// sinks is an observer that == panics for if what is in it is a slice.
type sinks struct{ to any }

func (s sinks) Wants() layer.Kind   { return layer.CallEnd }
func (s sinks) Observe(layer.Event) { s.to.([]func())[0]() }

// An observer that cannot be compared is not known to be in the stack already.
func TestAnObserverThatCannotBeComparedObserves(t *testing.T) {
	n := 0
	s := sinks{[]func(){func() { n++ }}}
	rt := layer.Wrap("outer", s, layer.Wrap("inner", s, rttest.Respond(200, ""), nil), nil)
	_ = rttest.Get(t.Context(), t, rt).Body.Close()
	if n != 2 {
		t.Errorf("observed %d times, want twice", n)
	}
}
