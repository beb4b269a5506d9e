package layer_test

import (
	"bytes"
	"io"
	"net/http"
	"net/url"
	"testing"

	"github.com/gracy-go/gracy/internal/rttest"
	"github.com/gracy-go/gracy/layer"
	"github.com/gracy-go/gracy/transport"
	"github.com/gracy-go/gracy/transport/verdict"
)

// seen returns a layer that records the calls it runs for.
func seen(calls *[]*layer.Call) *rttest.Layer {
	return &rttest.Layer{Name: "seen", Trip: func(c *layer.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
		*calls = append(*calls, c)
		return next.RoundTrip(req)
	}}
}

func TestOneCallHoweverTheStackIsMade(t *testing.T) {
	foreign := func(next http.RoundTripper) http.RoundTripper {
		return rttest.Func(func(r *http.Request) (*http.Response, error) { return next.RoundTrip(r) })
	}
	for name, build := range map[string]func(a, b, c transport.Layer) http.RoundTripper{
		"chain": func(a, b, c transport.Layer) http.RoundTripper { return rttest.Stack(rttest.Respond(200, ""), a, b, c) },
		"by hand": func(a, b, c transport.Layer) http.RoundTripper {
			return a.Wrap(b.Wrap(c.Wrap(rttest.Respond(200, ""))))
		},
		"nested": func(a, b, c transport.Layer) http.RoundTripper {
			return rttest.Stack(rttest.Stack(rttest.Respond(200, ""), b, c), a)
		},
		"foreign inside": func(a, b, c transport.Layer) http.RoundTripper {
			return rttest.Stack(rttest.Respond(200, ""), a, transport.Func(foreign), b, c)
		},
	} {
		t.Run(name, func(t *testing.T) {
			var calls []*layer.Call
			a, b, c := seen(&calls), seen(&calls), seen(&calls)
			resp := rttest.Get(t.Context(), t, build(a, b, c))
			if len(calls) != 3 || calls[0] != calls[1] || calls[1] != calls[2] {
				t.Fatalf("the layers ran for %v, want one call three times", calls)
			}
			if layer.CallOf(resp) != calls[0] {
				t.Error("CallOf returns another call for the response")
			}
			if n := calls[0].Count(); n != 1 {
				t.Errorf("%d attempts, want 1", n)
			}
		})
	}
}

// The control of the test above.
func TestAForeignLayerWithoutUnwrapSplitsTheCall(t *testing.T) {
	var calls []*layer.Call
	inner := seen(&calls).Wrap(rttest.Respond(200, ""))
	outer := seen(&calls).Wrap(rttest.Func(inner.RoundTrip))
	rttest.Get(t.Context(), t, outer)
	if len(calls) != 2 || calls[0] == calls[1] {
		t.Errorf("the layers ran for %v, want two calls", calls)
	}
}

func TestTheSameLayerTwiceMakesOneRetryLoop(t *testing.T) {
	sends := 0
	count := rttest.Func(func(r *http.Request) (*http.Response, error) {
		sends++
		return rttest.Response(r, 503, ""), nil
	})
	r := rttest.Retry(3)
	resp := rttest.Get(t.Context(), t, rttest.Stack(count, r, r))
	if sends != 3 {
		t.Errorf("%d sends, want 3, not 9", sends)
	}
	if n := layer.CallOf(resp).Count(); n != 3 {
		t.Errorf("%d attempts in the ledger, want 3", n)
	}
}

