package transport_test

import (
	"context"
	"net/http"
	"testing"

	"github.com/gracy-go/gracy/transport"
)

type limit int

func (l limit) Attach(ctx context.Context) context.Context { return transport.WithSetting(ctx, l) }

type other string

func (o other) Attach(ctx context.Context) context.Context { return transport.WithSetting(ctx, o) }

func TestOverridesReplaceByType(t *testing.T) {
	ctx := transport.With(t.Context(), limit(1), other("x"), limit(2))
	if v, ok := transport.Setting[limit](ctx); v != 2 || !ok {
		t.Errorf("limit = %v, %v, want the last", v, ok)
	}
	if v, ok := transport.Setting[other](ctx); v != "x" || !ok {
		t.Errorf("other = %v, %v", v, ok)
	}
	if _, ok := transport.Setting[string](ctx); ok {
		t.Error("found what was not set")
	}
	if _, ok := transport.Setting[limit](t.Context()); ok {
		t.Error("found a setting in an empty context")
	}
}

// Layers see the settings of the caller and, over them, those that a layer
// further out has added; by the fast path and through a derived context.
func TestSettingsInsideTheStack(t *testing.T) {
	var got []limit
	look := &layer{"look", func(_ *transport.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
		v, _ := transport.Setting[limit](req.Context())
		got = append(got, v)
		return next.RoundTrip(req)
	}}
	add := func(f func(context.Context) context.Context) *layer {
		return &layer{"add", func(_ *transport.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
			return next.RoundTrip(req.WithContext(f(req.Context())))
		}}
	}
	type key struct{}
	derive := add(func(ctx context.Context) context.Context { return context.WithValue(ctx, key{}, 1) })
	two := add(func(ctx context.Context) context.Context { return transport.With(ctx, limit(2)) })
	get(transport.With(t.Context(), limit(1)), t, stack(answer(200, ""), look, derive, look, two, look, derive, look))
	for i, want := range []limit{1, 1, 2, 2} {
		if got[i] != want {
			t.Errorf("layer %d saw %v, want %v", i, got[i], want)
		}
	}
}

// A setting made for a call stays out of calls inside it, however the context
// was derived; one made inside reaches the inner call.
func TestSettingsStopAtTheCall(t *testing.T) {
	type key struct{}
	for name, derive := range map[string]func(context.Context) context.Context{
		"same context": func(ctx context.Context) context.Context { return ctx },
		"derived":      func(ctx context.Context) context.Context { return context.WithValue(ctx, key{}, 1) },
		"other added":  func(ctx context.Context) context.Context { return transport.With(ctx, other("x")) },
	} {
		t.Run(name, func(t *testing.T) {
			var inner context.Context
			see := (&layer{"see", func(_ *transport.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
				inner = req.Context() //nolint:fatcontext // looked at only
				return next.RoundTrip(req)
			}}).Wrap(answer(200, ""))
			outer := &layer{"outer", func(_ *transport.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
				get(derive(req.Context()), t, see)
				return next.RoundTrip(req)
			}}
			get(transport.With(t.Context(), limit(1)), t, outer.Wrap(answer(200, "")))
			if v, ok := transport.Setting[limit](inner); ok {
				t.Errorf("limit %v leaked into the call inside", v)
			}
			if _, ok := transport.Setting[other](inner); ok != (name == "other added") {
				t.Errorf("other reached the call inside: %v", ok)
			}
		})
	}
}

// A router or any other round tripper without Unwrap hides the stack below it
// from the one above. What the caller set holds on both sides.
func TestSettingsReachTheLayersBelowARouter(t *testing.T) {
	var got limit
	below := stack(answer(404, ""), &layer{"look", func(_ *transport.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
		got, _ = transport.Setting[limit](req.Context())
		return next.RoundTrip(req)
	}})
	for name, router := range map[string]base{
		"same request":   below.RoundTrip,
		"edited request": func(r *http.Request) (*http.Response, error) { return below.RoundTrip(transport.Edit(r)) },
		"setting added": func(r *http.Request) (*http.Response, error) {
			return below.RoundTrip(r.WithContext(transport.With(r.Context(), other("x"))))
		},
	} {
		got = 0
		ctx := transport.With(t.Context(), limit(1), transport.Expect{Status: []int{404}})
		c := transport.CallOf(get(ctx, t, pass("above").Wrap(router)))
		if got != 1 {
			t.Errorf("%s: a layer below saw the limit %v, want 1", name, got)
		}
		if v := c.Attempt().Verdict(); v != transport.OK {
			t.Errorf("%s: an expected 404 is %v below", name, v)
		}
	}
}
