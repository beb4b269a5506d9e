package layer_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/gracy-go/gracy/internal/rttest"
	"github.com/gracy-go/gracy/layer"
	"github.com/gracy-go/gracy/transport"
	"github.com/gracy-go/gracy/transport/verdict"
)

func TestEditLeavesTheOriginalAlone(t *testing.T) {
	for _, h := range []http.Header{nil, {"A": {"1"}}} {
		req := &http.Request{Header: h}
		r := layer.Edit(req)
		r.Header.Set("B", "2")
		if req.Header.Get("B") != "" || r.Header.Get("A") != h.Get("A") {
			t.Errorf("original %v, copy %v: want B in the copy alone", req.Header, r.Header)
		}
	}
}

func TestRejectClosesTheRequestBody(t *testing.T) {
	b := &rttest.CountingBody{Reader: strings.NewReader("x"), Err: rttest.ErrBoom}
	resp, err := layer.Reject(&http.Request{Body: b}, rttest.ErrBoom)
	if resp != nil || !errors.Is(err, rttest.ErrBoom) || b.Closed != 1 {
		t.Errorf("got %v, %v, the body was closed %d times; want the error alone, closed once", resp, err, b.Closed)
	}
	if _, err := layer.Reject(&http.Request{}, rttest.ErrBoom); !errors.Is(err, rttest.ErrBoom) {
		t.Error(err)
	}
}

func TestARejectedRequestIsRecordedAsNotSent(t *testing.T) {
	reject := &rttest.Layer{Name: "limit", Trip: func(_ *layer.Call, req *http.Request, _ http.RoundTripper) (*http.Response, error) {
		return layer.Reject(req, fmt.Errorf("limit: full: %w", verdict.ErrRejected))
	}}
	ctx, trace := transport.WithTrace(t.Context())
	_, err := rttest.Try(ctx, reject.Wrap(rttest.Respond(200, "")))
	if !errors.Is(err, verdict.ErrRejected) {
		t.Fatalf("got %v, want an error that matches ErrRejected", err)
	}
	a := trace.Calls()[0].Attempt()
	if a.Sent() || a.Verdict() != verdict.Rejected {
		t.Errorf("sent %v, verdict %v, want not sent, rejected", a.Sent(), a.Verdict())
	}
}

// Whatever the error is, a POST that was rejected has not done its work, unless it was sent before.
func TestARejectedPostIsNotAmbiguous(t *testing.T) {
	for sends, want := range map[bool]verdict.Verdict{false: verdict.Retryable, true: verdict.Ambiguous} {
		rejects := &rttest.Layer{Name: "rejects", Trip: func(_ *layer.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
			if sends {
				_, _ = next.RoundTrip(req)
			}
			return layer.Reject(req, rttest.ErrBoom)
		}}
		ctx, trace := transport.WithTrace(t.Context())
		req, err := http.NewRequestWithContext(ctx, http.MethodPost, rttest.URL, strings.NewReader("order"))
		if err != nil {
			t.Fatal(err)
		}
		resp, err := rejects.Wrap(rttest.Fail(rttest.ErrBoom)).RoundTrip(req)
		if resp != nil || !errors.Is(err, rttest.ErrBoom) {
			t.Fatalf("%v, %v", resp, err)
		}
		if v := trace.Calls()[0].Attempt().Verdict(); v != want {
			t.Errorf("sent before %v: %v, want %v", sends, v, want)
		}
	}
}

// A foreign layer may have sent a rejected POST elsewhere, if it does not return the rejection or an error that wraps it
// alone.
func TestARejectedPostMayHaveBeenSentElsewhere(t *testing.T) {
	same := func(err error) error { return err }
	for name, c := range map[string]struct {
		reject  error
		returns func(error) error
		want    verdict.Verdict
	}{
		"the rejection":              {rttest.ErrBoom, same, verdict.Retryable},
		"one that wraps it":          {rttest.ErrBoom, func(err error) error { return fmt.Errorf("a: %w", err) }, verdict.Retryable},
		"one that wraps another too": {rttest.ErrBoom, func(err error) error { return errors.Join(err, io.EOF) }, verdict.Ambiguous},
		"another":                    {rttest.ErrBoom, func(error) error { return io.EOF }, verdict.Ambiguous},
		"one that == panics for":     {rttest.Incomparable(), same, verdict.Ambiguous},
	} {
		rejects := (&rttest.Layer{Name: "rejects", Trip: func(_ *layer.Call, req *http.Request, _ http.RoundTripper) (*http.Response, error) {
			return layer.Reject(req, c.reject)
		}}).Wrap(nil)
		foreign := transport.Func(func(next http.RoundTripper) http.RoundTripper {
			return rttest.Func(func(req *http.Request) (*http.Response, error) {
				_, err := next.RoundTrip(req)
				return nil, c.returns(err)
			})
		}).Wrap(rejects)
		ctx, trace := transport.WithTrace(t.Context())
		req, err := http.NewRequestWithContext(ctx, http.MethodPost, rttest.URL, strings.NewReader("order"))
		if err != nil {
			t.Fatal(err)
		}
		_, err = rttest.Pass("outer").Wrap(foreign).RoundTrip(req)
		if v := trace.Calls()[0].Attempt().Verdict(); v != c.want || err == nil {
			t.Errorf("%s: %v, want %v: %v", name, v, c.want, err)
		}
	}
}
