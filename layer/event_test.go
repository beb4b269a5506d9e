package layer_test

import (
	"fmt"
	"net/http"
	"slices"
	"testing"

	"github.com/gracy-go/gracy/internal/rttest"
	"github.com/gracy-go/gracy/layer"
)

// listener writes down what it hears.
type listener struct {
	wants layer.Kind
	name  string
	log   *[]string
	asked int
}

func (l *listener) Wrap(next http.RoundTripper) http.RoundTripper {
	return layer.Wrap("listener", l, next, nil)
}
func (l *listener) Wants() layer.Kind { l.asked++; return l.wants }
func (l *listener) Observe(e layer.Event) {
	*l.log = append(*l.log, fmt.Sprintf("%s %d", l.name, e.Kind))
	if e.Call == nil {
		*l.log = append(*l.log, "no call")
	}
}

func TestObserversHearTheWholeStackFromAnyPlace(t *testing.T) {
	var log []string
	all := ^layer.Kind(0)
	outer := &listener{wants: all, name: "outer", log: &log}
	inner := &listener{wants: layer.AttemptEnd, name: "inner", log: &log}
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
		t.Errorf("heard %v\nwant  %v", log, want)
	}
}

func TestWants(t *testing.T) {
	var wants, unheard bool
	ask := &rttest.Layer{Name: "ask", Trip: func(c *layer.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
		wants, unheard = c.Wants(layer.Paused|layer.WaitBegin), c.Wants(layer.Recorded)
		c.Emit(layer.Event{Kind: layer.Recorded})
		c.Emit(layer.Event{Kind: layer.Paused})
		return next.RoundTrip(req)
	}}
	var log []string
	rttest.Get(t.Context(), t, rttest.Stack(rttest.Respond(200, ""), ask, &listener{wants: layer.Paused, name: "a", log: &log}))
	if !wants || unheard || len(log) != 1 {
		t.Errorf("wants %v, unheard %v, log %v", wants, unheard, log)
	}
}

func TestUnobservedEventCostsNothing(t *testing.T) {
	var n float64
	emit := &rttest.Layer{Name: "emit", Trip: func(c *layer.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
		n = testing.AllocsPerRun(100, func() { c.Emit(layer.Event{Kind: layer.Paused, Attempt: c.Attempt()}) })
		return next.RoundTrip(req)
	}}
	rttest.Get(t.Context(), t, emit.Wrap(rttest.Respond(200, "")))
	if n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func TestWantsIsAskedWhenTheStackIsBuilt(t *testing.T) {
	var log []string
	l := &listener{wants: layer.CallEnd, log: &log}
	rt := rttest.Stack(rttest.Respond(200, ""), rttest.Pass("a"), l)
	for range 3 {
		rttest.Get(t.Context(), t, rt)
	}
	if l.asked != 1 || len(log) != 3 {
		t.Errorf("asked %d times, want once; heard %v", l.asked, log)
	}
}

func TestAnObserverThatStandsTwiceHearsOnce(t *testing.T) {
	var log []string
	l := &listener{wants: layer.CallEnd, name: "a", log: &log}
	rttest.Get(t.Context(), t, rttest.Stack(rttest.Respond(200, ""), l, rttest.Pass("b"), l))
	if len(log) != 1 {
		t.Errorf("heard %v, want the end of the call once", log)
	}
}
