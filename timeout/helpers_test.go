package timeout_test

import (
	"context"
	"io"
	"net/http"
	"testing"
	"time"

	"github.com/gracy-go/gracy/internal/rttest"
	"github.com/gracy-go/gracy/timeout"
	"github.com/gracy-go/gracy/transport"
)

// respondAfter responds with the body after d, or returns the cause of the context,
// as http.Transport does.
func respondAfter(d time.Duration, body io.ReadCloser) rttest.Func {
	respond := rttest.RespondBody(body)
	return func(req *http.Request) (*http.Response, error) {
		t := time.NewTimer(d)
		defer t.Stop()
		select {
		case <-t.C:
			return respond(req)
		case <-req.Context().Done():
			return nil, context.Cause(req.Context())
		}
	}
}

func send(t *testing.T, ctx context.Context, rt http.RoundTripper, method string) (*http.Response, error) {
	t.Helper()
	req, err := http.NewRequestWithContext(ctx, method, rttest.URL, nil)
	if err != nil {
		t.Fatal(err)
	}
	return rt.RoundTrip(req)
}

func total(d time.Duration) transport.Layer { return timeout.New(timeout.Config{Total: d}) }

// timedOut reports whether err is a timeout to net/http, which does not unwrap it.
func timedOut(err error) bool {
	e, ok := err.(interface{ Timeout() bool })
	return ok && e.Timeout()
}
