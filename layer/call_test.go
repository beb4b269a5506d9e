package layer_test

import (
	"bytes"
	"io"
	"net/http"
	"net/url"
	"testing"

	"github.com/gracy-go/gracy/internal/rttest"
	"github.com/gracy-go/gracy/layer"
	"github.com/gracy-go/gracy/transport/verdict"
)

// A token fetch through a stack that begins no call is not taken for the
// attempt in whose context it is made.
func TestAnOffStackInsideACallDoesNotCountAsItsSend(t *testing.T) {
	tokens := (&rttest.Layer{Name: "off"}).Wrap(rttest.Respond(200, "token"))
	fetch := &rttest.Layer{Name: "fetch", Trip: func(c *layer.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
		rttest.Get(req.Context(), t, tokens)
		if c.Attempt().Sent() {
			t.Error("the attempt counts as sent before it was")
		}
		return next.RoundTrip(req)
	}}
	a := layer.AttemptOf(rttest.Get(t.Context(), t, rttest.Stack(rttest.Respond(200, ""), rttest.Pass("a"), fetch, rttest.Pass("b"))))
	if a.Number() != 1 || !a.Sent() {
		t.Errorf("attempt %d, sent %v", a.Number(), a.Sent())
	}
}

// Whether a request can be sent is the base's to say.
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
