package layer_test

import (
	"context"
	"net/http"
	"slices"
	"testing"

	"github.com/gracy-go/gracy/internal/rttest"
	"github.com/gracy-go/gracy/layer"
	"github.com/gracy-go/gracy/transport"
)

// The router is that of the outermost layer, which knows the tables of all.
func TestTheRouteOfACallIsTheSameInEveryLayer(t *testing.T) {
	var routes []string
	note := func(name string) *rttest.Layer {
		return &rttest.Layer{Name: name, Trip: func(c *layer.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
			routes = append(routes, c.Route())
			return next.RoundTrip(req)
		}}
	}
	rt := rttest.Stack(rttest.Respond(200, ""), note("outer"), transport.Routes("GET /things/{thing}"), note("inner"))
	for want, ctx := range map[string]context.Context{
		"/things/{thing}": t.Context(),
		"/by/{hand}":      transport.WithRoute(t.Context(), "/by/{hand}"),
	} {
		routes = nil
		resp := rttest.Get(ctx, t, rt)
		rttest.Read(t, resp)
		routes = append(routes, layer.CallOf(resp).Route())
		if !slices.Equal(routes, []string{want, want, want}) {
			t.Errorf("routes %q, want %q three times", routes, want)
		}
	}
}

func TestWithoutATableTheRouteIsGuessed(t *testing.T) {
	resp := rttest.Get(t.Context(), t, rttest.Pass("only").Wrap(rttest.Respond(200, "")))
	rttest.Read(t, resp)
	if got, want := layer.CallOf(resp).Route(), "/things/{id}"; got != want {
		t.Errorf("route %q, want %q", got, want)
	}
}
