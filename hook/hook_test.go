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
		return rttest.Allocs(200, func() { _, _ = rt.RoundTrip(req) })
	}
	without, with := cost(rttest.Stack(fixed, pass)), cost(rttest.Stack(fixed, pass, hook.New(hook.Hooks{})))
	if without == 0 || with != without {
		t.Errorf("%v allocations with the layer, %v without", with, without)
	}
}

// A run and the requests that it needs are one allocation. A Before may edit the header, so it gets
// a map of its own: one more allocation, or two if the header has values.
func TestAHookWithoutAnEditAllocatesLittle(t *testing.T) {
	if race.Enabled {
		t.Skip("the race detector allocates")
	}
	resp := &http.Response{StatusCode: 200, Header: http.Header{}}
	fixed := rttest.Func(func(req *http.Request) (*http.Response, error) {
		resp.Request, resp.Body = req, http.NoBody
		return resp, nil
	})
	nothing := hook.Hooks{
		Before: func(context.Context, *http.Request) error { return nil },
		After:  func(context.Context, hook.Outcome) (*http.Response, error) { return nil, nil },
	}
	usual := http.Header{"Accept": {"application/json"}, "User-Agent": {"a"}, "X-Id": {"1"}}
	for _, tt := range []struct {
		name   string
		hooks  hook.Hooks
		header http.Header
		want   float64
	}{
		{"after", after(nothing.After), usual, 2},
		{"before, no header", before(nothing.Before), http.Header{}, 3},
		{"before", before(nothing.Before), usual, 4},
		{"both", nothing, usual, 5},
	} {
		rt := hook.New(tt.hooks).Wrap(fixed)
		req := request(t.Context(), t, http.MethodGet, "")
		req.Header = tt.header
		if got := rttest.Allocs(200, func() { _, _ = rt.RoundTrip(req) }); got != tt.want {
			t.Errorf("%s: %v allocations, want %v, of which 1 is the call", tt.name, got, tt.want)
		}
	}
}
