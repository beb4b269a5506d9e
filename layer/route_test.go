package layer_test

import (
	"context"
	"net/http"
	"slices"
	"strings"
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

// A position is learned during a call. The call keeps its route, and the next call of the path
// keeps the key, so that the state of a limit is found again.
func TestACallKeepsItsRouteAndAPathItsKey(t *testing.T) {
	var rt http.RoundTripper
	name := func(path string) (route, key string) {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://api.test/garden/"+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		resp, err := rt.RoundTrip(req)
		if err != nil {
			t.Fatal(err)
		}
		rttest.Read(t, resp)
		c := layer.CallOf(resp)
		return c.Route(), c.RouteName().First
	}
	rt = rttest.Stack(rttest.Respond(200, ""), &rttest.Layer{Name: "a", Trip: func(c *layer.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
		before := c.Route()
		if strings.HasSuffix(req.URL.Path, "/amber") {
			for a := range 7 {
				for b := range 7 {
					name(string(rune('b'+a)) + "ela" + string(rune('b'+b)) + "o")
				}
			}
		}
		if c.Route() != before {
			t.Errorf("the route of a call was %s and is %s", before, c.Route())
		}
		return next.RoundTrip(req)
	}})
	if route, key := name("amber"); route != "/garden/amber" || key != route {
		t.Errorf("route %s, key %s", route, key)
	}
	if route, key := name("amber"); route != "/garden/{x}" || key != "/garden/amber" {
		t.Errorf("after the position was learned: route %s, key %s", route, key)
	}
	if route, key := name("zinnia"); route != "/garden/{x}" || key != route {
		t.Errorf("another name: route %s, key %s", route, key)
	}
}
