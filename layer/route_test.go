package layer_test

import (
	"net/http"
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
	ctx := t.Context()
	for _, want := range []string{"/things/{thing}", "/by/{hand}"} {
		routes = nil
		resp := rttest.Get(ctx, t, rt)
		rttest.Read(t, resp)
		routes = append(routes, layer.CallOf(resp).Route())
		for _, got := range routes {
			if got != want {
				t.Errorf("routes %q, want %q", routes, want)
			}
		}
		if len(routes) != 3 {
			t.Errorf("routes %q, want three", routes)
		}
		ctx = transport.WithRoute(ctx, "/by/{hand}")
	}
}

func TestWithoutATableTheRouteIsGuessed(t *testing.T) {
	resp := rttest.Get(t.Context(), t, rttest.Pass("only").Wrap(rttest.Respond(200, "")))
	rttest.Read(t, resp)
	if got, want := layer.CallOf(resp).Route(), "/things/{id}"; got != want {
		t.Errorf("route %q, want %q", got, want)
	}
}
