package transport_test

import (
	"context"
	"net/http"
	"slices"
	"testing"

	"github.com/gracy-go/gracy/transport"
)

func stack(b http.RoundTripper, layers ...transport.Layer) http.RoundTripper {
	for _, l := range slices.Backward(layers) {
		b = l.Wrap(b)
	}
	return b
}

// seen returns a layer that books the call it is part of.
func seen(calls *[]*transport.Call) *layer {
	return &layer{"seen", func(c *transport.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
		*calls = append(*calls, c)
		return next.RoundTrip(req)
	}}
}

func TestOneCallHoweverTheStackIsMade(t *testing.T) {
	foreign := func(next http.RoundTripper) http.RoundTripper {
		return base(func(r *http.Request) (*http.Response, error) { return next.RoundTrip(r) })
	}
	for name, build := range map[string]func(a, b, c transport.Layer) http.RoundTripper{
		"chain":   func(a, b, c transport.Layer) http.RoundTripper { return stack(answer(200, ""), a, b, c) },
		"by hand": func(a, b, c transport.Layer) http.RoundTripper { return a.Wrap(b.Wrap(c.Wrap(answer(200, "")))) },
		"nested":  func(a, b, c transport.Layer) http.RoundTripper { return stack(stack(answer(200, ""), b, c), a) },
		"foreign inside": func(a, b, c transport.Layer) http.RoundTripper {
			return stack(answer(200, ""), a, transport.Func(foreign), b, c)
		},
	} {
		t.Run(name, func(t *testing.T) {
			var calls []*transport.Call
			a, b, c := seen(&calls), seen(&calls), seen(&calls)
			resp := get(t.Context(), t, build(a, b, c))
			if len(calls) != 3 || calls[0] != calls[1] || calls[1] != calls[2] {
				t.Fatalf("the layers saw %v, want one call three times", calls)
			}
			if transport.CallOf(resp) != calls[0] {
				t.Error("CallOf(resp) is another call")
			}
			if n := calls[0].Count(); n != 1 {
				t.Errorf("%d attempts, want 1", n)
			}
		})
	}
}

// Control for the test above: a foreign layer that hides the rest splits the call.
func TestForeignLayerByHandSplitsTheCall(t *testing.T) {
	var calls []*transport.Call
	inner := seen(&calls).Wrap(answer(200, ""))
	outer := seen(&calls).Wrap(base(inner.RoundTrip))
	get(t.Context(), t, outer)
	if len(calls) != 2 || calls[0] == calls[1] {
		t.Errorf("got %v, want two calls", calls)
	}
}

func TestTheSameLayerTwiceMakesOneRetryLoop(t *testing.T) {
	sends := 0
	count := base(func(r *http.Request) (*http.Response, error) {
		sends++
		return response(r, 503, ""), nil
	})
	r := again(3)
	resp := get(t.Context(), t, stack(count, r, r))
	if sends != 3 {
		t.Errorf("%d sends, want 3, not 9", sends)
	}
	if n := transport.CallOf(resp).Count(); n != 3 {
		t.Errorf("%d attempts in the ledger, want 3", n)
	}
}

func TestCallInsideACallIsACallOfItsOwn(t *testing.T) {
	type key struct{}
	for _, same := range []bool{true, false} {
		sends := map[string]int{}
		server := base(func(r *http.Request) (*http.Response, error) {
			sends[r.URL.Path]++
			if sends[r.URL.Path] == 1 {
				return response(r, 503, ""), nil
			}
			return response(r, 200, ""), nil
		})
		other := stack(server, again(3))
		var client http.RoundTripper
		var inner *transport.Call
		var leaked bool
		fetch := &layer{"token", func(_ *transport.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
			if req.URL.Path == "/token" || sends["/token"] > 0 {
				return next.RoundTrip(req)
			}
			via := other
			if same {
				via = client
			}
			tr, _ := http.NewRequestWithContext(req.Context(), http.MethodGet, "http://api.test/token", nil)
			resp, err := via.RoundTrip(tr)
			if err != nil {
				return nil, err
			}
			inner = transport.CallOf(resp)
			_, leaked = transport.Setting[key](inner.Request().Context())
			return next.RoundTrip(req)
		}}
		client = stack(server, again(3), fetch)
		resp := get(transport.WithSetting(t.Context(), key{}), t, client)
		outer := transport.CallOf(resp)
		if inner == nil || inner == outer {
			t.Fatalf("same=%v: the token fetch joined the call around it", same)
		}
		if inner.Count() != 2 || sends["/token"] != 2 {
			t.Errorf("same=%v: the token fetch made %d attempts, want its own retry", same, inner.Count())
		}
		if outer.Count() != 2 {
			t.Errorf("same=%v: outer has %d attempts, want 2", same, outer.Count())
		}
		if leaked {
			t.Errorf("same=%v: a setting of the outer call reached the token fetch", same)
		}
		if _, ok := transport.Setting[key](outer.Request().Context()); !ok {
			t.Errorf("same=%v: the outer call lost its setting", same)
		}
	}
}

