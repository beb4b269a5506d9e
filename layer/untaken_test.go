package layer_test

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"github.com/gracy-go/gracy/internal/rttest"
	"github.com/gracy-go/gracy/layer"
	"github.com/gracy-go/gracy/transport"
)

// wish is a setting that needs the layer that it names.
type wish string

func (w wish) Needs() string { return string(w) }

// idle returns a layer with a name that does nothing and is on.
func idle(name string) *rttest.Layer {
	return &rttest.Layer{Name: name, Trip: func(_ *layer.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
		return next.RoundTrip(req)
	}}
}

// hidden returns a round tripper that cannot be looked through.
func hidden(rt http.RoundTripper) http.RoundTripper { return rttest.Func(rt.RoundTrip) }

func TestASettingThatNoLayerTakesIsNoted(t *testing.T) {
	base := rttest.Respond(200, "")
	for _, tt := range []struct {
		name string
		rt   http.RoundTripper
		want []bool // of each call, whether it has the note
	}{
		{"taken", idle("a").Wrap(idle("b").Wrap(base)), []bool{false}},
		{"not taken", idle("a").Wrap(base), []bool{true}},
		{"off", idle("a").Wrap(layer.Wrap("b", nil, base, nil)), []bool{true}},
		{"taken by the stack behind", idle("a").Wrap(hidden(idle("b").Wrap(base))), []bool{false, false}},
		{"taken by the stack around", idle("b").Wrap(hidden(idle("a").Wrap(base))), []bool{false, false}},
		{"taken by the third", idle("a").Wrap(hidden(idle("c").Wrap(hidden(idle("b").Wrap(base))))), []bool{false, false, false}},
		{"taken by none", idle("a").Wrap(hidden(idle("c").Wrap(base))), []bool{true, true}},
	} {
		events := rttest.NewEvents(layer.CallEnd)
		ctx, trace := transport.WithTrace(layer.WithSetting(t.Context(), wish("b")))
		ctx = layer.WithSetting(ctx, wish2(""))
		req, _ := http.NewRequestWithContext(ctx, http.MethodGet, rttest.URL, nil)
		resp, err := events.Wrap(tt.rt).RoundTrip(req)
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		calls := trace.Calls()
		if len(calls) != len(tt.want) {
			t.Fatalf("%s: %d calls, want %d", tt.name, len(calls), len(tt.want))
		}
		for i, c := range calls {
			if noted := strings.Contains(c.String(), "[no layer takes the override for b]"); noted != tt.want[i] {
				t.Errorf("%s: call %d:\n%s", tt.name, i, c)
			}
		}
		if seen := events.Seen(); len(seen) != 1 || (seen[0].Text == "b") != tt.want[0] {
			t.Errorf("%s: events %v", tt.name, seen)
		}
	}
}

// wish2 is a setting of another type.
type wish2 string

func (w wish2) Needs() string { return string(w) }

// A setting for a call does not concern a call made inside it.
func TestACallInsideACallNotesNothing(t *testing.T) {
	inner := idle("a").Wrap(rttest.Respond(200, ""))
	ctx, trace := transport.WithTrace(layer.WithSetting(t.Context(), wish("b")))
	outer := (&rttest.Layer{Name: "b", Trip: func(_ *layer.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
		token, inside := transport.WithTrace(req.Context())
		fetch, _ := http.NewRequestWithContext(token, http.MethodGet, "http://tokens.test/", nil)
		resp, err := inner.RoundTrip(fetch)
		if err != nil {
			return nil, err
		}
		_ = resp.Body.Close()
		if s := inside.String(); s == "" || strings.Contains(s, "no layer") {
			t.Errorf("the call inside:\n%s", s)
		}
		return next.RoundTrip(req)
	}}).Wrap(rttest.Respond(200, ""))
	req, _ := http.NewRequestWithContext(ctx, http.MethodGet, rttest.URL, nil)
	resp, err := outer.RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	if s := trace.String(); strings.Contains(s, "no layer") {
		t.Errorf("the call:\n%s", s)
	}
}

// A setting that is taken costs no allocation beyond its look-up.
func TestASettingThatIsTakenCostsNothing(t *testing.T) {
	rt := idle("b").Wrap(rttest.Respond(200, ""))
	cost := func(ctx context.Context) float64 {
		return testing.AllocsPerRun(200, func() {
			req, _ := http.NewRequestWithContext(ctx, http.MethodGet, rttest.URL, nil)
			resp, err := rt.RoundTrip(req)
			if err != nil {
				t.Fatal(err)
			}
			_ = resp.Body.Close()
		})
	}
	plain, needy := cost(layer.WithSetting(t.Context(), struct{ int }{1})), cost(layer.WithSetting(t.Context(), wish("b")))
	if needy > plain+1 {
		t.Errorf("%v allocations, %v without a need", needy, plain)
	}
}
