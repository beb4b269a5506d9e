package hook_test

import (
	"context"
	"net/http"
	"slices"
	"testing"

	"github.com/gracy-go/gracy/hook"
	"github.com/gracy-go/gracy/internal/race"
	"github.com/gracy-go/gracy/internal/rttest"
	"github.com/gracy-go/gracy/transport"
)

func TestStringNamesTheHooks(t *testing.T) {
	b := before(func(context.Context, *http.Request) error { return nil })
	a := after(func(context.Context, hook.Outcome) (*http.Response, error) { return nil, nil })
	both := hook.Hooks{Before: b.Before, After: a.After, FailOnError: true}
	for want, h := range map[string]hook.Hooks{
		"hook: before": b, "hook: after": a, "hook: before and after, fails on error": both, "hook: none": {},
	} {
		var p transport.Plan
		hook.New(h).Explain(&p)
		if got := hook.New(h).String(); got != want || !slices.Equal(p.Notes, []string{want}) {
			t.Errorf("got %q, %q, want %q", got, p.Notes, want)
		}
	}
	if s := hook.Off.String(); s != "hook: off" {
		t.Errorf("got %q", s)
	}
}

// A call costs the same one allocation with the layer and without.
func TestALayerWithoutHooksAllocatesNothing(t *testing.T) {
	if race.Enabled {
		t.Skip("the race detector allocates")
	}
	resp := &http.Response{StatusCode: 200, Header: http.Header{}}
	fixed := rttest.Func(func(req *http.Request) (*http.Response, error) {
		resp.Request, resp.Body = req, http.NoBody
		return resp, nil
	})
	pass := rttest.Pass("pass")
	cost := func(rt http.RoundTripper) float64 {
		req := request(t.Context(), t, http.MethodGet, "")
		return testing.AllocsPerRun(200, func() { _, _ = rt.RoundTrip(req) })
	}
	without, with := cost(rttest.Stack(fixed, pass)), cost(rttest.Stack(fixed, pass, hook.New(hook.Hooks{})))
	if without == 0 || with != without {
		t.Errorf("%v allocations with the layer, %v without", with, without)
	}
	noop := hook.New(before(func(context.Context, *http.Request) error { return nil }))
	if got := cost(rttest.Stack(fixed, pass, noop)) - without; got == 0 || got > 7 {
		t.Errorf("a hook costs %v allocations, want 1 to 7", got)
	}
}
