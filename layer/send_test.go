package layer_test

import (
	"net/http"
	"testing"

	"github.com/gracy-go/gracy/internal/rttest"
	"github.com/gracy-go/gracy/layer"
	"github.com/gracy-go/gracy/transport"
)

// A token fetch through a stack that begins no call is not taken for the attempt in
// whose context it is made.
func TestARequestThroughAnotherStackDoesNotCountAsSentByTheCall(t *testing.T) {
	tokens := (&rttest.Layer{Name: "off"}).Wrap(rttest.Respond(200, "token"))
	fetch := &rttest.Layer{Name: "fetch", Trip: func(c *layer.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
		rttest.Get(req.Context(), t, tokens)
		if c.Attempt().Sent() {
			t.Error("the attempt counts as sent before it is")
		}
		return next.RoundTrip(req)
	}}
	a := layer.AttemptOf(rttest.Get(t.Context(), t, rttest.Stack(rttest.Respond(200, ""), rttest.Pass("a"), fetch, rttest.Pass("b"))))
	if a.Number() != 1 || !a.Sent() {
		t.Errorf("attempt %d, sent %v, want attempt 1, sent", a.Number(), a.Sent())
	}
}

func TestASloppyBaseIsPutRight(t *testing.T) {
	rt := rttest.Pass("a").Wrap(rttest.Func(func(*http.Request) (*http.Response, error) {
		return &http.Response{StatusCode: 200}, nil
	}))
	resp := rttest.Get(t.Context(), t, rt)
	if resp.Body == nil || resp.Header == nil || resp.Request == nil {
		t.Errorf("nil left: body %v header %v request %v", resp.Body == nil, resp.Header == nil, resp.Request == nil)
	}
	for name, b := range map[string]rttest.Func{
		"neither": func(*http.Request) (*http.Response, error) { return nil, nil },
		"both": func(r *http.Request) (*http.Response, error) {
			return rttest.Response(r, 200, ""), rttest.ErrBoom
		},
	} {
		if resp, err := rttest.Try(t.Context(), rttest.Pass("a").Wrap(b)); resp != nil || err == nil {
			t.Errorf("%s: got %v, %v, want an error alone", name, resp, err)
		}
	}
}

// A foreign layer may be as careless. If its response comes with an error, what inner layers hold for it is released.
func TestASloppyForeignLayerIsPutRight(t *testing.T) {
	for name, sloppy := range map[string]func(*http.Response) (*http.Response, error){
		"neither": func(resp *http.Response) (*http.Response, error) {
			_ = resp.Body.Close()
			return nil, nil
		},
		"both": func(resp *http.Response) (*http.Response, error) { return resp, rttest.ErrBoom },
		"nobody": func(resp *http.Response) (*http.Response, error) {
			_ = resp.Body.Close()
			return &http.Response{StatusCode: 200}, nil
		},
	} {
		inner, outer := rttest.NewSlots(1), rttest.NewSlots(1)
		foreign := transport.Func(func(next http.RoundTripper) http.RoundTripper {
			return rttest.Func(func(req *http.Request) (*http.Response, error) {
				resp, err := next.RoundTrip(req)
				if err != nil {
					return nil, err
				}
				return sloppy(resp)
			})
		})
		trusts := &rttest.Layer{Name: "trusts", Trip: func(c *layer.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
			resp, err := next.RoundTrip(req)
			if err != nil {
				return nil, err
			}
			c.Attempt().Own(resp)
			return resp, nil
		}}
		resp, err := rttest.Try(t.Context(), rttest.Stack(rttest.Respond(200, "text"), outer, trusts, foreign, inner))
		if (resp != nil) != (name == "nobody") || (err == nil) != (name == "nobody") {
			t.Errorf("%s: got %v, %v", name, resp, err)
		}
		if resp != nil {
			_ = resp.Body.Close()
		}
		if inner.Free() != 1 || outer.Free() != 1 {
			t.Errorf("%s: %d inner and %d outer slots are free, want all", name, inner.Free(), outer.Free())
		}
	}
}
