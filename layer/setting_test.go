package layer_test

import (
	"context"
	"net/http"
	"testing"

	"github.com/gracy-go/gracy/internal/rttest"
	"github.com/gracy-go/gracy/layer"
	"github.com/gracy-go/gracy/transport"
	"github.com/gracy-go/gracy/transport/verdict"
)

type limit int

func (l limit) Attach(ctx context.Context) context.Context { return layer.WithSetting(ctx, l) }

type other string

func (o other) Attach(ctx context.Context) context.Context { return layer.WithSetting(ctx, o) }

// A layer reads the settings of the caller, and in their place those that an outer
// layer has added, from the context of the call and from one derived of it.
func TestSettingsInsideTheStack(t *testing.T) {
	var got []limit
	look := &rttest.Layer{Name: "look", Trip: func(_ *layer.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
		v, _ := layer.Setting[limit](req.Context())
		got = append(got, v)
		return next.RoundTrip(req)
	}}
	add := func(f func(context.Context) context.Context) *rttest.Layer {
		return &rttest.Layer{Name: "add", Trip: func(_ *layer.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
			return next.RoundTrip(req.WithContext(f(req.Context())))
		}}
	}
	type key struct{}
	derive := add(func(ctx context.Context) context.Context { return context.WithValue(ctx, key{}, 1) })
	two := add(func(ctx context.Context) context.Context { return transport.With(ctx, limit(2)) })
	rttest.Get(transport.With(t.Context(), limit(1)), t, rttest.Stack(rttest.Respond(200, ""), look, derive, look, two, look, derive, look))
	for i, want := range []limit{1, 1, 2, 2} {
		if got[i] != want {
			t.Errorf("layer %d reads %v, want %v", i, got[i], want)
		}
	}
}

// A setting of a call does not reach a call made inside it, however the context was
// derived. A setting that is added inside does.
func TestSettingsStopAtTheCall(t *testing.T) {
	type key struct{}
	for name, derive := range map[string]func(context.Context) context.Context{
		"same context": func(ctx context.Context) context.Context { return ctx },
		"derived":      func(ctx context.Context) context.Context { return context.WithValue(ctx, key{}, 1) },
		"other added":  func(ctx context.Context) context.Context { return transport.With(ctx, other("x")) },
	} {
		t.Run(name, func(t *testing.T) {
			var inner context.Context
			see := (&rttest.Layer{Name: "see", Trip: func(_ *layer.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
				inner = req.Context() //nolint:fatcontext // looked at only
				return next.RoundTrip(req)
			}}).Wrap(rttest.Respond(200, ""))
			outer := &rttest.Layer{Name: "outer", Trip: func(_ *layer.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
				rttest.Get(derive(req.Context()), t, see)
				return next.RoundTrip(req)
			}}
			rttest.Get(transport.With(t.Context(), limit(1)), t, outer.Wrap(rttest.Respond(200, "")))
			if v, ok := layer.Setting[limit](inner); ok {
				t.Errorf("the limit %v reached the call made inside", v)
			}
			if _, ok := layer.Setting[other](inner); ok != (name == "other added") {
				t.Errorf("the setting added inside reached the call: %v", ok)
			}
		})
	}
}

// A router, or any other round tripper without Unwrap, hides the stack inside it. The
// settings of the caller reach the layers on both sides.
func TestSettingsReachTheLayersInsideARouter(t *testing.T) {
	var got limit
	inside := rttest.Stack(rttest.Respond(404, ""), &rttest.Layer{Name: "look", Trip: func(_ *layer.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
		got, _ = layer.Setting[limit](req.Context())
		return next.RoundTrip(req)
	}})
	for name, router := range map[string]rttest.Func{
		"same request":   inside.RoundTrip,
		"edited request": func(r *http.Request) (*http.Response, error) { return inside.RoundTrip(layer.Edit(r)) },
		"setting added": func(r *http.Request) (*http.Response, error) {
			return inside.RoundTrip(r.WithContext(transport.With(r.Context(), other("x"))))
		},
	} {
		got = 0
		ctx := transport.With(t.Context(), limit(1), transport.Expect{Status: []int{404}})
		c := layer.CallOf(rttest.Get(ctx, t, rttest.Pass("outside").Wrap(router)))
		if got != 1 {
			t.Errorf("%s: an inner layer reads the limit %v, want 1", name, got)
		}
		if v := c.Attempt().Verdict(); v != verdict.OK {
			t.Errorf("%s: an expected 404 is %v inside, want ok", name, v)
		}
	}
}
