package layer_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/gracy-go/gracy/internal/rttest"
	"github.com/gracy-go/gracy/layer"
)

// half is a base whose bodies end with err after five bytes.
func half(status int, err error) http.RoundTripper {
	return rttest.Func(func(req *http.Request) (*http.Response, error) {
		resp := rttest.Response(req, status, "")
		resp.Body = struct { // without WriteTo, like that of net/http
			io.Reader
			io.Closer
		}{io.MultiReader(strings.NewReader("half,"), iotest.ErrReader(err)), io.NopCloser(nil)}
		return resp, nil
	})
}

func TestABodyThatBreaksOffIsObserved(t *testing.T) {
	canceled, cancel := context.WithCancel(t.Context())
	cancel()
	for _, c := range []struct {
		name   string
		ctx    context.Context //nolint:containedctx // that of the call
		status int
		err    error
		broken bool
	}{
		{"a lost connection", t.Context(), 200, io.ErrUnexpectedEOF, true},
		{"a timeout", t.Context(), 200, context.DeadlineExceeded, true},
		{"an error of the server", t.Context(), 503, io.ErrUnexpectedEOF, true},
		{"the end", t.Context(), 200, io.EOF, false},
		{"a request that a layer has canceled", t.Context(), 200, context.Canceled, true},
		{"a call that is canceled", canceled, 200, io.ErrUnexpectedEOF, false},
		{"an upgraded connection", t.Context(), http.StatusSwitchingProtocols, io.ErrUnexpectedEOF, false},
	} {
		events := rttest.NewEvents(layer.BodyLost)
		resp := rttest.Get(c.ctx, t, rttest.Stack(half(c.status, c.err), events, rttest.Pass("inner")))
		for range 2 { // the second Read is of a body that has ended
			_, _ = io.Copy(io.Discard, resp.Body)
		}
		_ = resp.Body.Close()
		seen := events.Seen()
		if (len(seen) == 1) != c.broken || c.broken && (!errors.Is(seen[0].Err, c.err) || seen[0].Attempt.Bytes() != 5) {
			t.Errorf("%s: %d events, want one: %t", c.name, len(seen), c.broken)
		}
		if ledger := layer.CallOf(resp).String(); strings.Contains(ledger, "the body broke off") != c.broken {
			t.Errorf("%s: the ledger is\n%s", c.name, ledger)
		}
	}
}

// What a layer reads before the call returns is an outcome or was discarded, and a body that is closed
// has not broken off.
func TestABodyThatIsNotTheCallersDoesNotBreakOff(t *testing.T) {
	events := rttest.NewEvents(layer.BodyLost)
	reads := &rttest.Layer{Name: "reads", Trip: func(_ *layer.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
		resp, err := next.RoundTrip(req)
		if err == nil {
			_, _ = io.Copy(io.Discard, resp.Body)
		}
		return resp, err
	}}
	resp := rttest.Get(t.Context(), t, rttest.Stack(half(200, io.ErrUnexpectedEOF), events, reads, holding(new(countingHold))))
	_, _ = io.Copy(io.Discard, resp.Body)
	_ = resp.Body.Close()
	resp = rttest.Get(t.Context(), t, rttest.Stack(half(200, io.ErrUnexpectedEOF), events))
	_ = resp.Body.Close()
	_, _ = io.Copy(io.Discard, resp.Body)
	if seen := events.Seen(); len(seen) > 0 {
		t.Errorf("%d events, the first with %v", len(seen), seen[0].Err)
	}
}