func TestContextOfAResponseDoesNotNest(t *testing.T) {
	type key struct{}
	client := stack(answer(200, ""), pass("a"), pass("b"))
	ctx := transport.WithSetting(t.Context(), key{})
	for range 1000 {
		resp := get(ctx, t, client)
		if _, ok := transport.Setting[key](resp.Request.Context()); !ok {
			t.Fatal("the setting was lost on the way")
		}
		ctx = resp.Request.Context() //nolint:fatcontext // the point of the test
	}
	n := 0
	for c := ctx; c != nil && n < 10; n++ {
		call := transport.CallFrom(c)
		if call == nil {
			break
		}
		c = transport.Parent(c)
	}
	if n != 1 {
		t.Errorf("contexts nest %d deep, want 1", n)
	}
}

func TestFindAndLayers(t *testing.T) {
	inner := &http.Transport{}
	want := pass("b")
	rt := stack(inner, pass("a"), transport.Func(func(next http.RoundTripper) http.RoundTripper {
		return base(next.RoundTrip)
	}), want)
	var names []string
	for name := range transport.Layers(rt) {
		names = append(names, name)
	}
	if got := []string{"a", "transport_test.base", "b", "*http.Transport"}; !slices.Equal(names, got) {
		t.Errorf("Layers = %v, want %v", names, got)
	}
	if l, ok := transport.Find[*layer](rt); !ok || l.name != "a" {
		t.Errorf("Find[*layer] = %v, %v, want the outermost", l, ok)
	}
	if b, ok := transport.Find[*http.Transport](rt); !ok || b != inner {
		t.Error("Find does not reach the base")
	}
	if _, ok := transport.Find[interface{ Nothing() }](rt); ok {
		t.Error("Find found what is not there")
	}
}

type closer struct {
	base
	closed int
}

func (c *closer) CloseIdleConnections() { c.closed++ }

func TestCloseIdleConnectionsReachesTheBase(t *testing.T) {
	b := &closer{base: answer(200, "")}
	f := transport.Func(func(next http.RoundTripper) http.RoundTripper { return base(next.RoundTrip) })
	(&http.Client{Transport: stack(b, pass("a"), f, pass("b"))}).CloseIdleConnections()
	if b.closed != 1 {
		t.Errorf("the base heard it %d times, want once", b.closed)
	}
}

func TestOffLayerBeginsNoCall(t *testing.T) {
	off := &layer{"off", nil}
	resp := get(t.Context(), t, off.Wrap(answer(200, "x")))
	if transport.CallOf(resp) != nil {
		t.Error("an off layer began a call")
	}
	if _, ok := transport.Find[*layer](off.Wrap(answer(200, ""))); !ok {
		t.Error("an off layer cannot be found")
	}
}

func TestSloppyBase(t *testing.T) {
	rt := pass("a").Wrap(base(func(*http.Request) (*http.Response, error) {
		return &http.Response{StatusCode: 200}, nil
	}))
	resp := get(t.Context(), t, rt)
	if resp.Body == nil || resp.Header == nil || resp.Request == nil {
		t.Errorf("nil left: body %v header %v request %v", resp.Body == nil, resp.Header == nil, resp.Request == nil)
	}
	for name, b := range map[string]base{
		"neither": func(*http.Request) (*http.Response, error) { return nil, nil },
		"both": func(r *http.Request) (*http.Response, error) {
			return response(r, 200, ""), errBoom
		},
	} {
		req, _ := http.NewRequestWithContext(context.Background(), http.MethodGet, "http://api.test/", nil)
		if resp, err := pass("a").Wrap(b).RoundTrip(req); resp != nil || err == nil {
			t.Errorf("%s: got %v, %v, want an error alone", name, resp, err)
		}
	}
}

func TestFuncPanicsOnNil(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("no panic")
		}
	}()
	transport.Func(func(http.RoundTripper) http.RoundTripper { return nil }).Wrap(nil)
}