func TestCallInsideACallIsACallOfItsOwn(t *testing.T) {
	type key struct{}
	for _, same := range []bool{true, false} {
		sends := map[string]int{}
		server := rttest.Func(func(r *http.Request) (*http.Response, error) {
			sends[r.URL.Path]++
			if sends[r.URL.Path] == 1 {
				return rttest.Response(r, 503, ""), nil
			}
			return rttest.Response(r, 200, ""), nil
		})
		other := rttest.Stack(server, rttest.Retry(3))
		var client http.RoundTripper
		var inner *layer.Call
		var leaked bool
		fetch := &rttest.Layer{Name: "token", Trip: func(_ *layer.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
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
			inner = layer.CallOf(resp)
			_, leaked = layer.Setting[key](inner.Request().Context())
			return next.RoundTrip(req)
		}}
		client = rttest.Stack(server, rttest.Retry(3), fetch)
		resp := rttest.Get(layer.WithSetting(t.Context(), key{}), t, client)
		outer := layer.CallOf(resp)
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
		if _, ok := layer.Setting[key](outer.Request().Context()); !ok {
			t.Errorf("same=%v: the outer call lost its setting", same)
		}
	}
}

func TestCallsWithTheContextOfAResponseDoNotNest(t *testing.T) {
	type key struct{}
	client := rttest.Stack(rttest.Respond(200, ""), rttest.Pass("a"), rttest.Pass("b"))
	ctx := layer.WithSetting(t.Context(), key{})
	for range 1000 {
		resp := rttest.Get(ctx, t, client)
		if _, ok := layer.Setting[key](resp.Request.Context()); !ok {
			t.Fatal("the setting was lost on the way")
		}
		ctx = resp.Request.Context() //nolint:fatcontext // the point of the test
	}
	n := 0
	for c := ctx; c != nil && n < 10; n++ {
		call := layer.CallFrom(c)
		if call == nil {
			break
		}
		c = layer.Parent(c)
	}
	if n != 1 {
		t.Errorf("contexts nest %d deep, want 1", n)
	}
}

type closer struct {
	rttest.Func
	closed int
}

func (c *closer) CloseIdleConnections() { c.closed++ }

func TestCloseIdleConnectionsReachesTheBase(t *testing.T) {
	b := &closer{Func: rttest.Respond(200, "")}
	f := transport.Func(func(next http.RoundTripper) http.RoundTripper { return rttest.Func(next.RoundTrip) })
	(&http.Client{Transport: rttest.Stack(b, rttest.Pass("a"), f, rttest.Pass("b"))}).CloseIdleConnections()
	if b.closed != 1 {
		t.Errorf("CloseIdleConnections reached the base %d times, want once", b.closed)
	}
}

func TestOffLayerBeginsNoCall(t *testing.T) {
	off := &rttest.Layer{Name: "off"}
	resp := rttest.Get(t.Context(), t, off.Wrap(rttest.Respond(200, "x")))
	if layer.CallOf(resp) != nil {
		t.Error("an off layer began a call")
	}
	if _, ok := transport.Find[*rttest.Layer](off.Wrap(rttest.Respond(200, ""))); !ok {
		t.Error("an off layer cannot be found")
	}
}

// The base decides whether a request can be sent.
func TestOddRequestsReachTheBase(t *testing.T) {
	for name, req := range map[string]*http.Request{
		"zero":       {},
		"empty URL":  {URL: &url.URL{}},
		"CONNECT":    {Method: http.MethodConnect, URL: &url.URL{Host: "api.test:443"}},
		"OPTIONS *":  {Method: http.MethodOptions, URL: &url.URL{Path: "*"}},
		"opaque":     {URL: &url.URL{Scheme: "http", Opaque: "//api.test/\xff%zz", Host: "api.test"}},
		"empty body": {Body: io.NopCloser(bytes.NewReader(nil))},
	} {
		t.Run(name, func(t *testing.T) {
			resp, err := rttest.Stack(rttest.Respond(200, "x"), rttest.Retry(2), rttest.Pass("b")).RoundTrip(req)
			if err != nil {
				t.Fatal(err)
			}
			c := layer.CallOf(resp)
			if c.String() == "" || len(c.LogValue().Group()) == 0 || c.Attempt().Verdict() != verdict.OK {
				t.Errorf("the call reads %q", c)
			}
			if got := rttest.Read(t, resp); got != "x" {
				t.Errorf("body %q", got)
			}
		})
	}
}
