package transport_test

import (
	"fmt"
	"net/http"
	"slices"
	"testing"

	"github.com/gracy-go/gracy/transport"
)

// listener writes down what it hears.
type listener struct {
	wants transport.Kind
	name  string
	log   *[]string
	asked int
}

func (l *listener) Wrap(next http.RoundTripper) http.RoundTripper {
	return transport.Wrap("listener", l, next, nil)
}
func (l *listener) Wants() transport.Kind { l.asked++; return l.wants }
func (l *listener) Observe(e transport.Event) {
	*l.log = append(*l.log, fmt.Sprintf("%s %d", l.name, e.Kind))
	if e.Call == nil {
		*l.log = append(*l.log, "no call")
	}
}

func TestObserversHearTheWholeStackFromAnyPlace(t *testing.T) {
	var log []string
	all := ^transport.Kind(0)
	outer := &listener{wants: all, name: "outer", log: &log}
	inner := &listener{wants: transport.AttemptEnd, name: "inner", log: &log}
	rt := stack(script(answer(503, "x"), answer(200, "x")), outer, again(3), inner)
	read(t, get(t.Context(), t, rt))
	want := []string{
		fmt.Sprint("outer ", transport.CallBegin),
		fmt.Sprint("outer ", transport.AttemptEnd), fmt.Sprint("inner ", transport.AttemptEnd),
		fmt.Sprint("outer ", transport.BodyEnd),
		fmt.Sprint("outer ", transport.AttemptEnd), fmt.Sprint("inner ", transport.AttemptEnd),
		fmt.Sprint("outer ", transport.CallEnd),
		fmt.Sprint("outer ", transport.BodyEnd),
	}
	if !slices.Equal(log, want) {
		t.Errorf("heard %v\nwant  %v", log, want)
	}
}

func TestWants(t *testing.T) {
	var wants, unheard bool
	ask := &layer{"ask", func(c *transport.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
		wants, unheard = c.Wants(transport.Paused|transport.WaitBegin), c.Wants(transport.Recorded)
		c.Emit(transport.Event{Kind: transport.Recorded})
		c.Emit(transport.Event{Kind: transport.Paused})
		return next.RoundTrip(req)
	}}
	var log []string
	get(t.Context(), t, stack(answer(200, ""), ask, &listener{wants: transport.Paused, name: "a", log: &log}))
	if !wants || unheard || len(log) != 1 {
		t.Errorf("wants %v, unheard %v, log %v", wants, unheard, log)
	}
}

func TestUnobservedEventCostsNothing(t *testing.T) {
	var n float64
	emit := &layer{"emit", func(c *transport.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
		n = testing.AllocsPerRun(100, func() { c.Emit(transport.Event{Kind: transport.Paused, Attempt: c.Attempt()}) })
		return next.RoundTrip(req)
	}}
	get(t.Context(), t, emit.Wrap(answer(200, "")))
	if n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func TestWantsIsAskedWhenTheStackIsBuilt(t *testing.T) {
	var log []string
	l := &listener{wants: transport.CallEnd, log: &log}
	rt := stack(answer(200, ""), pass("a"), l)
	for range 3 {
		get(t.Context(), t, rt)
	}
	if l.asked != 1 || len(log) != 3 {
		t.Errorf("asked %d times, want once; heard %v", l.asked, log)
	}
}

func TestAnObserverThatStandsTwiceHearsOnce(t *testing.T) {
	var log []string
	l := &listener{wants: transport.CallEnd, name: "a", log: &log}
	get(t.Context(), t, stack(answer(200, ""), l, pass("b"), l))
	if len(log) != 1 {
		t.Errorf("heard %v, want the end of the call once", log)
	}
}
