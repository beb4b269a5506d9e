package transport_test

import (
	"bytes"
	"io"
	"net/http"
	"net/url"
	"testing"

	"github.com/gracy-go/gracy/transport"
)

// A token fetch through a stack that begins no call is not taken for the
// attempt in whose context it is made.
func TestAnOffStackInsideACallDoesNotCountAsItsSend(t *testing.T) {
	tokens := (&layer{"off", nil}).Wrap(answer(200, "token"))
	fetch := &layer{"fetch", func(c *transport.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
		get(req.Context(), t, tokens)
		if c.Attempt().Sent() {
			t.Error("the attempt counts as sent before it was")
		}
		return next.RoundTrip(req)
	}}
	a := transport.AttemptOf(get(t.Context(), t, stack(answer(200, ""), pass("a"), fetch, pass("b"))))
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
			resp, err := stack(answer(200, "x"), again(2), pass("b")).RoundTrip(req)
			if err != nil {
				t.Fatal(err)
			}
			c := transport.CallOf(resp)
			if c.String() == "" || len(c.LogValue().Group()) == 0 || c.Attempt().Verdict() != transport.OK {
				t.Errorf("the call reads %q", c)
			}
			if got := read(t, resp); got != "x" {
				t.Errorf("body %q", got)
			}
		})
	}
}
